import { account as accountEn } from './messages/account.en.ts';
import { alarms as alarmsEn } from './messages/alarms.en.ts';
import { anomalies as anomaliesEn } from './messages/anomalies.en.ts';
import { appointments as appointmentsEn } from './messages/appointments.en.ts';
import { auth as authEn } from './messages/auth.en.ts';
import { bureau as bureauEn } from './messages/bureau.en.ts';
import { centre as centreEn } from './messages/centre.en.ts';
import { channels as channelsEn } from './messages/channels.en.ts';
import { collections as collectionsEn } from './messages/collections.en.ts';
import { common as commonEn } from './messages/common.en.ts';
import { counter as counterEn } from './messages/counter.en.ts';
import { dashboard as dashboardEn } from './messages/dashboard.en.ts';
import { documents as documentsEn } from './messages/documents.en.ts';
import { dossier as dossierEn } from './messages/dossier.en.ts';
import { errors as errorsEn } from './messages/errors.en.ts';
import { garage as garageEn } from './messages/garage.en.ts';
import { home as homeEn } from './messages/home.en.ts';
import { notices as noticesEn } from './messages/notices.en.ts';
import { office as officeEn } from './messages/office.en.ts';
import { reconciliation as reconciliationEn } from './messages/reconciliation.en.ts';
import { refunds as refundsEn } from './messages/refunds.en.ts';
import { reports as reportsEn } from './messages/reports.en.ts';
import { reviews as reviewsEn } from './messages/reviews.en.ts';
import { payments as paymentsEn } from './messages/payments.en.ts';
import { security as securityEn } from './messages/security.en.ts';
import { tax as taxEn } from './messages/tax.en.ts';
import { till as tillEn } from './messages/till.en.ts';
import { transfers as transfersEn } from './messages/transfers.en.ts';
import { verify as verifyEn } from './messages/verify.en.ts';
import type { Messages } from './messages.ts';

/** Every text that people read, in English. A file of its own, because most pages are read in French. */
export const english: Messages = {
  ...commonEn,
  home: homeEn,
  auth: authEn,
  garage: garageEn,
  documents: documentsEn,
  account: accountEn,
  payments: paymentsEn,
  channels: channelsEn,
  verify: verifyEn,
  notices: noticesEn,
  bureau: bureauEn,
  reconciliation: reconciliationEn,
  refunds: refundsEn,
  reports: reportsEn,
  reviews: reviewsEn,
  office: officeEn,
  alarms: alarmsEn,
  anomalies: anomaliesEn,
  centre: centreEn,
  appointments: appointmentsEn,
  collections: collectionsEn,
  counter: counterEn,
  dashboard: dashboardEn,
  dossier: dossierEn,
  security: securityEn,
  tax: taxEn,
  till: tillEn,
  transfers: transfersEn,
  errors: errorsEn,
};
