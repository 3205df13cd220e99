/** What looks wrong, and what somebody says that it was. */
export const anomalies = {
  title: 'Anomalies',
  lead: 'Ce qui paraît anormal, avec la raison. À vous de dire ce que c’était\u00a0: rien n’est décidé par le système.',
  list: 'À regarder',
  open: (count: number) => (count === 0 ? 'rien à trancher' : `${count} à trancher`),
  kindLabel: 'Nature',
  stateLabel: 'Situation',
  all: 'Toutes',
  none: 'Aucune anomalie ne correspond.',
  older: 'Anomalies plus anciennes',
  kind: {
    scanned_far_apart: 'Même reçu montré loin et vite',
    paid_twice: 'Véhicule payé deux fois',
    reversals_out_of_line: 'Annulations inhabituelles',
    silent_hour: 'Heure sans paiement',
  },
  state: { open: 'À trancher', explained: 'Expliquée', confirmed: 'Confirmée' },
  why: {
    scanned_far_apart: (
      plate: string,
      first: string,
      firstAt: string,
      second: string,
      secondAt: string,
      km: string,
      minutes: string,
    ) =>
      `Le reçu du véhicule ${plate} a été contrôlé en ${first} (${firstAt}), puis en ${second} (${secondAt})\u00a0: ${km} km en ${minutes} min. Une seule voiture ne peut pas y être.`,
    paid_twice: (plates: string, year: string, vin: string) =>
      `La taxe ${year} a été payée pour ce qui paraît être un seul véhicule\u00a0: ${plates}. ${vin ? `Même numéro de série\u00a0: ${vin}.` : 'Même plaque et même date de première mise en circulation.'}`,
    reversals_out_of_line: (
      name: string,
      count: string,
      takings: string,
      days: string,
      rate: string,
      median: string,
      peers: string,
    ) =>
      `${name}\u00a0: ${count} annulations sur ${takings} paiements en ${days} jours, soit ${rate} pour mille. La médiane de ${peers} collègues est de ${median} pour mille.`,
    silent_hour: (office: string, from: string, to: string, usual: string) =>
      `${office}\u00a0: aucun paiement du ${from} à ${to}, alors que le centre était ouvert. D’habitude à cette heure\u00a0: ${usual}.`,
  },
  rule: 'La règle',
  ruleOf: {
    scanned_far_apart:
      'Deux contrôles d’un même reçu dans deux régions dont les chefs-lieux sont à 80 km ou plus, en moins de temps qu’il n’en faut à 160 km/h en ligne droite. Seules les régions que les contrôleurs ont accepté de donner sont comparées.',
    paid_twice:
      'La même année payée pour deux véhicules du registre qui ont le même numéro de série (17 signes)\u00a0; ou, si l’un n’en a pas, la même plaque dans deux pays et la même première mise en circulation. Les paiements annulés ne comptent pas.',
    reversals_out_of_line:
      'Sur 30 jours, parmi les agents qui ont encaissé au moins 20 paiements\u00a0: au moins 5 annulations, et un taux au-dessus à la fois de 10 pour mille, de trois fois la médiane des collègues, et de cette médiane plus cinq fois l’écart médian. Au moins 3 collègues. Une fois par mois et par agent.',
    silent_hour:
      'Une heure d’horloge entièrement dans les horaires du centre, sans aucun paiement au guichet, alors que la médiane de la même heure de ses jours ouverts des 14 derniers jours est d’au moins un paiement. Il faut 5 jours ouverts pour comparer.',
  },
  receipts: (count: number) => (count === 1 ? 'Le reçu' : `Les ${count} reçus`),
  explain: 'Expliquer',
  confirm: 'Confirmer l’anomalie',
  explainTitle: 'C’est expliqué',
  confirmTitle: 'C’est bien une anomalie',
  note: 'Ce que c’était',
  noteHint: 'Ce que vous avez vérifié et ce que vous en concluez. Ces mots sont gardés.',
  noteFault: 'Écrivez quelques mots (au moins 3 caractères).',
  by: (state: string, name: string, when: string) => `${state} par ${name}, ${when}`,
  own: 'Cette anomalie vous concerne\u00a0: une autre personne tranche.',
};
