import type { Locale } from '#shared/contracts/identity.ts';
import { SIGN_UP_CODE_MINUTES, type AccountMessage, type MessageName } from '#shared/contracts/messages.ts';
import { ACCOUNT_USEFUL_MINUTES } from './account-texts.ts';
import type { MessageText } from './message-text.ts';

/** Messages with a text of their own; a notice's is made of the notice (`notice-texts.ts`), an account's are in
 * `account-texts.ts`. */
export type PlainMessageName = Exclude<MessageName, 'notice' | AccountMessage>;

/** What a template is filled with: its parameters, opened. */
export interface MessageFacts {
  sign_up_code: { code: string };
  account_exists: Record<never, never>;
}

type Template<M extends PlainMessageName> = (facts: MessageFacts[M] & { origin: string }) => MessageText;

/** Texts of every message in every language. A missing one does not compile. */
export const MESSAGE_TEXTS: { [M in PlainMessageName]: Record<Locale, Template<M>> } = {
  sign_up_code: {
    fr: ({ code }) => ({
      subject: `${code} : votre code Vignette`,
      paragraphs: [
        'Bonjour,',
        'Voici le code qui confirme votre adresse et termine la création de votre compte Vignette :',
        code,
        `Il est valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne : aucun agent ne vous le demandera.`,
        'Vous n’avez rien demandé ? Ignorez ce message : sans ce code, aucun compte n’est créé.',
      ],
      sms: `Vignette : votre code est ${code}. Il est valable ${SIGN_UP_CODE_MINUTES} minutes. Ne le donnez à personne.`,
    }),
    en: ({ code }) => ({
      subject: `${code}: your Vignette code`,
      paragraphs: [
        'Hello,',
        'This is the code that confirms your address and completes your Vignette account:',
        code,
        `It is valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody: no agent will ask you for it.`,
        'You did not ask for it? Ignore this message: without the code no account is created.',
      ],
      sms: `Vignette: your code is ${code}. It is valid for ${SIGN_UP_CODE_MINUTES} minutes. Give it to nobody.`,
    }),
  },
  account_exists: {
    fr: ({ origin }) => ({
      subject: 'Vous avez déjà un compte Vignette',
      paragraphs: [
        'Bonjour,',
        'Quelqu’un, sans doute vous, a demandé un compte Vignette avec cette adresse. Elle a déjà le sien.',
        `Pour vous connecter : ${origin}`,
        'Ce n’était pas vous ? Il n’y a rien à faire : votre compte n’a pas changé.',
      ],
      sms: `Vignette : ce numéro a déjà un compte. Pour vous connecter : ${origin} Si ce n'était pas vous, ignorez ce message.`,
    }),
    en: ({ origin }) => ({
      subject: 'You already have a Vignette account',
      paragraphs: [
        'Hello,',
        'Somebody, most likely you, asked for a Vignette account with this address. It already has one.',
        `To sign in: ${origin}`,
        'Was it not you? There is nothing to do: your account has not changed.',
      ],
      sms: `Vignette: this number already has an account. To sign in: ${origin} If it was not you, ignore this message.`,
    }),
  },
};

/** Minutes after which a message is of no use any more, and is not sent. */
export const USEFUL_MINUTES: { [M in MessageName]: number } = {
  sign_up_code: SIGN_UP_CODE_MINUTES,
  account_exists: 24 * 60,
  ...ACCOUNT_USEFUL_MINUTES,
  notice: 3 * 24 * 60,
};
