/** The pages' own French texts: the tests find things by what people read, and follow when the words change. */
import { errors } from '#client/src/lib/i18n/messages/errors.fr.ts';
import { auth } from '#client/src/lib/i18n/messages/auth.fr.ts';
import { channels } from '#client/src/lib/i18n/messages/channels.fr.ts';
import { common } from '#client/src/lib/i18n/messages/common.fr.ts';
import { documents } from '#client/src/lib/i18n/messages/documents.fr.ts';
import { garage } from '#client/src/lib/i18n/messages/garage.fr.ts';
import { payments } from '#client/src/lib/i18n/messages/payments.fr.ts';
import { security } from '#client/src/lib/i18n/messages/security.fr.ts';
import { tax } from '#client/src/lib/i18n/messages/tax.fr.ts';
import { verify } from '#client/src/lib/i18n/messages/verify.fr.ts';

export const fr = {
  errors,
  ...common,
  auth,
  channels,
  documents,
  garage,
  payments,
  security,
  tax,
  verify,
};
