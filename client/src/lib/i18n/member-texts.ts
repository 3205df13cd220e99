import { account as accountFr } from './messages/account.fr.ts';
import { payments as paymentsFr } from './messages/payments.fr.ts';
import { notices as noticesFr } from './messages/notices.fr.ts';
import { refunds as refundsFr } from './messages/refunds.fr.ts';
import { reviews as reviewsFr } from './messages/reviews.fr.ts';
import { office as officeFr } from './messages/office.fr.ts';
import { appointments as appointmentsFr } from './messages/appointments.fr.ts';
import { security as securityFr } from './messages/security.fr.ts';
import { transfers as transfersFr } from './messages/transfers.fr.ts';
import { garage as garageFr } from './messages/garage.fr.ts';

/** What is read by those who sign in, pay or wait at an office, in French. */
export const memberFrench = {
  account: accountFr,
  payments: paymentsFr,
  notices: noticesFr,
  refunds: refundsFr,
  reviews: reviewsFr,
  office: officeFr,
  appointments: appointmentsFr,
  security: securityFr,
  transfers: transfersFr,
  garage: garageFr,
};
