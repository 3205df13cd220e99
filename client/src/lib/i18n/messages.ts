import { account as accountFr } from './messages/account.fr.ts';
import { appointments as appointmentsFr } from './messages/appointments.fr.ts';
import { auth as authFr } from './messages/auth.fr.ts';
import { bureau as bureauFr } from './messages/bureau.fr.ts';
import { channels as channelsFr } from './messages/channels.fr.ts';
import { common as commonFr } from './messages/common.fr.ts';
import { documents as documentsFr } from './messages/documents.fr.ts';
import { errors as errorsFr } from './messages/errors.fr.ts';
import { garage as garageFr } from './messages/garage.fr.ts';
import { home as homeFr } from './messages/home.fr.ts';
import { notices as noticesFr } from './messages/notices.fr.ts';
import { office as officeFr } from './messages/office.fr.ts';
import { refunds as refundsFr } from './messages/refunds.fr.ts';
import { reviews as reviewsFr } from './messages/reviews.fr.ts';
import { payments as paymentsFr } from './messages/payments.fr.ts';
import { security as securityFr } from './messages/security.fr.ts';
import { tax as taxFr } from './messages/tax.fr.ts';
import { transfers as transfersFr } from './messages/transfers.fr.ts';
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
  channels: channelsFr,
  verify: verifyFr,
  notices: noticesFr,
  bureau: bureauFr,
  refunds: refundsFr,
  reviews: reviewsFr,
  office: officeFr,
  appointments: appointmentsFr,
  security: securityFr,
  tax: taxFr,
  transfers: transfersFr,
};

/** Texts of the staff's pages come with those pages (`staff-texts.ts`). */
type Staff = typeof import('./staff-texts.ts').staffFrench;

/** The texts of one language. English has the same keys as French, or this does not compile. */
export type Messages = Translation<typeof fr & Staff> & {
  errors: Record<ErrorCode, string | ((details: ErrorDetails) => string)>;
};

const everybody: Omit<Messages, keyof Staff> = { ...fr, errors: errorsFr };

/**
 * What everybody reads, in French: what a page begins with. English comes when it is asked for (`english.ts`), the staff's texts with
 * their pages, which add them before they are drawn.
 */
export const french = everybody as Messages;
