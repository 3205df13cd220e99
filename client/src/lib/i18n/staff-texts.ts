import { reconciliation as reconciliationFr } from './messages/reconciliation.fr.ts';
import { alarms as alarmsFr } from './messages/alarms.fr.ts';
import { anomalies as anomaliesFr } from './messages/anomalies.fr.ts';
import { centre as centreFr } from './messages/centre.fr.ts';
import { collections as collectionsFr } from './messages/collections.fr.ts';
import { counter as counterFr } from './messages/counter.fr.ts';
import { dashboard as dashboardFr } from './messages/dashboard.fr.ts';
import { dossier as dossierFr } from './messages/dossier.fr.ts';
import { reports as reportsFr } from './messages/reports.fr.ts';
import { till as tillFr } from './messages/till.fr.ts';

/** What only the staff read, in French. */
export const staffFrench = {
  reconciliation: reconciliationFr,
  alarms: alarmsFr,
  anomalies: anomaliesFr,
  centre: centreFr,
  collections: collectionsFr,
  counter: counterFr,
  dashboard: dashboardFr,
  dossier: dossierFr,
  reports: reportsFr,
  till: tillFr,
};
