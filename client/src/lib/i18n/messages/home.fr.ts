export const home = {
  title: 'La taxe de votre véhicule commence par une photo.',
  lead: 'Photographiez votre carte grise. Vous voyez chaque information se lire, vous vérifiez, et votre véhicule est enregistré.',
  start: 'Créer mon compte',
  signIn: 'J’ai déjà un compte',
  goOn: 'Voir mes véhicules',
  addOne: 'Ajouter un véhicule',
  discTop: 'TAXE DES VÉHICULES',
  discBottom: 'VIGNETTE OFFICIELLE',
  how: 'Comment cela se passe',
  steps: {
    photo: {
      title: 'Vous photographiez',
      text: 'Recto, et verso si votre carte en a un. L’image est allégée sur votre téléphone avant de partir : elle passe même sur un réseau faible.',
    },
    read: {
      title: 'Vous regardez la lecture',
      text: 'Votre place dans la file, chaque étape, chaque champ au moment où il est lu, avec le degré de confiance. Rien n’est simulé.',
    },
    check: {
      title: 'Vous vérifiez et confirmez',
      text: 'Ce qui est douteux est signalé ; vous corrigez sur place, en regardant l’endroit exact de la carte. Rien n’est enregistré avant votre accord.',
    },
  },
  specimenTitle: 'Une carte grise, lue sous vos yeux',
  specimenText: 'Chaque information porte la lettre imprimée sur la carte, pour que vous puissiez comparer ligne à ligne.',
  specimen: 'Spécimen',
  specimenAlt:
    'Exemple de lecture : cinq champs d’une carte grise avec leur degré de confiance ; le numéro de châssis est à vérifier.',
  promises: 'Ce que vous pouvez attendre',
  promise: {
    live: {
      title: 'Toujours en direct',
      text: 'Ce qui change s’affiche aussitôt, sur tous vos écrans. Chaque page dit si elle est à jour, et depuis quand.',
    },
    resume: {
      title: 'Rien ne se perd',
      text: 'Une coupure, une page fermée, un autre téléphone : vous reprenez là où vous en étiez.',
    },
    plain: { title: 'Des mots simples', text: 'Quand quelque chose ne va pas, on vous dit quoi, pourquoi, et quoi faire.' },
  },
  ticket: 'Prendre un ticket',
};
