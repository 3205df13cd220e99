import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { CashCount, TillState } from '../../shared/contracts/tills.ts';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';

/** Integers of the minor unit. */
const money = (name: string) => bigint(name, { mode: 'number' });

/**
 * One agent's cash drawer, from its float to its count. Its money is the ledger's account `till:<id>`: nothing is written there but while it is
 * open, and it closes on an account that is empty (triggers).
 */
export const tillSessions = pgTable(
  'till_sessions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    officeId: uuid('office_id')
      .notNull()
      .references(() => offices.id),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => users.id),
    /** The counter at which it was opened, as its board says; null: at none. */
    counter: text('counter'),
    currency: text('currency').notNull(),
    state: text('state').$type<TillState>().notNull().default('open'),
    version: integer('version').notNull().default(1),
    /** Given by the page that opened it. */
    idempotencyKey: uuid('idempotency_key').notNull(),
    openedAt: instant('opened_at').notNull(),
    float: jsonb('float').$type<CashCount>().notNull(),
    floatAmount: money('float_amount').notNull(),
    /** The till whose cash it took over; null: its float came from the safe. */
    receivedFrom: uuid('received_from'),
    count: jsonb('count').$type<CashCount>(),
    countedAmount: money('counted_amount'),
    /** What the ledger said when it was counted. */
    expectedAmount: money('expected_amount'),
    /** Counted less expected. */
    variance: money('variance'),
    reason: text('reason').notNull().default(''),
    /** Who is to take the cash over; null: it goes to the safe. */
    handedTo: uuid('handed_to').references(() => users.id),
    closedAt: instant('closed_at'),
    /** The supervisor who counted it because its agent was not there; null: the agent did. */
    closedBy: uuid('closed_by').references(() => users.id),
    /** Who of the supervisors took note of the variance. */
    notedBy: uuid('noted_by').references(() => users.id),
    notedAt: instant('noted_at'),
  },
  (t) => [
    // One drawer at a time for each agent, whatever comes at once.
    uniqueIndex('till_sessions_agent_key')
      .on(t.agentId)
      .where(sql`${t.state} <> 'closed'`),
    uniqueIndex('till_sessions_idempotency_key').on(t.agentId, t.idempotencyKey),
    uniqueIndex('till_sessions_received_key').on(t.receivedFrom),
    uniqueIndex('till_sessions_whose_key').on(t.id, t.agentId, t.officeId),
    index('till_sessions_office_idx').on(t.officeId, t.openedAt.desc()),
    // The one closed last, and those closed lately: of years of mornings.
    index('till_sessions_agent_closed_idx')
      .on(t.agentId, t.closedAt)
      .where(sql`${t.state} = 'closed'`),
    index('till_sessions_office_closed_idx')
      .on(t.officeId, t.closedAt)
      .where(sql`${t.state} = 'closed'`),
    // What no supervisor took note of.
    index('till_sessions_unnoted_idx')
      .on(t.officeId)
      .where(sql`${t.state} = 'closed' and ${t.variance} <> 0 and ${t.notedAt} is null`),
    index('till_sessions_handed_idx')
      .on(t.handedTo)
      .where(sql`${t.state} = 'handing_over'`),
    foreignKey({ name: 'till_sessions_received_fk', columns: [t.receivedFrom], foreignColumns: [t.id] }),
    check('till_sessions_state_known', sql`${t.state} in ('open', 'handing_over', 'closed')`),
    check('till_sessions_float', sql`${t.floatAmount} >= 0`),
    check(
      'till_sessions_counted',
      sql`(${t.state} = 'open') = (${t.countedAmount} is null) and (${t.countedAmount} is null) = (${t.expectedAmount} is null)
        and (${t.countedAmount} is null) = (${t.variance} is null) and (${t.countedAmount} is null) = (${t.count} is null)`,
    ),
    check('till_sessions_amounts', sql`${t.countedAmount} >= 0 and ${t.variance} = ${t.countedAmount} - ${t.expectedAmount}`),
    check('till_sessions_explained', sql`${t.variance} = 0 or length(trim(${t.reason})) >= 3`),
    check('till_sessions_closed', sql`(${t.state} = 'closed') = (${t.closedAt} is not null)`),
    check('till_sessions_handed', sql`${t.state} <> 'handing_over' or ${t.handedTo} is not null`),
    check('till_sessions_handed_to_another', sql`${t.handedTo} <> ${t.agentId}`),
    check(
      'till_sessions_noted',
      sql`(${t.notedBy} is null) = (${t.notedAt} is null) and (${t.notedBy} is null or ${t.state} = 'closed')`,
    ),
    check('till_sessions_noted_by_another', sql`${t.notedBy} <> ${t.agentId}`),
    check(
      'till_sessions_closed_by_another',
      sql`${t.closedBy} is null or (${t.closedBy} <> ${t.agentId} and ${t.state} = 'closed')`,
    ),
    // Who counted alone does not confirm what was missing alone.
    check('till_sessions_noted_by_third', sql`${t.notedBy} <> ${t.closedBy}`),
  ],
);

/**
 * The series of an office's receipts for cash, `C<ordinal>`: its own, so that one office's counter holds up no other. A device that is to
 * give numbers without a network gets a series of its own beside it.
 */
export const officeSeries = pgTable('office_series', {
  officeId: uuid('office_id')
    .primaryKey()
    .references(() => offices.id),
  ordinal: integer('ordinal').generatedAlwaysAsIdentity().unique(),
});
