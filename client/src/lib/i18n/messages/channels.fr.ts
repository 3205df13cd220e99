/** How the ways to pay do: the public page and the word beside each way to pay. */
export const channels = {
  link: 'État des paiements',
  title: 'État des moyens de paiement',
  lead: 'Chaque moyen de paiement, observé en continu. Si l’un ne répond pas, prenez-en un autre ou revenez plus tard\u00a0: vos taxes vous attendent.',
  status: { working: 'Fonctionne', slow: 'Lent', failing: 'Ne répond pas', off: 'Non proposé' },
  meaning: {
    working: 'L’opérateur répond à nos demandes.',
    slow: 'L’opérateur répond, mais la confirmation peut se faire attendre.',
    failing: 'L’opérateur ne répond plus à la plupart de nos demandes.',
    off: 'Ce moyen de paiement n’est pas proposé ici.',
  },
  since: (time: string) => `depuis ${time}`,
  paid: 'Paiements aboutis',
  paidOf: (percent: string, count: string) => `${percent} de ${count} demandes`,
  confirmation: 'Confirmation en général en',
  confirmationOf: (duration: string, count: string) => `${duration} (${count} paiements)`,
  lastPaid: 'Dernier paiement confirmé',
  never: 'aucun connu',
  tooFew: 'trop peu de demandes pour le dire',
  window: 'Les chiffres portent sur les 15 dernières minutes.',
  asOf: (time: string) => `À jour à ${time}`,
  stale: (duration: string) =>
    `Cette page n’a rien appris de nouveau depuis ${duration}\u00a0: ce qu’elle montre peut avoir changé. Elle réessaie toute seule.`,
  waiting: 'Les moyens de paiement n’ont pas encore été observés.',
  changed: (provider: string, status: string) => `${provider}\u00a0: ${status}`,
  notice: {
    slow: 'En ce moment, la confirmation peut se faire attendre.',
    failing: 'En ce moment, cet opérateur ne répond pas. Choisissez un autre moyen, ou revenez plus tard.',
  },
  seeAll: 'Voir l’état des moyens de paiement',
};
