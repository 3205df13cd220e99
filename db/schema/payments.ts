import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import type { PaymentFailure, PaymentState, PaymentWay, ProviderCode } from '../../shared/contracts/payments.ts';
import type { RevocationReason } from '../../shared/contracts/receipts.ts';
import type { AssessmentLine } from '../../shared/contracts/tax.ts';
import { users } from './identity.ts';
import { tillSessions } from './till.ts';
import { vehicles } from './vehicles.ts';

/** Integers of the minor unit. */
const money = (name: string) => bigint(name, { mode: 'number' });

/** An order to pay. Its id is the provider's idempotency key, so it is there before the provider is called. */
export const paymentIntents = pgTable(
  'payment_intents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Null: paid at a counter by somebody without an account. */
    payerId: uuid('payer_id').references(() => users.id),
    /** The till in which the cash lies; null: a provider has it. */
    tillId: uuid('till_id').references(() => tillSessions.id),
    /** Given by the page; kept with what it was given for, and so with its answer. */
    idempotencyKey: uuid('idempotency_key').notNull(),
    orderDigest: text('order_digest').notNull(),
    provider: text('provider').$type<PaymentWay>().notNull(),
    /** E.164; null: the provider asks no telephone. */
    phone: text('phone'),
    /** The provider's own id of the order, under which it can be asked; null: not given yet, or it goes by ours. */
    providerHandle: text('provider_handle'),
    /** The provider's page for this order; opens it to whoever has it, so only the payer is told. */
    redirectUrl: text('redirect_url'),
    /** The payer wants it to end: it has, when the provider says so. */
    cancelRequestedAt: instant('cancel_requested_at'),
    state: text('state').$type<PaymentState>().notNull().default('created'),
    version: integer('version').notNull().default(1),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    failure: text('failure').$type<PaymentFailure>(),
    refundDue: money('refund_due').notNull().default(0),
    expiresAt: instant('expires_at').notNull(),
    /** When the provider is asked again without having said anything; null: not any more. */
    nextCheckAt: instant('next_check_at'),
    checks: integer('checks').notNull().default(0),
    settledAt: instant('settled_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('payment_intents_key').on(t.payerId, t.idempotencyKey),
    uniqueIndex('payment_intents_till_key').on(t.id, t.tillId),
    index('payment_intents_till_idx')
      .on(t.tillId)
      .where(sql`${t.tillId} is not null`),
    // One order of theirs is one of ours.
    uniqueIndex('payment_intents_handle_key')
      .on(t.provider, t.providerHandle)
      .where(sql`${t.providerHandle} is not null`),
    index('payment_intents_payer_idx').on(t.payerId, t.createdAt.desc()),
    // What was ordered lately: rows come in the order of their time, so that this costs a write almost nothing.
    index('payment_intents_lately_idx').using('brin', t.createdAt),
    // What came too late and is to be paid back: looked for every minute, among millions that were not.
    index('payment_intents_reconciled_idx')
      .on(t.id)
      .where(sql`${t.state} = 'reconciled'`),
    index('payment_intents_check_idx')
      .on(t.nextCheckAt)
      .where(sql`${t.nextCheckAt} is not null`),
    check(
      'payment_intents_state_known',
      sql`${t.state} in ('created', 'pushed', 'pending', 'succeeded', 'failed', 'expired', 'unknown', 'reconciled', 'receipted')`,
    ),
    check('payment_intents_phone', sql`${t.phone} is not null or ${t.provider} not in ('mtn_momo', 'mvola')`),
    // Cash lies in a till; what lies in a till is cash, and is there: it was never waited for.
    check('payment_intents_till', sql`(${t.provider} = 'cash') = (${t.tillId} is not null)`),
    check(
      'payment_intents_cash_is_there',
      sql`${t.provider} <> 'cash' or (${t.state} in ('pending', 'receipted') and ${t.nextCheckAt} is null)`,
    ),
    check('payment_intents_payer', sql`${t.payerId} is not null or ${t.provider} = 'cash'`),
    check('payment_intents_amount_positive', sql`${t.amount} > 0`),
    check('payment_intents_refund_due', sql`${t.refundDue} in (0, ${t.amount})`),
  ],
);

/** The tax of a vehicle for a year, from the first time that somebody wants to pay it. */
export const assessments = pgTable(
  'assessments',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id),
    fiscalYear: integer('fiscal_year').notNull(),
    paidAt: instant('paid_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('assessments_vehicle_key').on(t.vehicleId, t.fiscalYear)],
);

