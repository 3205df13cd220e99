import { auth as authFr } from './messages/auth.fr.ts';
import { bureau as bureauFr } from './messages/bureau.fr.ts';
import { channels as channelsFr } from './messages/channels.fr.ts';
import { common as commonFr } from './messages/common.fr.ts';
import { documents as documentsFr } from './messages/documents.fr.ts';
import { errors as errorsFr } from './messages/errors.fr.ts';
import { home as homeFr } from './messages/home.fr.ts';
import { tax as taxFr } from './messages/tax.fr.ts';
import { verify as verifyFr } from './messages/verify.fr.ts';
import type { Translation } from './translation.ts';
import type { ErrorCode, ErrorDetails } from '#shared/contracts/errors.ts';

const fr = {
  ...commonFr,
  home: homeFr,
  auth: authFr,
  documents: documentsFr,
  channels: channelsFr,
  verify: verifyFr,
  bureau: bureauFr,
  tax: taxFr,
};

/** Texts that come with the pages that need them (`member-texts.ts`, `staff-texts.ts`). */
type Later = typeof import('./member-texts.ts').memberFrench & typeof import('./staff-texts.ts').staffFrench;

/** The texts of one language. English has the same keys as French, or this does not compile. */
export type Messages = Translation<typeof fr & Later> & {
  errors: Record<ErrorCode, string | ((details: ErrorDetails) => string)>;
};

const everybody: Omit<Messages, keyof Later> = { ...fr, errors: errorsFr };

/**
 * What everybody reads, in French: what a page begins with. English comes when it is asked for (`english.ts`); the texts of those who
 * are signed in, of the halls and of the staff come with their pages, which add them before they are drawn.
 */
export const french = everybody as Messages;

/** Adds texts to the catalogue; to be called before a page that shows them is drawn. */
export function addTexts(texts: Partial<Messages>): void {
  Object.assign(french, texts);
}
