import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { PaymentWay } from '../../shared/contracts/payments.ts';
import type { RefundFailure, RefundKind, RefundReason, RefundState } from '../../shared/contracts/refunds.ts';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';
import { paymentIntents, paymentItems } from './payments.ts';
import { tillSessions } from './till.ts';

/** Integers of the minor unit. */
const money = (name: string) => bigint(name, { mode: 'number' });

/** Money to go back, from its proposal on. Who decides is never who proposed; who confirms a payment by hand is never who made it. */
export const refunds = pgTable(
  'refunds',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => paymentIntents.id),
    kind: text('kind').$type<RefundKind>().notNull(),
    state: text('state').$type<RefundState>().notNull().default('proposed'),
    version: integer('version').notNull().default(1),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').$type<RefundReason>().notNull(),
    note: text('note').notNull().default(''),
    /** Null: the system. */
    proposedBy: uuid('proposed_by').references(() => users.id),
    /** Where the proposer worked then; null: the system. */
    officeId: uuid('office_id').references(() => offices.id),
    proposedAt: instant('proposed_at').notNull(),
    /** Given by the proposer's page; kept with what it was given for. */
    idempotencyKey: uuid('idempotency_key').notNull(),
    proposalDigest: text('proposal_digest').notNull(),
    decidedBy: uuid('decided_by').references(() => users.id),
    decidedAt: instant('decided_at'),
    decisionNote: text('decision_note').notNull().default(''),
    /** Under which the provider takes it, once. Another one only after the provider's last word on this one was no. */
    pushId: uuid('push_id').notNull().defaultRandom(),
    /** How often it was given to the provider under this id. */
    pushes: integer('pushes').notNull().default(0),
    failure: text('failure').$type<RefundFailure>(),
    /** When the provider is asked again; null: not any more. */
    nextCheckAt: instant('next_check_at'),
    checks: integer('checks').notNull().default(0),
    /** Said to have been paid by hand, under a reference; counts when another person has confirmed it. */
    handBy: uuid('hand_by').references(() => users.id),
    handReference: text('hand_reference'),
    handAt: instant('hand_at'),
    handConfirmedBy: uuid('hand_confirmed_by').references(() => users.id),
    settledAt: instant('settled_at'),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('refunds_key').on(t.proposedBy, t.idempotencyKey),
    uniqueIndex('refunds_push_key').on(t.pushId),
    // What came too late is paid back once.
    uniqueIndex('refunds_due_once')
      .on(t.intentId)
      .where(sql`${t.kind} = 'refund_due' and ${t.state} not in ('rejected', 'withdrawn')`),
    index('refunds_intent_idx').on(t.intentId),
    index('refunds_state_idx').on(t.state, t.proposedAt),
    index('refunds_check_idx')
      .on(t.nextCheckAt)
      .where(sql`${t.nextCheckAt} is not null`),
    check(
      'refunds_state_known',
      sql`${t.state} in ('proposed', 'approved', 'pushed', 'pending', 'unknown', 'failed', 'succeeded', 'rejected', 'withdrawn')`,
    ),
    check('refunds_kind_known', sql`${t.kind} in ('taxes', 'refund_due')`),
    check('refunds_amount_positive', sql`${t.amount} > 0`),
    check('refunds_two_persons', sql`${t.decidedBy} <> ${t.proposedBy}`),
    check('refunds_by_hand_two_persons', sql`${t.handConfirmedBy} <> ${t.handBy}`),
    check('refunds_decided', sql`(${t.decidedBy} is not null) = (${t.state} not in ('proposed', 'withdrawn'))`),
    check('refunds_proposed_by_somebody', sql`${t.proposedBy} is not null or ${t.kind} = 'refund_due'`),
    check('refunds_settled', sql`(${t.state} = 'succeeded') = (${t.settledAt} is not null)`),
  ],
);

/** The taxes that a refund of them pays back, each whole. */
export const refundItems = pgTable(
  'refund_items',
  {
    refundId: uuid('refund_id')
      .notNull()
      .references(() => refunds.id),
    itemId: uuid('item_id')
      .notNull()
      .references(() => paymentItems.id),
    amount: money('amount').notNull(),
    /** False once the refund was rejected or withdrawn: the item can be proposed again. */
    holds: boolean('holds').notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.refundId, t.itemId] }),
    // Of two who propose the same item at once, one comes too late.
    uniqueIndex('refund_items_once')
      .on(t.itemId)
      .where(sql`${t.holds}`),
    check('refund_items_positive', sql`${t.amount} > 0`),
  ],
);

/** That the money of a refund has gone: once, and each number of theirs is one of ours. Append only. */
export const refundPayouts = pgTable(
  'refund_payouts',
  {
    refundId: uuid('refund_id')
      .primaryKey()
      .references(() => refunds.id),
    /** The provider, `cash`: out of a till, or `hand`: paid by a person, from wherever. */
    channel: text('channel').$type<PaymentWay | 'hand'>().notNull(),
    /** The till that it was paid out of. */
    tillId: uuid('till_id').references(() => tillSessions.id),
    reference: text('reference').notNull(),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    paidAt: instant('paid_at').notNull(),
  },
  (t) => [
    uniqueIndex('refund_payouts_reference_key').on(t.channel, t.reference),
    index('refund_payouts_paid_idx').on(t.paidAt),
    index('refund_payouts_till_idx')
      .on(t.tillId)
      .where(sql`${t.tillId} is not null`),
    check('refund_payouts_till', sql`(${t.channel} = 'cash') = (${t.tillId} is not null)`),
  ],
);

/** Taxes whose payment was reversed, append only: each once. The payment itself stays as it is. */
export const paymentReversals = pgTable(
  'payment_reversals',
  {
    itemId: uuid('item_id')
      .primaryKey()
      .references(() => paymentItems.id),
    refundId: uuid('refund_id').notNull(),
    fiscalYear: integer('fiscal_year').notNull(),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    reversedAt: instant('reversed_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'payment_reversals_item_fk',
      columns: [t.refundId, t.itemId],
      foreignColumns: [refundItems.refundId, refundItems.itemId],
    }),
    index('payment_reversals_refund_idx').on(t.refundId),
    index('payment_reversals_at_idx').on(t.reversedAt, t.itemId),
  ],
);
