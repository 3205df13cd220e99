import type { Translation } from '../translation.ts';
import type { security as fr } from './security.fr.ts';

export const security: Translation<typeof fr> = {
  codeTitle: 'Second step',
  codeLead: 'Open the authenticator app of your phone and type the code that it shows for Vignette.',
  code: 'Six-digit code',
  codeHint: 'It changes every 30 seconds. Without your phone, type one of your backup codes.',
  confirm: 'Confirm',
  faults: { code: 'Type the six digits of the code, or a backup code such as ABCDE-FGHJK.' },
  lostTitle: 'Phone lost or changed?',
  lost: 'Use a backup code. If you have none left, an administrator can reset your access.',
  otherAccount: 'Sign in with another account',
  enrolTitle: 'Protect your access',
  enrolLead: 'Staff sign in with two steps: the password, then a code of your phone. Set it up once, in two minutes.',
  steps: {
    app: 'Install an authenticator app',
    appText: 'For example Aegis, FreeOTP, Google Authenticator or Microsoft Authenticator. If you have one already, keep it.',
    scan: 'Scan this QR code with it',
    qr: 'QR code to scan with the authenticator app',
    typed: 'Can’t scan the QR code? Type this key into the app:',
    secret: 'Key to type',
    give: 'Type the code that it shows',
  },
  enrol: 'Turn the second step on',
  copy: 'Copy',
  copied: 'Copied.',
  codesTitle: 'Your backup codes',
  codesLead:
    'Keep them safe, not on that phone. Each replaces the code of the phone once, should you lose it. They will not be shown again.',
  codesList: 'Backup codes',
  print: 'Print',
  download: 'Download',
  fileName: 'vignette-backup-codes.txt',
  fileHead: (name) => `Vignette – backup codes of ${name}. Each works once.`,
  kept: 'I have put these codes in a safe place',
  keptFault: 'Tick the box once your codes are safe: they will not be shown again.',
  goOn: 'Continue',
  account: {
    title: 'Two-step sign-in',
    since: (date) => `On since ${date}.`,
    left: (count) =>
      count === 0
        ? 'You have no backup code left.'
        : count === 1
          ? 'You have 1 backup code left.'
          : `You have ${count} backup codes left.`,
    few: 'Make new ones before you run out.',
    renew: 'Make new backup codes',
    renewHint: 'The earlier ones will no longer work.',
    change: 'Change phone',
    done: 'Your codes are kept.',
    changed: 'Your new phone is ready. The old one no longer gives valid codes.',
  },
  stepUp: {
    title: 'Confirm that it is you',
    lead: 'This touches money or your access. Type the code of your phone once more.',
    given: 'Confirmed.',
  },
  idle: {
    title: 'Are you still there?',
    text: 'Unless you do something, your session will end, to protect your desk.',
    left: (seconds) => (seconds <= 1 ? '1 second left.' : `${seconds} seconds left.`),
    stay: 'Stay signed in',
    leave: 'Sign out',
  },
};
