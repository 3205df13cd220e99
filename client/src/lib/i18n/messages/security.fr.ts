/** The second step of the staff: setting it up, giving it, and the end of a session that is not used. */
export const security = {
  codeTitle: 'Deuxième étape',
  codeLead: 'Ouvrez l’application d’authentification de votre téléphone et tapez le code qu’elle affiche pour Vignette.',
  code: 'Code à six chiffres',
  codeHint: 'Il change toutes les 30 secondes. Sans téléphone, tapez un de vos codes de secours.',
  confirm: 'Valider',
  faults: { code: 'Tapez les six chiffres du code, ou un code de secours comme ABCDE-FGHJK.' },
  lostTitle: 'Téléphone perdu ou changé\u00a0?',
  lost: 'Utilisez un code de secours. Si vous n’en avez plus, un administrateur peut remettre votre accès à zéro.',
  otherAccount: 'Se connecter avec un autre compte',
  enrolTitle: 'Protégez votre accès',
  enrolLead:
    'Le personnel se connecte en deux étapes\u00a0: le mot de passe, puis un code de votre téléphone. À installer une seule fois, en deux minutes.',
  steps: {
    app: 'Installez une application d’authentification',
    appText: 'Par exemple Aegis, FreeOTP, Google Authenticator ou Microsoft Authenticator. Si vous en avez déjà une, gardez-la.',
    scan: 'Lisez ce code QR avec elle',
    qr: 'Code QR à lire avec l’application d’authentification',
    typed: 'Impossible de lire le code QR\u00a0? Tapez cette clé dans l’application\u00a0:',
    secret: 'Clé à taper',
    give: 'Tapez le code qu’elle affiche',
  },
  enrol: 'Activer la deuxième étape',
  copy: 'Copier',
  copied: 'Copié.',
  codesTitle: 'Vos codes de secours',
  codesLead:
    'Gardez-les à l’abri, pas dans ce téléphone. Chacun remplace une fois le code du téléphone, si vous le perdez. Ils ne seront plus affichés.',
  codesList: 'Codes de secours',
  print: 'Imprimer',
  download: 'Télécharger',
  fileName: 'vignette-codes-de-secours.txt',
  fileHead: (name: string) => `Vignette – codes de secours de ${name}. Chacun ne sert qu’une fois.`,
  kept: 'J’ai gardé ces codes en lieu sûr',
  keptFault: 'Cochez la case une fois vos codes gardés\u00a0: ils ne seront plus affichés.',
  goOn: 'Continuer',
  account: {
    title: 'Connexion en deux étapes',
    since: (date: string) => `Active depuis le ${date}.`,
    left: (count: number) =>
      count === 0
        ? 'Vous n’avez plus de code de secours.'
        : count === 1
          ? 'Il vous reste 1 code de secours.'
          : `Il vous reste ${count} codes de secours.`,
    few: 'Faites-en de nouveaux avant d’en manquer.',
    renew: 'Faire de nouveaux codes de secours',
    renewHint: 'Les anciens ne serviront plus.',
    change: 'Changer de téléphone',
    done: 'Vos codes sont gardés.',
    changed: 'Votre nouveau téléphone est prêt. L’ancien ne donne plus de code valable.',
  },
  stepUp: {
    title: 'Confirmez que c’est vous',
    lead: 'Cette action touche à l’argent ou à votre accès. Tapez de nouveau le code de votre téléphone.',
    given: 'C’est confirmé.',
  },
  idle: {
    title: 'Êtes-vous toujours là\u00a0?',
    text: 'Sans action de votre part, votre session va se terminer pour protéger votre poste.',
    left: (seconds: number) => (seconds <= 1 ? 'Il reste 1 seconde.' : `Il reste ${seconds} secondes.`),
    stay: 'Rester connecté',
    leave: 'Me déconnecter',
  },
};
