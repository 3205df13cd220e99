import type { Locale } from '#shared/contracts/identity.ts';
import { SIGN_UP_CODE_MINUTES, type AccountMessage, type AccountCodeMessage } from '#shared/contracts/messages.ts';
import type { MessageText } from './message-text.ts';

type Facts<M> = M extends AccountCodeMessage ? { code: string; origin: string } : { origin: string };

/** What is said about an account and its addresses, in every language. */
export const ACCOUNT_TEXTS: { [M in AccountMessage]: Record<Locale, (facts: Facts<M>) => MessageText> } = {
  recovery_code: {
    fr: ({ code }) => ({
      subject: `${code} : votre code pour un nouveau mot de passe`,
      paragraphs: [
        'Bonjour,',
        'Voici le code qui permet de choisir un nouveau mot de passe pour votre compte Vignette :',
        code,
        `Il est valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne : aucun agent ne vous le demandera.`,
        'Vous n’avez rien demandé ? Ignorez ce message : sans ce code, votre mot de passe ne change pas.',
      ],
      sms: `Vignette : code ${code} pour un nouveau mot de passe, valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne.`,
    }),
    en: ({ code }) => ({
      subject: `${code}: your code for a new password`,
      paragraphs: [
        'Hello,',
        'With this code you can choose a new password for your Vignette account:',
        code,
        `It is valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody: no agent will ask you for it.`,
        'You did not ask for it? Ignore this message: without the code your password does not change.',
      ],
      sms: `Vignette: code ${code} for a new password, valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody.`,
    }),
  },
  recovery_unknown: {
    fr: ({ origin }) => ({
      subject: 'Aucun compte Vignette à cette adresse',
      paragraphs: [
        'Bonjour,',
        'Quelqu’un, sans doute vous, a demandé un nouveau mot de passe avec cette adresse. Aucun compte ne l’utilise.',
        `Vous avez peut-être donné une autre adresse ou un numéro de téléphone. Pour essayer : ${origin}/mot-de-passe-perdu`,
        'Ce n’était pas vous ? Il n’y a rien à faire.',
      ],
      sms: `Vignette : aucun compte n'utilise ce numéro. Essayez avec votre adresse e-mail : ${origin}/mot-de-passe-perdu`,
    }),
    en: ({ origin }) => ({
      subject: 'No Vignette account at this address',
      paragraphs: [
        'Hello,',
        'Somebody, most likely you, asked for a new password with this address. No account uses it.',
        `You may have given another address or a phone number. To try: ${origin}/mot-de-passe-perdu`,
        'Was it not you? There is nothing to do.',
      ],
      sms: `Vignette: no account uses this number. Try your e-mail address: ${origin}/mot-de-passe-perdu`,
    }),
  },
  contact_code: {
    fr: ({ code }) => ({
      subject: `${code} : confirmez votre nouvelle adresse`,
      paragraphs: [
        'Bonjour,',
        'Voici le code qui confirme cette adresse pour votre compte Vignette :',
        code,
        `Il est valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne : aucun agent ne vous le demandera.`,
        'Vous n’avez rien demandé ? Ignorez ce message : sans ce code, rien ne change.',
      ],
      sms: `Vignette : code ${code} pour confirmer ce numéro, valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne.`,
    }),
    en: ({ code }) => ({
      subject: `${code}: confirm your new address`,
      paragraphs: [
        'Hello,',
        'This code confirms this address for your Vignette account:',
        code,
        `It is valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody: no agent will ask you for it.`,
        'You did not ask for it? Ignore this message: without the code nothing changes.',
      ],
      sms: `Vignette: code ${code} confirms this number, valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody.`,
    }),
  },
  contact_taken: {
    fr: ({ origin }) => ({
      subject: 'Cette adresse a déjà un compte Vignette',
      paragraphs: [
        'Bonjour,',
        'Quelqu’un, sans doute vous, a voulu ajouter cette adresse à un compte Vignette. Elle sert déjà pour un autre compte.',
        `Pour l’utiliser ailleurs, connectez-vous d’abord à ce compte-là et changez-y l’adresse, ou fermez-le : ${origin}`,
        'Ce n’était pas vous ? Il n’y a rien à faire : aucun compte n’a changé.',
      ],
      sms: `Vignette : ce numéro sert déjà pour un autre compte. Changez-le d'abord là-bas : ${origin}`,
    }),
    en: ({ origin }) => ({
      subject: 'This address already has a Vignette account',
      paragraphs: [
        'Hello,',
        'Somebody, most likely you, wanted to add this address to a Vignette account. Another account uses it already.',
        `To use it elsewhere, sign in to that account first and change its address, or close it: ${origin}`,
        'Was it not you? There is nothing to do: no account has changed.',
      ],
      sms: `Vignette: another account uses this number already. Change it there first: ${origin}`,
    }),
  },
  email_moved: {
    fr: ({ origin }) => ({
      subject: 'Cette adresse n’ouvre plus votre compte Vignette',
      paragraphs: [
        'Bonjour,',
        'L’adresse e-mail de votre compte Vignette vient d’être remplacée, après vérification du mot de passe. Vous ne pouvez plus vous connecter avec celle-ci.',
        'C’était vous ? Il n’y a rien à faire.',
        `Ce n’était pas vous ? Présentez-vous à un bureau avec une pièce d’identité, ou écrivez-nous : ${origin}`,
      ],
      sms: `Vignette : l'adresse de votre compte a été remplacée. Ce n'était pas vous ? Allez à un bureau : ${origin}`,
    }),
    en: ({ origin }) => ({
      subject: 'This address no longer opens your Vignette account',
      paragraphs: [
        'Hello,',
        'The e-mail address of your Vignette account was replaced just now, after the password was checked. You can no longer sign in with this one.',
        'Was it you? There is nothing to do.',
        `Was it not you? Go to an office with your identity card, or write to us: ${origin}`,
      ],
      sms: `Vignette: the address of your account was replaced. Was it not you? Go to an office: ${origin}`,
    }),
  },
  phone_moved: {
    fr: ({ origin }) => ({
      subject: 'Ce numéro n’ouvre plus votre compte Vignette',
      paragraphs: [
        'Bonjour,',
        'Le numéro de téléphone de votre compte Vignette vient d’être remplacé.',
        `Ce n’était pas vous ? Présentez-vous à un bureau avec une pièce d’identité : ${origin}`,
      ],
      sms: `Vignette : ce numéro n'ouvre plus votre compte, un autre le remplace. Ce n'était pas vous ? Allez à un bureau.`,
    }),
    en: ({ origin }) => ({
      subject: 'This number no longer opens your Vignette account',
      paragraphs: [
        'Hello,',
        'The phone number of your Vignette account was replaced just now.',
        `Was it not you? Go to an office with your identity card: ${origin}`,
      ],
      sms: `Vignette: this number no longer opens your account, another replaces it. Was it not you? Go to an office.`,
    }),
  },
  account_closed: {
    fr: () => ({
      subject: 'Votre compte Vignette est fermé',
      paragraphs: [
        'Bonjour,',
        'Votre compte Vignette est fermé. Votre nom, vos adresses, vos photos et vos documents sont effacés.',
        'Vos reçus restent valables : ils peuvent toujours être vérifiés. Les paiements sont conservés sans votre nom, comme la loi le demande.',
        'Vous pourrez ouvrir un nouveau compte avec cette adresse quand vous voudrez.',
      ],
      sms: 'Vignette : votre compte est fermé et vos données sont effacées. Vos justificatifs restent valables.',
    }),
    en: () => ({
      subject: 'Your Vignette account is closed',
      paragraphs: [
        'Hello,',
        'Your Vignette account is closed. Your name, addresses, photographs and documents are erased.',
        'Your receipts stay good: they can still be verified. Payments are kept without your name, as the law requires.',
        'You can open a new account with this address whenever you like.',
      ],
      sms: 'Vignette: your account is closed and your data are erased. Your receipts stay good.',
    }),
  },
};

/** Minutes after which such a message is of no use any more. */
export const ACCOUNT_USEFUL_MINUTES: { [M in AccountMessage]: number } = {
  recovery_code: SIGN_UP_CODE_MINUTES,
  recovery_unknown: 60,
  contact_code: SIGN_UP_CODE_MINUTES,
  contact_taken: 60,
  email_moved: 3 * 24 * 60,
  phone_moved: 3 * 24 * 60,
  account_closed: 3 * 24 * 60,
};
