/** The staff's pages: their home, and what they share. */
export const bureau = {
  name: 'Bureau',
  menu: 'Menu du bureau',
  home: 'Accueil du bureau',
  homeTitle: (name: string) => `Bonjour, ${name}`,
  homeLead: 'Choisissez ce que vous voulez faire. Tout ce qui change s’affiche sans recharger la page.',
  nothing: 'Votre rôle n’ouvre encore aucune page ici.',
  role: { citizen: 'Usager', agent: 'Agent', supervisor: 'Superviseur', administrator: 'Administrateur', auditor: 'Auditeur' },
  pages: {
    dashboard: {
      title: 'Tableau de bord',
      text: 'Ce qui est collecté, attendu, en route\u00a0: en direct, jusqu’à la quittance.',
    },
    counter: { title: 'Guichet', text: 'Appeler, recevoir, orienter\u00a0: la file du centre, en direct.' },
    documents: { title: 'Cartes à examiner', text: 'Comparer les cartes grises douteuses avec leurs photographies.' },
    alarms: { title: 'Alarmes', text: 'Ce qui dépasse un seuil, en direct, qui s’en occupe, et les règles.' },
    anomalies: { title: 'Anomalies', text: 'Ce qui paraît anormal, avec la raison\u00a0: à vous de trancher.' },
    tills: { title: 'Caisses', text: 'Ce que chaque caisse doit contenir, les écarts, les rapports.' },
    reconciliation: { title: 'Rapprochement', text: 'Comparer les relevés des opérateurs à nos comptes, régler les écarts.' },
    centre: { title: 'Le centre', text: 'Services, horaires, priorités, message de l’écran de la salle.' },
    reports: { title: 'Rapports', text: 'Journaliers, mensuels, annuels\u00a0: les préparer, les télécharger.' },
    refunds: { title: 'Remboursements', text: 'Proposer, approuver et suivre ce qui est rendu aux usagers.' },
  },
  refusedTitle: 'Cette partie est réservée au personnel',
  refusedText:
    'Votre compte est celui d’un usager. Si vous travaillez dans un bureau, demandez à votre administrateur de vous y rattacher, puis reconnectez-vous.',
  refusedPageTitle: 'Cette page ne vous est pas ouverte',
  refusedPage: 'Votre rôle ne donne pas accès à cette page. Si vous en avez besoin, parlez-en à votre administrateur.',
  refusedHome: 'Aller à mes véhicules',
};
