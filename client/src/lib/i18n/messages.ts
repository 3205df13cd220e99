import type { Locale } from '#shared/contracts/identity.ts';
import { account as accountEn } from './messages/account.en.ts';
import { account as accountFr } from './messages/account.fr.ts';
import { auth as authEn } from './messages/auth.en.ts';
import { auth as authFr } from './messages/auth.fr.ts';
import { bureau as bureauEn } from './messages/bureau.en.ts';
import { bureau as bureauFr } from './messages/bureau.fr.ts';
import { common as commonEn } from './messages/common.en.ts';
import { common as commonFr } from './messages/common.fr.ts';
import { documents as documentsEn } from './messages/documents.en.ts';
import { documents as documentsFr } from './messages/documents.fr.ts';
import { errors as errorsEn } from './messages/errors.en.ts';
import { errors as errorsFr } from './messages/errors.fr.ts';
import { garage as garageEn } from './messages/garage.en.ts';
import { garage as garageFr } from './messages/garage.fr.ts';
import { home as homeEn } from './messages/home.en.ts';
import { home as homeFr } from './messages/home.fr.ts';
import { notices as noticesEn } from './messages/notices.en.ts';
import { notices as noticesFr } from './messages/notices.fr.ts';
import { office as officeEn } from './messages/office.en.ts';
import { office as officeFr } from './messages/office.fr.ts';
import { refunds as refundsEn } from './messages/refunds.en.ts';
import { refunds as refundsFr } from './messages/refunds.fr.ts';
import { payments as paymentsEn } from './messages/payments.en.ts';
import { payments as paymentsFr } from './messages/payments.fr.ts';
import { tax as taxEn } from './messages/tax.en.ts';
import { tax as taxFr } from './messages/tax.fr.ts';
import { verify as verifyEn } from './messages/verify.en.ts';
import { verify as verifyFr } from './messages/verify.fr.ts';
import type { Translation } from './translation.ts';
import type { ErrorCode, ErrorDetails } from '#shared/contracts/errors.ts';

const fr = {
  ...commonFr,
  home: homeFr,
  auth: authFr,
  garage: garageFr,
  documents: documentsFr,
  account: accountFr,
  payments: paymentsFr,
  verify: verifyFr,
  notices: noticesFr,
  bureau: bureauFr,
  refunds: refundsFr,
  office: officeFr,
  tax: taxFr,
};
const en: Translation<typeof fr> = {
  ...commonEn,
  home: homeEn,
  auth: authEn,
  garage: garageEn,
  documents: documentsEn,
  account: accountEn,
  payments: paymentsEn,
  verify: verifyEn,
  notices: noticesEn,
  bureau: bureauEn,
  refunds: refundsEn,
  office: officeEn,
  tax: taxEn,
};

export type Messages = Translation<typeof fr> & { errors: Record<ErrorCode, string | ((details: ErrorDetails) => string)> };

/** Every text that people read, by language. French first; English has the same keys, or this does not compile. */
export const catalogues: Record<Locale, Messages> = {
  fr: { ...fr, errors: errorsFr },
  en: { ...en, errors: errorsEn },
};