/** What an intent pays: one tax each, with its lines as they were shown. */
export const paymentItems = pgTable(
  'payment_items',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => paymentIntents.id),
    assessmentId: uuid('assessment_id')
      .notNull()
      .references(() => assessments.id),
    vehicleId: uuid('vehicle_id').notNull(),
    plate: text('plate').notNull(),
    country: text('country').notNull(),
    fiscalYear: integer('fiscal_year').notNull(),
    gridVersion: integer('grid_version').notNull(),
    lines: jsonb('lines').$type<AssessmentLine[]>().notNull(),
    amount: money('amount').notNull(),
  },
  (t) => [
    uniqueIndex('payment_items_key').on(t.intentId, t.assessmentId),
    index('payment_items_vehicle_idx').on(t.vehicleId),
    check('payment_items_positive', sql`${t.amount} > 0`),
  ],
);

/** Who holds a tax: one intent at a time, and the one that paid it for ever. */
export const assessmentClaims = pgTable(
  'assessment_claims',
  {
    assessmentId: uuid('assessment_id')
      .primaryKey()
      .references(() => assessments.id),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => paymentIntents.id),
    claimedAt: instant('claimed_at').notNull().defaultNow(),
  },
  (t) => [index('assessment_claims_intent_idx').on(t.intentId)],
);

/** That an intent's money was booked: once, as taxes or as due for refund. */
export const settlements = pgTable('settlements', {
  intentId: uuid('intent_id')
    .primaryKey()
    .references(() => paymentIntents.id),
  kind: text('kind').$type<'taxes' | 'refund_due'>().notNull(),
  amount: money('amount').notNull(),
  currency: text('currency').notNull(),
  settledAt: instant('settled_at').notNull(),
});

/** The provider's own numbers: one transaction of theirs is one of ours. */
export const providerRefs = pgTable(
  'provider_refs',
  {
    provider: text('provider').$type<PaymentWay>().notNull(),
    reference: text('reference').notNull(),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => settlements.intentId),
  },
  (t) => [primaryKey({ columns: [t.provider, t.reference] })],
);

/**
 * Taxes paid, append only, partitioned by fiscal year (0006, 0007). Ids without foreign keys: partitions will be detached. What must be
 * unique is so elsewhere: claims, settlements, receipts.
 */
export const payments = pgTable(
  'payments',
  {
    fiscalYear: integer('fiscal_year').notNull(),
    itemId: uuid('item_id').notNull(),
    intentId: uuid('intent_id').notNull(),
    assessmentId: uuid('assessment_id').notNull(),
    vehicleId: uuid('vehicle_id').notNull(),
    /** Null: somebody without an account. */
    payerId: uuid('payer_id'),
    provider: text('provider').$type<PaymentWay>().notNull(),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    paidAt: instant('paid_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.fiscalYear, t.itemId] }),
    index('payments_payer_idx').on(t.payerId, t.paidAt.desc()),
    index('payments_vehicle_idx').on(t.vehicleId, t.fiscalYear),
    // What was collected in an hour, newest first, and its sum, without reading the rows.
    index('payments_paid_idx').on(t.paidAt, t.itemId, t.provider, t.amount),
  ],
);

/** Double entry, append only: the lines of a posting balance at its commit (deferred constraint). Corrections are further postings. */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    postingId: uuid('posting_id').notNull(),
    ordinal: smallint('ordinal').notNull(),
    /** Null: a till's own posting. */
    intentId: uuid('intent_id').references(() => paymentIntents.id),
    /** Of the till whose float, count or hand-over it is; null: a payment's or refund's posting. */
    tillId: uuid('till_id').references(() => tillSessions.id),
    /** Of the refund that it corrects or pays; null: a settlement's own posting. */
    refundId: uuid('refund_id'),
    /** Of the difference with a provider's statement that it corrects; no payment's and no till's then. */
    differenceId: uuid('difference_id'),
    itemId: uuid('item_id'),
    account: text('account').notNull(),
    debit: money('debit').notNull(),
    credit: money('credit').notNull(),
    currency: text('currency').notNull(),
    fiscalYear: integer('fiscal_year'),
    postedAt: instant('posted_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.postingId, t.ordinal] }),
    index('ledger_entries_account_idx').on(t.account, t.postedAt),
    index('ledger_entries_intent_idx').on(t.intentId),
    // For the sums of a day or a month: rows come in the order of their time.
    index('ledger_entries_posted_idx').using('brin', t.postedAt),
    index('ledger_entries_refund_idx')
      .on(t.refundId)
      .where(sql`${t.refundId} is not null`),
    index('ledger_entries_till_idx')
      .on(t.tillId)
      .where(sql`${t.tillId} is not null`),
    check('ledger_entries_of_one', sql`num_nonnulls(${t.intentId}, ${t.tillId}, ${t.differenceId}) = 1`),
    check('ledger_entries_one_side', sql`${t.debit} >= 0 and ${t.credit} >= 0 and (${t.debit} > 0) <> (${t.credit} > 0)`),
  ],
);

