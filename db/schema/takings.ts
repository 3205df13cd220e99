import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { paymentIntents } from './payments.ts';
import { tillSessions } from './till.ts';

/** Cash taken at a counter, append only: a payment whose money lies in a till. */
export const cashTakings = pgTable(
  'cash_takings',
  {
    intentId: uuid('intent_id').primaryKey(),
    tillId: uuid('till_id').notNull(),
    agentId: uuid('agent_id').notNull(),
    officeId: uuid('office_id').notNull(),
    /** Given by the page: two presses take once, whoever pays. */
    idempotencyKey: uuid('idempotency_key').notNull(),
    /** What was put on the counter, of which the payment's amount was kept. Minor unit. */
    given: bigint('given', { mode: 'number' }).notNull(),
    takenAt: instant('taken_at').notNull(),
  },
  (t) => [
    uniqueIndex('cash_takings_key').on(t.agentId, t.idempotencyKey),
    index('cash_takings_till_idx').on(t.tillId, t.takenAt.desc()),
    index('cash_takings_office_idx').on(t.officeId, t.takenAt, t.intentId),
    // Of the intent's own till, and that till's own agent and office.
    foreignKey({
      name: 'cash_takings_intent_fk',
      columns: [t.intentId, t.tillId],
      foreignColumns: [paymentIntents.id, paymentIntents.tillId],
    }),
    foreignKey({
      name: 'cash_takings_till_fk',
      columns: [t.tillId, t.agentId, t.officeId],
      foreignColumns: [tillSessions.id, tillSessions.agentId, tillSessions.officeId],
    }),
    check('cash_takings_given', sql`${t.given} > 0`),
  ],
);
