import type { PhotoReason } from '#shared/contracts/documents.ts';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import type { NoticeTexts } from './notice-text.ts';

const FAILURES: Record<PaymentFailure, string> = {
  payer_not_found: 'this number has no account with the operator',
  not_enough_funds: 'there was not enough money in the account',
  payer_declined: 'the request was declined on the phone',
  payer_too_late: 'the request was not accepted in time',
  payer_cancelled: 'you cancelled it',
  limit_reached: 'the account had reached its limit',
  refused: 'the operator refused it',
};
const PHOTO_REASONS: Record<PhotoReason, string> = {
  blurred: 'it is blurred',
  cut: 'part of the card is not in it',
  other_document: 'it shows another document',
  missing_side: 'one side of the card is missing',
  other: 'the page says why',
};
const hello = 'Hello,';
const notYou = 'Was it not you? Change your password at once and sign out the devices that you do not know.';
const vehicles = (count: number): string => (count === 1 ? 'your vehicle' : `your ${count} vehicles`);

/** E-mails and SMS in English. */
export const noticeTextsEn: NoticeTexts = {
  document_read: ({ vehicle }, f) => ({
    subject: 'Your registration card has been read',
    paragraphs: [
      hello,
      `We have read your registration card${vehicle ? ` (${f.plate(vehicle)})` : ''}. What is left is to check what was read: then the vehicle joins your list.`,
    ],
    action: 'Check the reading',
    sms: 'Vignette: your registration card is read, please check:',
  }),
  document_needs_photo: ({ vehicle }, f) => ({
    subject: 'Your registration card: a better photograph is needed',
    paragraphs: [
      hello,
      `The photograph of your registration card${vehicle ? ` (${f.plate(vehicle)})` : ''} cannot be read well enough. The page says why, and how to take it again; it takes a minute.`,
    ],
    action: 'Take the photograph again',
    sms: 'Vignette: please take the photo of your card again:',
  }),
  document_failed: () => ({
    subject: 'Your registration card could not be read',
    paragraphs: [
      hello,
      'The reading of your registration card did not succeed. Your photographs are kept: you can send others, or fill in the details yourself.',
    ],
    action: 'See what happened',
    sms: 'Vignette: your registration card could not be read:',
  }),
  document_review_corrected: ({ vehicle }, f) => ({
    subject: 'Your registration card: an agent corrected what was read',
    paragraphs: [
      hello,
      `An agent compared your registration card${vehicle ? ` (${f.plate(vehicle)})` : ''} with your photograph and corrected what did not match. The tax is computed from the new values; what you have paid stays paid.`,
    ],
    action: 'See what changed',
    sms: 'Vignette: an agent corrected your registration card, see:',
  }),
  document_photo_asked: ({ vehicle, reason }, f) => ({
    subject: 'Your registration card: a new photograph is asked of you',
    paragraphs: [
      hello,
      `An agent needs another photograph of your registration card${vehicle ? ` (${f.plate(vehicle)})` : ''}: ${PHOTO_REASONS[reason]}. Your vehicle stays in your list and its tax can be paid.`,
    ],
    action: 'Send the photograph',
    sms: 'Vignette: another photo of your card is asked for:',
  }),
  payment_succeeded: ({ amount, items, receipts }, f) => ({
    subject: `Paid: ${f.money(amount)} – your ${receipts.length === 1 ? 'receipt' : 'receipts'}`,
    paragraphs: [
      hello,
      `Your payment of ${f.money(amount)} is confirmed. The tax is paid for:`,
      ...items.map((item) => `${f.plate(item)}, year ${item.fiscalYear}`),
      receipts.length === 1
        ? `Number of your receipt: ${receipts[0]?.number ?? ''}`
        : `Numbers of your receipts: ${receipts.map(({ number }) => number).join(', ')}`,
      'The receipt can be downloaded from the page of the payment. Keep it: it proves that the tax is paid.',
    ],
    action: receipts.length === 1 ? 'See and download the receipt' : 'See and download the receipts',
    sms: `Vignette: ${f.money(amount)} paid for ${f.plates(items)}. Receipt:`,
  }),
  payment_confirmed_late: ({ amount, items, receipts }, f) => ({
    subject: `Your payment is confirmed after all: ${f.money(amount)}`,
    paragraphs: [
      hello,
      `The operator has answered at last: your payment of ${f.money(amount)} went through. The tax is paid for:`,
      ...items.map((item) => `${f.plate(item)}, year ${item.fiscalYear}`),
      receipts.length === 1
        ? `Number of your receipt: ${receipts[0]?.number ?? ''}`
        : `Numbers of your receipts: ${receipts.map(({ number }) => number).join(', ')}`,
      'Thank you for your patience. There is nothing else to do.',
    ],
    action: receipts.length === 1 ? 'See and download the receipt' : 'See and download the receipts',
    sms: `Vignette: payment confirmed, ${f.money(amount)} for ${f.plates(items)}. Receipt:`,
  }),
  payment_failed: ({ amount, items, failure }, f) => ({
    subject: 'Your payment did not go through',
    paragraphs: [
      hello,
      `Your payment of ${f.money(amount)} for ${f.plates(items)} did not go through${failure ? `: ${FAILURES[failure]}` : ''}.`,
      'The tax office has received nothing. You can try again whenever you like.',
    ],
    action: 'See the payment',
    sms: `Vignette: payment of ${f.money(amount)} did not go through, nothing received:`,
  }),
  payment_expired: ({ amount, items }, f) => ({
    subject: 'Your payment request is no longer valid',
    paragraphs: [
      hello,
      `The request to pay ${f.money(amount)} for ${f.plates(items)} was not accepted on the phone in time.`,
      'You can try again whenever you like. If you accepted it at the last moment, wait a little: we keep asking the operator and will tell you.',
    ],
    action: 'See the payment',
    sms: `Vignette: request to pay ${f.money(amount)} expired:`,
  }),
  refund_due: ({ amount, items }, f) => ({
    subject: `${f.money(amount)} will be paid back to you`,
    paragraphs: [
      hello,
      `Your payment of ${f.money(amount)} for ${f.plates(items)} arrived when the tax was paid already.`,
      'The amount is recorded as owed to you. One agent prepares the refund and a second one approves it; you will be told.',
    ],
    action: 'See the payment',
    sms: `Vignette: tax was paid already, ${f.money(amount)} will be paid back:`,
  }),
  refund_approved: ({ amount }, f) => ({
    subject: `Your refund of ${f.money(amount)} is approved`,
    paragraphs: [hello, `The refund of ${f.money(amount)} is approved. The operator will pay it to you.`],
    action: 'See the payment',
    sms: `Vignette: refund of ${f.money(amount)} approved:`,
  }),
  refund_paid: ({ amount }, f) => ({
    subject: `You have been refunded: ${f.money(amount)}`,
    paragraphs: [hello, `The operator confirms that ${f.money(amount)} were paid to you. The case is closed.`],
    action: 'See the payment',
    sms: `Vignette: ${f.money(amount)} refunded:`,
  }),
  tax_due: ({ fiscalYear, dueDate, amount, vehicleCount, vehicles: named, daysBefore }, f) => ({
    subject:
      daysBefore === 30
        ? `${fiscalYear} tax: to be paid by ${f.date(dueDate)}`
        : daysBefore === 7
          ? `${fiscalYear} tax: a few days left, until ${f.date(dueDate)}`
          : `${fiscalYear} tax: last day, ${f.date(dueDate)}`,
    paragraphs: [
      hello,
      `The ${fiscalYear} tax of ${vehicles(vehicleCount)} is not paid yet: ${f.plates(named, vehicleCount)}.`,
      `Amount today: ${f.money(amount)}. Last day without a penalty: ${f.date(dueDate)}.`,
      'You can pay everything at once, by phone. If you paid at a counter these days, please ignore this message.',
    ],
    action: 'Pay now',
    sms: `Vignette: ${fiscalYear} tax, ${f.plates(named, vehicleCount)}, ${f.money(amount)}, by ${f.date(dueDate)}:`,
  }),
  tax_overdue: ({ fiscalYear, dueDate, amount, vehicleCount, vehicles: named }, f) => ({
    subject: `${fiscalYear} tax overdue`,
    paragraphs: [
      hello,
      `The ${fiscalYear} tax of ${vehicles(vehicleCount)} is not paid, and the last day (${f.date(dueDate)}) has passed: ${f.plates(named, vehicleCount)}.`,
      `Amount today, penalty included: ${f.money(amount)}. It may grow with time; the page says how it is made up.`,
    ],
    action: 'Pay now',
    sms: `Vignette: ${fiscalYear} tax overdue, ${f.plates(named, vehicleCount)}, ${f.money(amount)}:`,
  }),
  tax_paid_by_other: (tax, f) => ({
    subject: `The ${tax.fiscalYear} tax of ${f.plate(tax)} is paid`,
    paragraphs: [
      hello,
      `Somebody paid the ${tax.fiscalYear} tax of your vehicle ${f.plate(tax)}. There is nothing left to pay for that year.`,
      'The receipt is with whoever paid.',
    ],
    action: 'See my vehicles',
    sms: `Vignette: the ${tax.fiscalYear} tax of ${f.plate(tax)} was paid for you:`,
  }),
  claim_accepted: (claim, f) => ({
    subject: `Vehicle ${f.plate(claim)} is now in your name`,
    paragraphs: [
      hello,
      `Your request for vehicle ${f.plate(claim)} was looked at and accepted. It is in your list now.`,
      'You can pay its tax online or at a counter.',
    ],
    action: 'See my vehicles',
    sms: `Vignette: vehicle ${f.plate(claim)} is now in your name:`,
  }),
  claim_refused: ({ reason, ...claim }, f) => ({
    subject: `Your request for vehicle ${f.plate(claim)} was not accepted`,
    paragraphs: [
      hello,
      `Your request for vehicle ${f.plate(claim)} was looked at. It was not accepted. The office’s reason: ${reason}`,
      'You can come to an office with your papers, or send another photograph of the registration card.',
    ],
    action: 'See my vehicles',
    sms: `Vignette: your request for ${f.plate(claim)} was not accepted:`,
  }),
  vehicle_reassigned: (claim, f) => ({
    subject: `Vehicle ${f.plate(claim)} is no longer in your name`,
    paragraphs: [
      hello,
      `Somebody else presented a registration card for vehicle ${f.plate(claim)}. An office compared the papers and put it in their name.`,
      'You do not agree? Please come to an office with your registration card.',
    ],
    action: 'See my vehicles',
    sms: `Vignette: vehicle ${f.plate(claim)} is no longer in your name:`,
  }),
  transfer_asked: (transfer, f) => ({
    subject: `Transfer of vehicle ${f.plate(transfer)}: your answer is awaited`,
    paragraphs: [
      hello,
      `Somebody gave your code and wants to take over vehicle ${f.plate(transfer)}. Nothing changes until you have answered.`,
      'You know nothing of it? Refuse, and change your password.',
    ],
    action: 'Answer the request',
    sms: `Vignette: transfer of ${f.plate(transfer)}, your answer is awaited:`,
  }),
  transfer_confirmed: (transfer, f) => ({
    subject: `Vehicle ${f.plate(transfer)} has a new owner`,
    paragraphs: [hello, `The transfer of vehicle ${f.plate(transfer)} was confirmed by both people. It is done.`],
    action: 'See my vehicles',
    sms: `Vignette: transfer of ${f.plate(transfer)} confirmed:`,
  }),
  sign_in_new_browser: () => ({
    subject: 'Sign-in from a new device',
    paragraphs: [
      hello,
      'Somebody, most likely you, has just signed in to your account with a browser that we did not know.',
      notYou,
    ],
    action: 'See the devices signed in',
    sms: 'Vignette: sign-in from a new device. Not you? Change your password:',
  }),
  password_changed: () => ({
    subject: 'Your password was changed',
    paragraphs: [
      hello,
      'The password of your account has just been changed, and your other devices were signed out.',
      'Was it not you? Ask for a new password at once on the sign-in page.',
    ],
    action: 'Open my account',
    sms: 'Vignette: your password was changed. Not you? Ask for a new one:',
  }),
  email_changed: () => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      hello,
      'The e-mail address of your account has just been changed: this one receives our messages from now on.',
      notYou,
    ],
    action: 'Open my account',
    sms: 'Vignette: the e-mail address of your account was changed. Not you?',
  }),
  phone_changed: () => ({
    subject: 'Your phone number was changed',
    paragraphs: [hello, 'The phone number of your account has just been changed.', notYou],
    action: 'Open my account',
    sms: 'Vignette: the phone number of your account was changed. Not you?',
  }),
  ticket_near: ({ number, office, minutes }) => ({
    subject: `Ticket ${number}: your turn is near`,
    paragraphs: [
      hello,
      minutes < 2 ? `It is your turn any moment now: ${office}.` : `Your turn is in about ${minutes} minutes: ${office}.`,
      'The page of your ticket shows your place at every moment.',
    ],
    action: 'See my ticket',
    sms:
      minutes < 2
        ? `Vignette: ticket ${number}, almost your turn:`
        : `Vignette: ticket ${number}, your turn in about ${minutes} min:`,
  }),
  ticket_called: ({ number, office, counter }) => ({
    subject: `Ticket ${number}: it is your turn, counter ${counter}`,
    paragraphs: [hello, `Please go to counter ${counter}: ${office}.`],
    action: 'See my ticket',
    sms: `Vignette: ticket ${number}, please go to counter ${counter}:`,
  }),
  appointment_near: ({ office, startsAt, code }, f) => ({
    subject: `Your appointment: ${f.moment(startsAt)}`,
    paragraphs: [
      hello,
      `You are expected on ${f.moment(startsAt)}: ${office}.`,
      `When you arrive, type the code ${code} at the kiosk, or check in on your phone with the QR at the entrance.`,
      'You cannot come? Give the appointment back: somebody else can have it.',
    ],
    action: 'See my appointment',
    sms: `Vignette: appointment on ${f.moment(startsAt)}, code ${code}:`,
  }),
  alarm_opened: (alarm, f) => ({
    subject: `${alarm.level === 'alarm' ? 'Alarm' : 'Warning'}: ${f.alarm(alarm).title}`,
    paragraphs: [
      hello,
      `${f.alarm(alarm).title}: ${f.alarm(alarm).value}, beyond the threshold of ${f.alarm(alarm).threshold}.`,
      f.alarm(alarm).what,
      'This message is not repeated while the alarm lasts. It closes by itself when all is well again.',
    ],
    action: 'See the alarm',
    sms: `Vignette: ${f.alarm(alarm).title}, ${f.alarm(alarm).value}:`,
  }),
  alarm_escalated: (alarm, f) => ({
    subject: `Got worse: ${f.alarm(alarm).title}`,
    paragraphs: [
      hello,
      `The warning has become an alarm. ${f.alarm(alarm).title}: ${f.alarm(alarm).value}, beyond the threshold of ${f.alarm(alarm).threshold}.`,
      f.alarm(alarm).what,
    ],
    action: 'See the alarm',
    sms: `Vignette: got worse, ${f.alarm(alarm).title}, ${f.alarm(alarm).value}:`,
  }),
};
