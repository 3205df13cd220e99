import { reconciliation as reconciliationFr } from './messages/reconciliation.fr.ts';
import { centre as centreFr } from './messages/centre.fr.ts';
import { collections as collectionsFr } from './messages/collections.fr.ts';
import { counter as counterFr } from './messages/counter.fr.ts';
import { dashboard as dashboardFr } from './messages/dashboard.fr.ts';
import { dossier as dossierFr } from './messages/dossier.fr.ts';
import { till as tillFr } from './messages/till.fr.ts';
import { french } from './messages.ts';

/** What only the staff read, in French. */
export const staffFrench = {
  reconciliation: reconciliationFr,
  centre: centreFr,
  collections: collectionsFr,
  counter: counterFr,
  dashboard: dashboardFr,
  dossier: dossierFr,
  till: tillFr,
};

/** Adds them to the catalogue; to be called before a page of the staff is drawn. */
export function addStaffTexts(): void {
  Object.assign(french, staffFrench);
}
