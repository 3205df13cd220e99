import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { AnomalyKind, AnomalyState } from '../../shared/contracts/anomalies.ts';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';
import { receipts } from './payments.ts';

/** What looks wrong, found once by its key; a person of the staff says what it was. */
export const anomalies = pgTable(
  'anomalies',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    kind: text('kind').$type<AnomalyKind>().notNull(),
    /** What it is of, for example an office and an hour. */
    key: text('key').notNull(),
    officeId: uuid('office_id').references(() => offices.id),
    /** The agent whom it is about. */
    agentId: uuid('agent_id').references(() => users.id),
    evidence: jsonb('evidence').$type<Record<string, unknown>>().notNull(),
    foundAt: instant('found_at').notNull(),
    state: text('state').$type<AnomalyState>().notNull().default('open'),
    settledBy: uuid('settled_by').references(() => users.id),
    settledAt: instant('settled_at'),
    note: text('note').notNull().default(''),
  },
  (t) => [
    uniqueIndex('anomalies_key').on(t.kind, t.key),
    index('anomalies_found_idx').on(t.foundAt.desc()),
    index('anomalies_open_idx')
      .on(t.officeId, t.foundAt.desc())
      .where(sql`${t.state} = 'open'`),
    check('anomalies_state', sql`${t.state} in ('open', 'explained', 'confirmed')`),
    check(
      'anomalies_settled',
      sql`(${t.state} = 'open') = (${t.settledBy} is null) and (${t.settledBy} is null) = (${t.settledAt} is null)`,
    ),
    check('anomalies_said', sql`${t.state} = 'open' or length(trim(${t.note})) >= 3`),
    // Nobody settles what is about them.
    check('anomalies_settled_by_another', sql`${t.settledBy} is null or ${t.agentId} is null or ${t.settledBy} <> ${t.agentId}`),
  ],
);

/** That a receipt was checked somewhere, as an inspector's page told: the region alone, and nothing of who it was. Kept for thirty days. */
export const receiptScans = pgTable(
  'receipt_scans',
  {
    /** Given by the page. */
    id: uuid('id').primaryKey(),
    reference: text('reference')
      .notNull()
      .references(() => receipts.reference),
    place: text('place').notNull(),
    scannedAt: instant('scanned_at').notNull(),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    index('receipt_scans_reference_idx').on(t.reference, t.scannedAt),
    index('receipt_scans_received_idx').on(t.receivedAt),
  ],
);
