import type { PhotoReason } from '#shared/contracts/documents.ts';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import type { NoticeTexts } from './notice-text.ts';

const FAILURES: Record<PaymentFailure, string> = {
  payer_not_found: 'ce numéro n’a pas de compte chez l’opérateur',
  not_enough_funds: 'le solde du compte ne suffisait pas',
  payer_declined: 'la demande a été refusée sur le téléphone',
  payer_too_late: 'la demande n’a pas été acceptée à temps',
  payer_cancelled: 'vous l’avez annulé',
  limit_reached: 'le plafond du compte était atteint',
  refused: 'l’opérateur l’a refusé',
};
const PHOTO_REASONS: Record<PhotoReason, string> = {
  blurred: 'elle est floue',
  cut: 'une partie de la carte n’y est pas',
  other_document: 'elle montre un autre document',
  missing_side: 'il manque une face de la carte',
  other: 'la page dit pourquoi',
};
const hello = 'Bonjour,';
const notYou =
  'Ce n’était pas vous ? Changez votre mot de passe tout de suite et déconnectez les appareils que vous ne reconnaissez pas.';
const vehicles = (count: number): string => (count === 1 ? 'votre véhicule' : `vos ${count} véhicules`);

/** E-mails and SMS in French. */
export const noticeTextsFr: NoticeTexts = {
  document_read: ({ vehicle }, f) => ({
    subject: 'Votre carte grise est lue',
    paragraphs: [
      hello,
      `Nous avons lu votre carte grise${vehicle ? ` (${f.plate(vehicle)})` : ''}. Il reste à vérifier ce qui a été lu : le véhicule rejoindra ensuite votre liste.`,
    ],
    action: 'Vérifier la lecture',
    sms: 'Vignette : votre carte grise est lue, à vérifier :',
  }),
  document_needs_photo: ({ vehicle }, f) => ({
    subject: 'Votre carte grise : une meilleure photographie est nécessaire',
    paragraphs: [
      hello,
      `La photographie de votre carte grise${vehicle ? ` (${f.plate(vehicle)})` : ''} ne se lit pas assez bien. La page dit pourquoi et comment la reprendre ; cela prend une minute.`,
    ],
    action: 'Reprendre la photographie',
    sms: 'Vignette : la photo de votre carte grise est à reprendre :',
  }),
  document_failed: () => ({
    subject: 'Votre carte grise n’a pas pu être lue',
    paragraphs: [
      hello,
      'La lecture de votre carte grise n’a pas abouti. Vos photographies sont gardées : vous pouvez en envoyer d’autres, ou remplir les informations vous-même.',
    ],
    action: 'Voir ce qui s’est passé',
    sms: 'Vignette : votre carte grise n’a pas pu être lue :',
  }),
  document_review_corrected: ({ vehicle }, f) => ({
    subject: 'Votre carte grise : un agent a corrigé une lecture',
    paragraphs: [
      hello,
      `Un agent a comparé votre carte grise${vehicle ? ` (${f.plate(vehicle)})` : ''} avec votre photographie et corrigé ce qui n’y correspondait pas. La taxe se calcule d’après ces nouvelles valeurs ; ce que vous avez déjà payé reste payé.`,
    ],
    action: 'Voir ce qui a changé',
    sms: 'Vignette : un agent a corrigé votre carte grise, voir :',
  }),
  document_photo_asked: ({ vehicle, reason }, f) => ({
    subject: 'Votre carte grise : une nouvelle photographie vous est demandée',
    paragraphs: [
      hello,
      `Un agent a besoin d’une autre photographie de votre carte grise${vehicle ? ` (${f.plate(vehicle)})` : ''} : ${PHOTO_REASONS[reason]}. Votre véhicule reste dans votre liste et sa taxe peut se payer.`,
    ],
    action: 'Envoyer la photographie',
    sms: 'Vignette : une autre photo de votre carte grise est demandée :',
  }),
  payment_succeeded: ({ amount, items, receipts }, f) => ({
    subject: `Payé : ${f.money(amount)} – ${receipts.length === 1 ? 'votre reçu' : 'vos reçus'}`,
    paragraphs: [
      hello,
      `Votre paiement de ${f.money(amount)} est confirmé. La taxe est payée pour :`,
      ...items.map((item) => `${f.plate(item)}, année ${item.fiscalYear}`),
      receipts.length === 1
        ? `Numéro de votre reçu : ${receipts[0]?.number ?? ''}`
        : `Numéros de vos reçus : ${receipts.map(({ number }) => number).join(', ')}`,
      'Le reçu se télécharge depuis la page du paiement. Gardez-le : il prouve que la taxe est payée.',
    ],
    action: receipts.length === 1 ? 'Voir et télécharger le reçu' : 'Voir et télécharger les reçus',
    sms: `Vignette : ${f.money(amount)} payés pour ${f.plates(items)}. Reçu :`,
  }),
  payment_confirmed_late: ({ amount, items, receipts }, f) => ({
    subject: `Votre paiement est finalement confirmé : ${f.money(amount)}`,
    paragraphs: [
      hello,
      `L’opérateur vient de nous répondre : votre paiement de ${f.money(amount)} a bien abouti. La taxe est payée pour :`,
      ...items.map((item) => `${f.plate(item)}, année ${item.fiscalYear}`),
      receipts.length === 1
        ? `Numéro de votre reçu : ${receipts[0]?.number ?? ''}`
        : `Numéros de vos reçus : ${receipts.map(({ number }) => number).join(', ')}`,
      'Merci de votre patience. Il n’y a rien d’autre à faire.',
    ],
    action: receipts.length === 1 ? 'Voir et télécharger le reçu' : 'Voir et télécharger les reçus',
    sms: `Vignette : paiement confirmé, ${f.money(amount)} pour ${f.plates(items)}. Reçu :`,
  }),
  payment_failed: ({ amount, items, failure }, f) => ({
    subject: 'Votre paiement n’a pas abouti',
    paragraphs: [
      hello,
      `Votre paiement de ${f.money(amount)} pour ${f.plates(items)} n’a pas abouti${failure ? ` : ${FAILURES[failure]}` : ''}.`,
      'Rien n’a été encaissé par l’administration. Vous pouvez recommencer quand vous voulez.',
    ],
    action: 'Voir le paiement',
    sms: `Vignette : paiement de ${f.money(amount)} non abouti, rien n’est encaissé :`,
  }),
  payment_expired: ({ amount, items }, f) => ({
    subject: 'Votre demande de paiement n’est plus valable',
    paragraphs: [
      hello,
      `La demande de paiement de ${f.money(amount)} pour ${f.plates(items)} n’a pas été acceptée à temps sur le téléphone.`,
      'Vous pouvez recommencer quand vous voulez. Si vous l’avez acceptée au dernier moment, attendez un peu : nous continuons d’interroger l’opérateur et vous le dirons.',
    ],
    action: 'Voir le paiement',
    sms: `Vignette : demande de paiement de ${f.money(amount)} expirée :`,
  }),
  refund_due: ({ amount, items }, f) => ({
    subject: `${f.money(amount)} vous seront remboursés`,
    paragraphs: [
      hello,
      `Votre paiement de ${f.money(amount)} pour ${f.plates(items)} est arrivé alors que la taxe était déjà payée.`,
      'Cette somme est notée comme vous étant due. Un agent prépare le remboursement, un second l’approuve ; vous serez prévenu.',
    ],
    action: 'Voir le paiement',
    sms: `Vignette : taxe déjà payée, ${f.money(amount)} vous seront remboursés :`,
  }),
  refund_approved: ({ amount }, f) => ({
    subject: `Votre remboursement de ${f.money(amount)} est approuvé`,
    paragraphs: [hello, `Le remboursement de ${f.money(amount)} est approuvé. L’opérateur va vous verser cette somme.`],
    action: 'Voir le paiement',
    sms: `Vignette : remboursement de ${f.money(amount)} approuvé :`,
  }),
  refund_paid: ({ amount }, f) => ({
    subject: `Vous êtes remboursé : ${f.money(amount)}`,
    paragraphs: [hello, `L’opérateur confirme vous avoir versé ${f.money(amount)}. Le dossier est clos.`],
    action: 'Voir le paiement',
    sms: `Vignette : ${f.money(amount)} remboursés :`,
  }),
  tax_due: ({ fiscalYear, dueDate, amount, vehicleCount, vehicles: named, daysBefore }, f) => ({
    subject:
      daysBefore === 30
        ? `Taxe ${fiscalYear} : à payer jusqu’au ${f.date(dueDate)}`
        : daysBefore === 7
          ? `Taxe ${fiscalYear} : encore quelques jours, jusqu’au ${f.date(dueDate)}`
          : `Taxe ${fiscalYear} : dernier jour, le ${f.date(dueDate)}`,
    paragraphs: [
      hello,
      `La taxe ${fiscalYear} de ${vehicles(vehicleCount)} n’est pas encore payée : ${f.plates(named, vehicleCount)}.`,
      `Montant aujourd’hui : ${f.money(amount)}. Dernier jour sans pénalité : ${f.date(dueDate)}.`,
      'Vous pouvez tout payer en une fois, par téléphone. Si vous avez payé au guichet ces derniers jours, ne tenez pas compte de ce message.',
    ],
    action: 'Payer maintenant',
    sms: `Vignette : taxe ${fiscalYear}, ${f.plates(named, vehicleCount)}, ${f.money(amount)}, jusqu’au ${f.date(dueDate)} :`,
  }),
  tax_overdue: ({ fiscalYear, dueDate, amount, vehicleCount, vehicles: named }, f) => ({
    subject: `Taxe ${fiscalYear} en retard`,
    paragraphs: [
      hello,
      `La taxe ${fiscalYear} de ${vehicles(vehicleCount)} n’est pas payée, et la date limite (${f.date(dueDate)}) est passée : ${f.plates(named, vehicleCount)}.`,
      `Montant aujourd’hui, pénalité comprise : ${f.money(amount)}. Il peut augmenter avec le temps ; la page dit comment il est calculé.`,
    ],
    action: 'Payer maintenant',
    sms: `Vignette : taxe ${fiscalYear} en retard, ${f.plates(named, vehicleCount)}, ${f.money(amount)} :`,
  }),
  tax_paid_by_other: (tax, f) => ({
    subject: `La taxe ${tax.fiscalYear} de ${f.plate(tax)} est payée`,
    paragraphs: [
      hello,
      `Quelqu’un a payé la taxe ${tax.fiscalYear} de votre véhicule ${f.plate(tax)}. Vous n’avez plus rien à payer pour cette année.`,
      'Le reçu est chez la personne qui a payé.',
    ],
    action: 'Voir mes véhicules',
    sms: `Vignette : la taxe ${tax.fiscalYear} de ${f.plate(tax)} a été payée pour vous :`,
  }),
  claim_accepted: (claim, f) => ({
    subject: `Le véhicule ${f.plate(claim)} est à votre nom`,
    paragraphs: [
      hello,
      `Votre demande pour le véhicule ${f.plate(claim)} a été examinée et acceptée. Il est maintenant dans votre liste.`,
      'Vous pouvez payer sa taxe en ligne ou au guichet.',
    ],
    action: 'Voir mes véhicules',
    sms: `Vignette : le véhicule ${f.plate(claim)} est à votre nom :`,
  }),
  claim_refused: ({ reason, ...claim }, f) => ({
    subject: `Votre demande pour le véhicule ${f.plate(claim)} n’a pas été acceptée`,
    paragraphs: [
      hello,
      `Votre demande pour le véhicule ${f.plate(claim)} a été examinée. Elle n’a pas été acceptée. Motif donné par le bureau : ${reason}`,
      'Vous pouvez venir au bureau avec vos papiers, ou envoyer une autre photo de la carte grise.',
    ],
    action: 'Voir mes véhicules',
    sms: `Vignette : votre demande pour ${f.plate(claim)} n’a pas été acceptée :`,
  }),
  vehicle_reassigned: (claim, f) => ({
    subject: `Le véhicule ${f.plate(claim)} n’est plus à votre nom`,
    paragraphs: [
      hello,
      `Une autre personne a présenté une carte grise pour le véhicule ${f.plate(claim)}. Un bureau a comparé les papiers et l’a mis à son nom.`,
      'Vous n’êtes pas d’accord ? Venez au bureau avec votre carte grise.',
    ],
    action: 'Voir mes véhicules',
    sms: `Vignette : le véhicule ${f.plate(claim)} n’est plus à votre nom :`,
  }),
  transfer_asked: (transfer, f) => ({
    subject: `Cession du véhicule ${f.plate(transfer)} : votre réponse est attendue`,
    paragraphs: [
      hello,
      `Une personne a donné votre code et veut reprendre le véhicule ${f.plate(transfer)}. Rien ne change tant que vous n’avez pas répondu.`,
      'Vous n’êtes pas au courant ? Refusez, et changez votre mot de passe.',
    ],
    action: 'Répondre à la demande',
    sms: `Vignette : cession de ${f.plate(transfer)}, votre réponse est attendue :`,
  }),
  transfer_confirmed: (transfer, f) => ({
    subject: `Le véhicule ${f.plate(transfer)} a changé de propriétaire`,
    paragraphs: [hello, `La cession du véhicule ${f.plate(transfer)} est confirmée par les deux personnes. Elle est faite.`],
    action: 'Voir mes véhicules',
    sms: `Vignette : cession de ${f.plate(transfer)} confirmée :`,
  }),
  sign_in_new_browser: () => ({
    subject: 'Connexion depuis un nouvel appareil',
    paragraphs: [
      hello,
      'Quelqu’un, sans doute vous, vient de se connecter à votre compte avec un navigateur que nous ne connaissions pas.',
      notYou,
    ],
    action: 'Voir les appareils connectés',
    sms: 'Vignette : connexion depuis un nouvel appareil. Ce n’est pas vous ? Changez de mot de passe :',
  }),
  password_changed: () => ({
    subject: 'Votre mot de passe a changé',
    paragraphs: [
      hello,
      'Le mot de passe de votre compte vient d’être changé, et vos autres appareils ont été déconnectés.',
      'Ce n’était pas vous ? Demandez tout de suite un nouveau mot de passe depuis la page de connexion.',
    ],
    action: 'Ouvrir mon compte',
    sms: 'Vignette : votre mot de passe a changé. Ce n’est pas vous ? Demandez-en un nouveau :',
  }),
  email_changed: () => ({
    subject: 'Votre adresse électronique a changé',
    paragraphs: [
      hello,
      'L’adresse électronique de votre compte vient d’être changée : celle-ci reçoit désormais nos messages.',
      notYou,
    ],
    action: 'Ouvrir mon compte',
    sms: 'Vignette : l’adresse électronique de votre compte a changé. Ce n’est pas vous ?',
  }),
  phone_changed: () => ({
    subject: 'Votre numéro de téléphone a changé',
    paragraphs: [hello, 'Le numéro de téléphone de votre compte vient d’être changé.', notYou],
    action: 'Ouvrir mon compte',
    sms: 'Vignette : le numéro de téléphone de votre compte a changé. Ce n’est pas vous ?',
  }),
  ticket_near: ({ number, office, minutes }) => ({
    subject: `Ticket ${number} : votre tour approche`,
    paragraphs: [
      hello,
      minutes < 2
        ? `Ce sera à vous d’un instant à l’autre : ${office}.`
        : `Ce sera à vous dans ${minutes} minutes environ : ${office}.`,
      'La page de votre ticket montre votre place à chaque instant.',
    ],
    action: 'Voir mon ticket',
    sms:
      minutes < 2
        ? `Vignette : ticket ${number}, c’est presque votre tour :`
        : `Vignette : ticket ${number}, à vous dans ${minutes} min env. :`,
  }),
  ticket_called: ({ number, office, counter }) => ({
    subject: `Ticket ${number} : c’est votre tour, guichet ${counter}`,
    paragraphs: [hello, `Présentez-vous au guichet ${counter} : ${office}.`],
    action: 'Voir mon ticket',
    sms: `Vignette : ticket ${number}, présentez-vous au guichet ${counter} :`,
  }),
  appointment_near: ({ office, startsAt, code }, f) => ({
    subject: `Votre rendez-vous : ${f.moment(startsAt)}`,
    paragraphs: [
      hello,
      `Vous êtes attendu(e) le ${f.moment(startsAt)} : ${office}.`,
      `À l’arrivée, tapez le code ${code} à la borne, ou annoncez-vous depuis votre téléphone avec le QR affiché à l’entrée.`,
      'Vous ne pouvez pas venir ? Rendez le rendez-vous : quelqu’un d’autre pourra le prendre.',
    ],
    action: 'Voir mon rendez-vous',
    sms: `Vignette : rendez-vous le ${f.moment(startsAt)}, code ${code} :`,
  }),
  alarm_opened: (alarm, f) => ({
    subject: `${alarm.level === 'alarm' ? 'Alarme' : 'Avertissement'} : ${f.alarm(alarm).title}`,
    paragraphs: [
      hello,
      `${f.alarm(alarm).title} : ${f.alarm(alarm).value}, au-delà du seuil de ${f.alarm(alarm).threshold}.`,
      f.alarm(alarm).what,
      'Ce message ne sera pas répété tant que l’alarme dure. Elle se fermera d’elle-même quand la situation sera redevenue normale.',
    ],
    action: 'Voir l’alarme',
    sms: `Vignette : ${f.alarm(alarm).title}, ${f.alarm(alarm).value} :`,
  }),
  alarm_escalated: (alarm, f) => ({
    subject: `Aggravation : ${f.alarm(alarm).title}`,
    paragraphs: [
      hello,
      `L’avertissement est devenu une alarme. ${f.alarm(alarm).title} : ${f.alarm(alarm).value}, au-delà du seuil de ${f.alarm(alarm).threshold}.`,
      f.alarm(alarm).what,
    ],
    action: 'Voir l’alarme',
    sms: `Vignette : aggravé, ${f.alarm(alarm).title}, ${f.alarm(alarm).value} :`,
  }),
};
