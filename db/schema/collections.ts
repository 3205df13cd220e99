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
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { DashboardView, Period } from '../../shared/contracts/dashboards.ts';
import type { PaymentState, PaymentWay } from '../../shared/contracts/payments.ts';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';

/** Integers of the minor unit. */
const money = (name: string) => bigint(name, { mode: 'number' });

/** Net of what was reversed in the same time, which stands beside it. */
const collected = () => ({
  count: integer('count').notNull(),
  amount: money('amount').notNull(),
  reversedCount: integer('reversed_count').notNull(),
  reversedAmount: money('reversed_amount').notNull(),
});

/** Where cash was taken; null: paid online, which is of no office. */
const office = () => uuid('office_id').references(() => offices.id);

/**
 * Taxes collected, by the hour of the country's day. Projections of `payments` and `payment_reversals`: written by the relay alone, in the
 * transaction that marks the events (ADR 029).
 */
export const collectionTotals = pgTable(
  'collection_totals',
  {
    day: date('day', { mode: 'string' }).notNull(),
    hour: smallint('hour').notNull(),
    officeId: office(),
    channel: text('channel').$type<PaymentWay>().notNull(),
    ...collected(),
  },
  (t) => [
    unique('collection_totals_key').on(t.day, t.hour, t.officeId, t.channel).nullsNotDistinct(),
    check('collection_totals_hour', sql`${t.hour} between 0 and 23`),
  ],
);

/** The same by day, month and year, so that a year is a few rows and not thousands. Written with them. */
export const collectionSums = pgTable(
  'collection_sums',
  {
    period: text('period').$type<Period>().notNull(),
    /** First day of the period. */
    starts: date('starts', { mode: 'string' }).notNull(),
    officeId: office(),
    channel: text('channel').$type<PaymentWay>().notNull(),
    ...collected(),
  },
  (t) => [
    unique('collection_sums_key').on(t.period, t.starts, t.officeId, t.channel).nullsNotDistinct(),
    check('collection_sums_period', sql`${t.period} in ('day', 'month', 'year')`),
  ],
);

/** Taxes paid in a minute, without reversals; kept for two days. Written with them. */
export const collectionMinutes = pgTable(
  'collection_minutes',
  {
    minute: instant('minute').notNull(),
    officeId: office(),
    count: integer('count').notNull(),
    amount: money('amount').notNull(),
  },
  (t) => [unique('collection_minutes_key').on(t.minute, t.officeId).nullsNotDistinct()],
);

/** Orders online that have not ended: as many rows as there are of them. Written with them. */
export const openIntents = pgTable('open_intents', {
  intentId: uuid('intent_id').primaryKey(),
  state: text('state').$type<PaymentState>().notNull(),
  amount: money('amount').notNull(),
});

/** One row: by whose clock days and hours were told, and when all of it was computed from the payments anew. */
export const collectionProjection = pgTable(
  'collection_projection',
  {
    id: integer('id').primaryKey().default(1),
    timeZone: text('time_zone').notNull(),
    builtAt: instant('built_at').notNull(),
    /** When the materialised view `dashboard_stats` was refreshed last; null: never yet. */
    statsAt: instant('stats_at'),
  },
  (t) => [check('collection_projection_one', sql`${t.id} = 1`)],
);

/** What is to be collected in each period that begins on `fromDay` or later, until another row says otherwise. */
export const collectionTargets = pgTable(
  'collection_targets',
  {
    scope: text('scope').notNull(),
    period: text('period').$type<Period>().notNull(),
    fromDay: date('from_day', { mode: 'string' }).notNull(),
    amount: money('amount').notNull(),
    /** Invented, for the demo. */
    demo: boolean('demo').notNull().default(false),
    setBy: uuid('set_by').references(() => users.id),
    setAt: instant('set_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.period, t.fromDay] }),
    check('collection_targets_period', sql`${t.period} in ('day', 'month', 'year')`),
    check('collection_targets_amount', sql`${t.amount} > 0`),
    check('collection_targets_set', sql`${t.demo} or ${t.setBy} is not null`),
  ],
);

/** How the totals agreed with the payments themselves, each time that it was looked at. Kept for a year. */
export const totalsChecks = pgTable(
  'totals_checks',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    checkedAt: instant('checked_at').notNull(),
    /** Hours, days, months, years and minutes that were compared, and those that differ. */
    compared: integer('compared').notNull(),
    differing: integer('differing').notNull(),
    /** What is too much or too little in the hours, all of it added up: 0 where everything agrees. Minor unit. */
    amount: money('amount').notNull(),
    /** Some of those that differ. */
    details: jsonb('details').$type<TotalsDifference[]>().notNull(),
  },
  (t) => [index('totals_checks_at_idx').on(t.checkedAt.desc())],
);

/** A total that is not what its payments say. */
export interface TotalsDifference {
  table: string;
  /** Its key, `day hour office channel`. */
  key: string;
  total: { count: number; amount: number };
  facts: { count: number; amount: number };
}

/** The state of each dashboard as it was told last, under the number of its topic. Written by its projector alone. */
export const dashboardStates = pgTable('dashboard_states', {
  scope: text('scope').primaryKey(),
  state: jsonb('state').$type<DashboardView>().notNull(),
  asOf: instant('as_of').notNull(),
});
