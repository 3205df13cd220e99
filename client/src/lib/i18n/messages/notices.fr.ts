/** The bell, the page of notices, and what a person wants to receive. */
export const notices = {
  title: 'Avis',
  lead: 'Ce qui s’est passé pour vos véhicules, vos paiements et votre compte.',
  arrived: (title: string) => `Nouvel avis\u00a0: ${title}`,
  unread: (count: number) => (count === 1 ? '1 avis non lu' : `${count} avis non lus`),
  allRead: 'Tout est lu.',
  fresh: 'Nouveau',
  markRead: 'Marquer comme lu',
  markReadOf: (title: string) => `Marquer comme lu\u00a0: ${title}`,
  markAll: 'Tout marquer comme lu',
  marked: 'C’est marqué comme lu.',
  older: 'Avis plus anciens',
  noOlder: 'Il n’y a pas d’avis plus ancien.',
  empty: 'Aucun avis pour l’instant',
  emptyText: 'Vous serez prévenu ici quand une carte grise est lue, un paiement confirmé ou une taxe à payer.',
  choose: 'Choisir ce que je reçois par e-mail et SMS',
  now: 'à l’instant',
  more: (count: number) => `et ${count} de plus`,
  kind: {
    document_read: { title: 'Carte grise lue', text: 'Il reste à vérifier ce qui a été lu.', open: 'Vérifier' },
    document_needs_photo: {
      title: 'Une meilleure photographie est nécessaire',
      text: 'La photographie ne se lit pas assez bien.',
      open: 'Reprendre la photographie',
    },
    document_failed: {
      title: 'Carte grise non lue',
      text: 'La lecture n’a pas abouti. Vos photographies sont gardées.',
      open: 'Voir ce qui s’est passé',
    },
    document_review_corrected: {
      title: 'Un agent a corrigé votre carte grise',
      text: (fields: string) => `Corrigé d’après votre photographie\u00a0: ${fields}.`,
      open: 'Voir ce qui a changé',
    },
    document_photo_asked: {
      title: 'Une nouvelle photographie vous est demandée',
      text: 'Un agent a besoin d’une autre photographie de votre carte grise. Votre véhicule reste dans votre liste.',
      open: 'Voir pourquoi et l’envoyer',
    },
    payment_succeeded: {
      title: 'Paiement confirmé',
      text: (amount: string) => `${amount} payés. Le reçu est prêt.`,
      open: 'Voir le reçu',
    },
    payment_confirmed_late: {
      title: 'Paiement finalement confirmé',
      text: (amount: string) => `L’opérateur a répondu\u00a0: ${amount} payés. Le reçu est prêt.`,
      open: 'Voir le reçu',
    },
    payment_failed: {
      title: 'Paiement non abouti',
      text: (amount: string) => `Le paiement de ${amount} n’a pas abouti. Rien n’a été encaissé.`,
      open: 'Voir le paiement',
    },
    payment_expired: {
      title: 'Demande de paiement expirée',
      text: (amount: string) => `La demande de ${amount} n’a pas été acceptée à temps.`,
      open: 'Voir le paiement',
    },
    refund_due: {
      title: 'Un remboursement vous est dû',
      text: (amount: string) => `${amount} sont arrivés alors que la taxe était déjà payée\u00a0: ils vous seront rendus.`,
      open: 'Voir le paiement',
    },
    refund_approved: {
      title: 'Remboursement approuvé',
      text: (amount: string) => `L’opérateur va vous verser ${amount}.`,
      open: 'Voir le paiement',
    },
    refund_paid: {
      title: 'Remboursement versé',
      text: (amount: string) => `${amount} vous ont été rendus.`,
      open: 'Voir le paiement',
    },
    tax_due: {
      title: 'Taxe à payer',
      text: (amount: string, year: string, date: string) => `Taxe ${year}\u00a0: ${amount}, à payer jusqu’au ${date}.`,
      open: 'Payer',
    },
    tax_overdue: {
      title: 'Taxe en retard',
      text: (amount: string, year: string, date: string) =>
        `Taxe ${year}\u00a0: la date limite était le ${date}. À payer au jour de l’avis\u00a0: ${amount}, pénalité comprise.`,
      open: 'Payer',
    },
    tax_paid_by_other: {
      title: 'Taxe payée pour vous',
      text: (year: string) => `Quelqu’un a payé la taxe ${year}. Vous n’avez plus rien à payer pour cette année.`,
      open: 'Voir mes véhicules',
    },
    claim_accepted: {
      title: 'Le véhicule est à votre nom',
      text: 'Votre demande a été acceptée. Le véhicule est dans votre liste.',
      open: 'Voir mes véhicules',
    },
    claim_refused: {
      title: 'Votre demande n’a pas été acceptée',
      text: (reason: string) => `Motif donné par le bureau\u00a0: ${reason}`,
      open: 'Voir mes véhicules',
    },
    vehicle_reassigned: {
      title: 'Ce véhicule n’est plus à votre nom',
      text: 'Une autre personne a présenté une carte grise, et un bureau a mis le véhicule à son nom. Vous n’êtes pas d’accord\u00a0? Venez au bureau avec vos papiers.',
      open: 'Voir mes véhicules',
    },
    transfer_asked: {
      title: 'Cession de véhicule\u00a0: votre réponse est attendue',
      text: 'Rien ne change tant que vous n’avez pas répondu.',
      open: 'Répondre',
    },
    transfer_confirmed: {
      title: 'Cession de véhicule confirmée',
      text: 'Les deux personnes l’ont confirmée.',
      open: 'Voir mes véhicules',
    },
    sign_in_new_browser: {
      title: 'Connexion depuis un nouvel appareil',
      text: 'Si ce n’était pas vous, déconnectez-le et changez votre mot de passe.',
      open: 'Voir les appareils',
    },
    password_changed: {
      title: 'Mot de passe changé',
      text: 'Vos autres appareils ont été déconnectés.',
      open: 'Ouvrir mon compte',
    },
    email_changed: {
      title: 'Adresse électronique changée',
      text: 'Si ce n’était pas vous, changez votre mot de passe.',
      open: 'Ouvrir mon compte',
    },
    phone_changed: {
      title: 'Numéro de téléphone changé',
      text: 'Si ce n’était pas vous, changez votre mot de passe.',
      open: 'Ouvrir mon compte',
    },
    ticket_near: {
      title: 'Votre tour approche',
      text: (number: string, office: string, minutes: number) =>
        minutes < 2
          ? `Ticket ${number}, ${office}\u00a0: ce sera à vous d’un instant à l’autre.`
          : `Ticket ${number}, ${office}\u00a0: ce sera à vous dans ${minutes} minutes environ.`,
      open: 'Voir mon ticket',
    },
    ticket_called: {
      title: 'C’est votre tour',
      text: (number: string, counter: string, office: string) =>
        `Ticket ${number}\u00a0: présentez-vous au guichet ${counter}, ${office}.`,
      open: 'Voir mon ticket',
    },
    appointment_near: {
      title: 'Votre rendez-vous approche',
      text: (when: string, office: string, code: string) =>
        `${when}, ${office}. À la borne, tapez le code ${code}, ou annoncez-vous depuis votre téléphone avec le QR de l’entrée.`,
      open: 'Voir mon rendez-vous',
    },
    alarm_opened: {
      title: 'Une alarme vient de s’ouvrir',
      text: (name: string, value: string) => `${name}\u00a0: ${value}.`,
      open: 'Voir l’alarme',
    },
    alarm_escalated: {
      title: 'Une alarme s’aggrave',
      text: (name: string, value: string) => `${name}\u00a0: ${value}.`,
      open: 'Voir l’alarme',
    },
  },
  preferences: {
    title: 'Ce que vous recevez',
    text: 'Vos avis sont toujours dans l’application. Choisissez ce qui vient aussi par e-mail ou par SMS.',
    must: 'Les reçus, les remboursements et ce qui touche à la sécurité du compte vous sont toujours envoyés une fois\u00a0: la loi le demande.',
    email: 'E-mail',
    sms: 'SMS',
    by: (category: string, channel: string) => `${category}, par ${channel}`,
    noEmail: 'Votre compte n’a pas d’adresse électronique confirmée.',
    noSms: 'Votre compte n’a pas de numéro de téléphone confirmé.',
    save: 'Enregistrer mes choix',
    saved: 'Vos choix sont enregistrés.',
    category: {
      reminders: { name: 'Rappels', text: 'Une taxe arrive à sa date limite, votre tour ou votre rendez-vous approche.' },
      payments: { name: 'Paiements', text: 'Un paiement n’aboutit pas, un remboursement avance, quelqu’un paie pour vous.' },
      documents: { name: 'Cartes grises', text: 'Une carte grise est lue, ou une photographie est à reprendre.' },
    },
  },
  unsubscribe: {
    title: 'Ne plus recevoir ces messages',
    ask: (category: string, channel: string) => `Ne plus recevoir les messages «\u00a0${category}\u00a0» par ${channel}\u00a0?`,
    keeps:
      'Vous les trouverez toujours dans l’application. Les reçus et ce qui touche à la sécurité de votre compte continuent de venir.',
    channel: { email: 'e-mail', sms: 'SMS' },
    action: 'Ne plus les recevoir',
    done: 'C’est fait',
    doneText: (category: string, channel: string) =>
      `Vous ne recevrez plus les messages «\u00a0${category}\u00a0» par ${channel}.`,
    account: 'Changer mes choix dans mon compte',
    refused: 'Ce lien ne fonctionne pas',
  },
};