/** The last number given in a series and year. Raised in the posting's own transaction: what is rolled back leaves no gap. */
export const receiptCounters = pgTable(
  'receipt_counters',
  { series: text('series').notNull(), year: integer('year').notNull(), last: integer('last').notNull() },
  (t) => [primaryKey({ columns: [t.series, t.year] })],
);

/**
 * One receipt an item, append only but for `pdf_at`. `text` is what `signature` (Ed25519, base64url) signs; both are there from the first,
 * but for cash: a node gives the number, the payment workers sign within about a second, once.
 */
export const receipts = pgTable(
  'receipts',
  {
    reference: text('reference').primaryKey(),
    itemId: uuid('item_id')
      .notNull()
      .references(() => paymentItems.id),
    intentId: uuid('intent_id')
      .notNull()
      .references(() => paymentIntents.id),
    series: text('series').notNull(),
    year: integer('year').notNull(),
    number: integer('number').notNull(),
    keyId: text('key_id'),
    text: text('text'),
    signature: text('signature'),
    validUntil: date('valid_until', { mode: 'string' }).notNull(),
    issuedAt: instant('issued_at').notNull(),
    /** When its PDF was put into the object store; null until then. */
    pdfAt: instant('pdf_at'),
  },
  (t) => [
    uniqueIndex('receipts_item_key').on(t.itemId),
    uniqueIndex('receipts_number_key').on(t.series, t.year, t.number),
    index('receipts_intent_idx').on(t.intentId),
    index('receipts_from_start').on(t.reference.op('text_pattern_ops')),
    index('receipts_from_end').on(sql`reverse(${t.reference}) text_pattern_ops`),
    index('receipts_without_pdf_idx')
      .on(t.issuedAt)
      .where(sql`${t.pdfAt} is null`),
    check(
      'receipts_signed_whole',
      sql`(${t.keyId} is null) = (${t.signature} is null) and (${t.text} is null) = (${t.signature} is null) and (${t.pdfAt} is null or ${t.signature} is not null)`,
    ),
  ],
);

/** Receipts that prove nothing any more, append only. What made it so is told apart by `reason`. */
export const receiptRevocations = pgTable(
  'receipt_revocations',
  {
    reference: text('reference')
      .primaryKey()
      .references(() => receipts.reference),
    reason: text('reason').$type<RevocationReason>().notNull(),
    revokedAt: instant('revoked_at').notNull(),
  },
  (t) => [check('receipt_revocations_reason_known', sql`${t.reason} in ('refunded', 'reversed', 'error', 'fraud')`)],
);

/** The signed lists of revoked receipts as they were given out; the newest counts (`shared/domain/payments/revocation-list.ts`). */
export const revocationLists = pgTable('revocation_lists', {
  issuedAt: instant('issued_at').primaryKey(),
  nextIssueAt: instant('next_issue_at').notNull(),
  keyId: text('key_id')
    .notNull()
    .references(() => receiptKeys.keyId),
  /** What `signature` (Ed25519, base64url) signs. */
  text: text('text').notNull(),
  signature: text('signature').notNull(),
});

/** What a provider sent, unique for ever: a message that comes twice is taken once. */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    provider: text('provider').$type<ProviderCode>().notNull(),
    eventId: text('event_id').notNull(),
    intentId: uuid('intent_id').notNull(),
    /** As it came, for an argument about it. */
    body: text('body').notNull(),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [uniqueIndex('webhook_events_key').on(t.provider, t.eventId)],
);

/** Public keys that verify receipts. The private ones never come here. */
export const receiptKeys = pgTable('receipt_keys', {
  keyId: text('key_id').primaryKey(),
  /** Raw Ed25519 public key, 32 bytes, base64url. */
  publicKey: text('public_key').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** Signs nothing new since then; what it signed stays good. Set once. */
  retiredAt: instant('retired_at'),
  /** In wrong hands: what it signed is to be asked of the register. Set once. */
  revokedAt: instant('revoked_at'),
});
