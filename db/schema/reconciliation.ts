import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ProviderCode } from '../../shared/contracts/payments.ts';
import type {
  DecisionView,
  DifferenceKind,
  DifferenceState,
  LineFault,
  ReconciliationState,
  SettleReason,
  StatementFault,
  StatementSource,
  Sums,
} from '../../shared/contracts/reconciliation.ts';
import { instant } from './columns.ts';
import { users } from './identity.ts';
import { paymentIntents } from './payments.ts';
import { refunds } from './refunds.ts';

/** Integers of the minor unit. */
const money = (name: string) => bigint(name, { mode: 'number' });

/** An imported statement. The same file of a provider is one; only of a day without movements the file may be that of another day. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    provider: text('provider').$type<ProviderCode>().notNull(),
    /** On the provider's own calendar. */
    day: date('day', { mode: 'string' }).notNull(),
    source: text('source').$type<StatementSource>().notNull(),
    fileName: text('file_name').notNull(),
    sha256: text('sha256').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    /** Null: the platform itself, or the command line. */
    importedBy: uuid('imported_by').references(() => users.id),
    state: text('state').$type<ReconciliationState>().notNull().default('waiting'),
    fault: text('fault').$type<StatementFault>(),
    lines: integer('lines').notNull().default(0),
    unreadable: integer('unreadable').notNull().default(0),
    bytesRead: bigint('bytes_read', { mode: 'number' }).notNull().default(0),
    theirs: jsonb('theirs').$type<Sums>().notNull().default({}),
    ours: jsonb('ours').$type<Sums>().notNull().default({}),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [
    uniqueIndex('reconciliations_file_key').on(t.provider, t.sha256, t.day),
    index('reconciliations_day_idx').on(t.provider, t.day),
    index('reconciliations_newest_idx').on(t.createdAt.desc()),
    check('reconciliations_state_known', sql`${t.state} in ('waiting', 'reading', 'matching', 'done', 'failed')`),
    check('reconciliations_ended', sql`(${t.state} in ('done', 'failed')) = (${t.endedAt} is not null)`),
    check('reconciliations_fault', sql`(${t.state} = 'failed') = (${t.fault} is not null)`),
  ],
);

/** The lines of a statement, each as it came; those that could not be read as well. */
export const reconciliationLines = pgTable(
  'reconciliation_lines',
  {
    reconciliationId: uuid('reconciliation_id')
      .notNull()
      .references(() => reconciliations.id),
    number: integer('number').notNull(),
    raw: text('raw').notNull(),
    fault: text('fault').$type<LineFault>(),
    kind: text('kind').$type<'payment' | 'refund'>(),
    reference: text('reference').notNull().default(''),
    ourId: text('our_id').notNull().default(''),
    /** The provider's id of the order, where it goes by that. */
    handle: text('handle').notNull().default(''),
    amount: money('amount'),
    currency: text('currency'),
    fee: money('fee').notNull().default(0),
    moved: boolean('moved').notNull().default(false),
    /** Our record that it is about, `p:<payment>` or `r:<refund>`; else what the provider calls it. Null until it was looked for. */
    movement: text('movement'),
  },
  (t) => [
    primaryKey({ columns: [t.reconciliationId, t.number] }),
    index('reconciliation_lines_movement_idx').on(t.movement, t.reconciliationId),
    check(
      'reconciliation_lines_read',
      sql`(${t.fault} is null) = (${t.amount} is not null and ${t.currency} is not null and ${t.kind} is not null)`,
    ),
  ],
);

/** In what a statement and our books differ, each until a person has settled it. What was found never changes. */
export const reconciliationDifferences = pgTable(
  'reconciliation_differences',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    reconciliationId: uuid('reconciliation_id')
      .notNull()
      .references(() => reconciliations.id),
    /** Tells it from the others of its run: kind, line and record. */
    name: text('name').notNull(),
    provider: text('provider').$type<ProviderCode>().notNull(),
    kind: text('kind').$type<DifferenceKind>().notNull(),
    line: integer('line'),
    intentId: uuid('intent_id').references(() => paymentIntents.id),
    refundId: uuid('refund_id').references(() => refunds.id),
    delta: money('delta').notNull(),
    currency: text('currency').notNull(),
    state: text('state').$type<DifferenceState>().notNull().default('open'),
    foundAt: instant('found_at').notNull(),
  },
  (t) => [
    uniqueIndex('reconciliation_differences_key').on(t.reconciliationId, t.name),
    index('reconciliation_differences_unsettled_idx')
      .on(t.provider, t.kind)
      .where(sql`${t.state} <> 'settled'`),
    index('reconciliation_differences_intent_idx').on(t.intentId),
    check('reconciliation_differences_state_known', sql`${t.state} in ('open', 'proposed', 'settled')`),
  ],
);

/** What people said about a difference, append only. A correction is proposed by one and approved by another. */
export const reconciliationDecisions = pgTable(
  'reconciliation_decisions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    differenceId: uuid('difference_id')
      .notNull()
      .references(() => reconciliationDifferences.id),
    ordinal: integer('ordinal').notNull(),
    action: text('action').$type<DecisionView['action']>().notNull(),
    by: uuid('by')
      .notNull()
      .references(() => users.id),
    /** Whose proposal it decides; null: it is none that decides. */
    proposedBy: uuid('proposed_by').references(() => users.id),
    reason: text('reason').$type<SettleReason>(),
    note: text('note').notNull(),
    /** Of the ledger; an approval's alone. */
    postingId: uuid('posting_id'),
    at: instant('at').notNull(),
  },
  (t) => [
    uniqueIndex('reconciliation_decisions_key').on(t.differenceId, t.ordinal),
    check('reconciliation_decisions_known', sql`${t.action} in ('explained', 'proposed', 'approved', 'refused')`),
    check('reconciliation_decisions_two_persons', sql`${t.proposedBy} <> ${t.by}`),
    check('reconciliation_decisions_decides', sql`(${t.proposedBy} is not null) = (${t.action} in ('approved', 'refused'))`),
    check('reconciliation_decisions_posting', sql`(${t.postingId} is not null) = (${t.action} = 'approved')`),
  ],
);
