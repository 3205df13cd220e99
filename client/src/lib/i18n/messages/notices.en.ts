import type { Translation } from '../translation.ts';
import type { notices as fr } from './notices.fr.ts';

export const notices: Translation<typeof fr> = {
  title: 'Notices',
  lead: 'What happened to your vehicles, your payments and your account.',
  arrived: (title) => `New notice: ${title}`,
  unread: (count) => (count === 1 ? '1 unread notice' : `${count} unread notices`),
  allRead: 'Everything is read.',
  fresh: 'New',
  markRead: 'Mark as read',
  markReadOf: (title) => `Mark as read: ${title}`,
  markAll: 'Mark all as read',
  marked: 'Marked as read.',
  older: 'Older notices',
  noOlder: 'There are no older notices.',
  empty: 'No notices yet',
  emptyText: 'You will be told here when a registration card is read, a payment confirmed or a tax due.',
  choose: 'Choose what I receive by e-mail and SMS',
  now: 'just now',
  more: (count) => `and ${count} more`,
  kind: {
    document_read: { title: 'Registration card read', text: 'What was read is still to be checked.', open: 'Check it' },
    document_needs_photo: {
      title: 'A better photograph is needed',
      text: 'The photograph cannot be read well enough.',
      open: 'Take it again',
    },
    document_failed: {
      title: 'Registration card not read',
      text: 'The reading did not succeed. Your photographs are kept.',
      open: 'See what happened',
    },
    document_review_corrected: {
      title: 'An agent corrected your registration card',
      text: (fields) => `Corrected after your photograph: ${fields}.`,
      open: 'See what changed',
    },
    document_photo_asked: {
      title: 'A new photograph is asked of you',
      text: 'An agent needs another photograph of your registration card. Your vehicle stays in your list.',
      open: 'See why, and send it',
    },
    payment_succeeded: {
      title: 'Payment confirmed',
      text: (amount) => `${amount} paid. The receipt is ready.`,
      open: 'See the receipt',
    },
    payment_confirmed_late: {
      title: 'Payment confirmed after all',
      text: (amount) => `The operator has answered: ${amount} paid. The receipt is ready.`,
      open: 'See the receipt',
    },
    payment_failed: {
      title: 'Payment not made',
      text: (amount) => `The payment of ${amount} did not go through. Nothing was received.`,
      open: 'See the payment',
    },
    payment_expired: {
      title: 'Payment request expired',
      text: (amount) => `The request of ${amount} was not accepted in time.`,
      open: 'See the payment',
    },
    refund_due: {
      title: 'A refund is owed to you',
      text: (amount) => `${amount} arrived when the tax was paid already: they will be paid back.`,
      open: 'See the payment',
    },
    refund_approved: {
      title: 'Refund approved',
      text: (amount) => `The operator will pay you ${amount}.`,
      open: 'See the payment',
    },
    refund_paid: { title: 'Refund paid', text: (amount) => `${amount} were paid back to you.`, open: 'See the payment' },
    tax_due: {
      title: 'Tax due',
      text: (amount, year, date) => `${year} tax: ${amount}, to be paid by ${date}.`,
      open: 'Pay',
    },
    tax_overdue: {
      title: 'Tax overdue',
      text: (amount, year, date) =>
        `${year} tax: the last day was ${date}. Owed on the day of this notice: ${amount}, penalty included.`,
      open: 'Pay',
    },
    tax_paid_by_other: {
      title: 'Tax paid for you',
      text: (year) => `Somebody paid the ${year} tax. There is nothing left to pay for that year.`,
      open: 'See my vehicles',
    },
    claim_accepted: {
      title: 'The vehicle is in your name',
      text: 'Your request was accepted. The vehicle is in your list.',
      open: 'See my vehicles',
    },
    claim_refused: {
      title: 'Your request was not accepted',
      text: (reason) => `The office’s reason: ${reason}`,
      open: 'See my vehicles',
    },
    vehicle_reassigned: {
      title: 'This vehicle is no longer in your name',
      text: 'Somebody else presented a registration card, and an office put the vehicle in their name. You do not agree? Please come to an office with your papers.',
      open: 'See my vehicles',
    },
    transfer_asked: {
      title: 'Transfer of a vehicle: your answer is awaited',
      text: 'Nothing changes until you have answered.',
      open: 'Answer',
    },
    transfer_confirmed: {
      title: 'Transfer of a vehicle confirmed',
      text: 'Both people have confirmed it.',
      open: 'See my vehicles',
    },
    sign_in_new_browser: {
      title: 'Sign-in from a new device',
      text: 'If it was not you, sign it out and change your password.',
      open: 'See the devices',
    },
    password_changed: { title: 'Password changed', text: 'Your other devices were signed out.', open: 'Open my account' },
    email_changed: { title: 'E-mail address changed', text: 'If it was not you, change your password.', open: 'Open my account' },
    phone_changed: { title: 'Phone number changed', text: 'If it was not you, change your password.', open: 'Open my account' },
    ticket_near: {
      title: 'Your turn is near',
      text: (number, office, minutes) =>
        minutes < 2
          ? `Ticket ${number}, ${office}: it is your turn any moment now.`
          : `Ticket ${number}, ${office}: your turn is in about ${minutes} minutes.`,
      open: 'See my ticket',
    },
    ticket_called: {
      title: 'It is your turn',
      text: (number, counter, office) => `Ticket ${number}: please go to counter ${counter}, ${office}.`,
      open: 'See my ticket',
    },
    appointment_near: {
      title: 'Your appointment is near',
      text: (when, office, code) =>
        `${when}, ${office}. Type the code ${code} at the kiosk, or check in on your phone with the QR at the entrance.`,
      open: 'See my appointment',
    },
    alarm_opened: { title: 'An alarm has just opened', text: (name, value) => `${name}: ${value}.`, open: 'See the alarm' },
    alarm_escalated: { title: 'An alarm has got worse', text: (name, value) => `${name}: ${value}.`, open: 'See the alarm' },
  },
  preferences: {
    title: 'What you receive',
    text: 'Your notices are always in the app. Choose what also comes by e-mail or SMS.',
    must: 'Receipts, refunds and what concerns the safety of your account are always sent to you once: the law asks for it.',
    email: 'E-mail',
    sms: 'SMS',
    by: (category, channel) => `${category}, by ${channel}`,
    noEmail: 'Your account has no confirmed e-mail address.',
    noSms: 'Your account has no confirmed phone number.',
    save: 'Save my choices',
    saved: 'Your choices are saved.',
    category: {
      reminders: { name: 'Reminders', text: 'A tax comes to its last day, your turn or your appointment is near.' },
      payments: { name: 'Payments', text: 'A payment does not go through, a refund moves on, somebody pays for you.' },
      documents: { name: 'Registration cards', text: 'A card is read, or a photograph has to be taken again.' },
    },
  },
  unsubscribe: {
    title: 'Stop receiving these messages',
    ask: (category, channel) => `Stop receiving “${category}” by ${channel}?`,
    keeps: 'You will still find them in the app. Receipts and what concerns the safety of your account keep coming.',
    channel: { email: 'e-mail', sms: 'SMS' },
    action: 'Stop receiving them',
    done: 'Done',
    doneText: (category, channel) => `You will no longer receive “${category}” by ${channel}.`,
    account: 'Change my choices in my account',
    refused: 'This link does not work',
  },
};
