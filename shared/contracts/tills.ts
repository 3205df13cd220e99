import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { MAX_ITEMS } from './payments.ts';
import { AssessmentLine } from './tax.ts';

/**
 * A *till* is one agent's cash drawer, from opening to closing:
 *
 *   open ─► closed                    counted by the agent (a supervisor, when they are absent), the cash goes to the office's safe
 *     └───► handing_over ─► closed    counted by the agent, then by the colleague whose till opens with it
 *              └─► open               taken back
 */
export const TillState = z.enum(['open', 'handing_over', 'closed']);
export type TillState = z.infer<typeof TillState>;

/** So many of each note and coin; `value` in the minor unit. What is not named is none. */
export const CashCount = z
  .array(z.object({ value: z.number().int().positive(), count: z.number().int().min(0).max(100_000) }))
  .max(40)
  .refine((count) => new Set(count.map(({ value }) => value)).size === count.length);
export type CashCount = z.infer<typeof CashCount>;

const Money = z.number().int();
const Reason = z.string().trim().max(500);

export const TillRef = z.object({ tillId: Id });
/** Input of `till:open`. The key is the page's, once for each press: sent again it answers with the same till. */
export const OpenTill = z.object({ idempotencyKey: Id, float: CashCount });
export type OpenTill = z.infer<typeof OpenTill>;
/** Input of `till:close`. `reason` is needed when count and ledger differ. */
export const CloseTill = TillRef.extend({ count: CashCount, reason: Reason.default('') });
export type CloseTill = z.infer<typeof CloseTill>;
/** Input of `till:close-absent`: a supervisor counts the drawer of somebody who is not there, and says why. */
export const CloseAbsentTill = CloseTill.extend({ reason: Reason.min(3) });
export type CloseAbsentTill = z.infer<typeof CloseAbsentTill>;
export const HandOverTill = CloseTill.extend({ toAgentId: Id });
export type HandOverTill = z.infer<typeof HandOverTill>;
/** Input of `till:receive`: what the colleague who takes over counts; it must be what was counted before. */
export const ReceiveTill = TillRef.extend({ idempotencyKey: Id, count: CashCount });
export type ReceiveTill = z.infer<typeof ReceiveTill>;

/** One tax at the counter. */
export const TakenTax = z.object({ plate: z.string().trim().min(2).max(20), fiscalYear: z.number().int() });
/** Input of `till:quote`: what it costs here, today. */
export const QuoteCash = z.object({ items: z.array(TakenTax).min(1).max(MAX_ITEMS) });
/** Input of `till:take`. */
export const TakeCash = QuoteCash.extend({
  idempotencyKey: Id,
  tillId: Id,
  /** The total that the agent was shown, minor unit: nothing is taken over another one. */
  amount: Money.positive(),
  given: Money.positive().max(1_000_000_000_000),
  /** Of the ticket at the agent's counter: who took it with an account finds the payment there. */
  ticketId: Id.optional(),
});
export type TakeCash = z.infer<typeof TakeCash>;
/** Input of `till:pay-back`: an approved refund, given in cash. */
export const PayBackCash = TillRef.extend({ refundId: Id });

/** Why a tax cannot be taken now; `being_paid`: through whom and since when, so that the person can choose to wait. */
export const TaxHolder = z.object({ provider: z.string(), since: Instant, until: Instant });
export type TaxHolder = z.infer<typeof TaxHolder>;

export const QuotedTax = z.object({
  plate: z.string(),
  country: z.string().length(2),
  make: z.string().nullable(),
  model: z.string().nullable(),
  fiscalYear: z.number().int(),
  lines: z.array(AssessmentLine),
  amount: Money,
  paid: z.boolean(),
  /** An order under way, which holds it; null: none. */
  heldBy: TaxHolder.nullable(),
});
export type QuotedTax = z.infer<typeof QuotedTax>;
export const CashQuote = z.object({ items: z.array(QuotedTax), amount: Money, currency: z.string().length(3) });
export type CashQuote = z.infer<typeof CashQuote>;

const Person = z.object({ id: Id, name: z.string() });

/** A tax taken in cash. */
export const TakenItem = z.object({
  id: Id,
  plate: z.string(),
  country: z.string().length(2),
  fiscalYear: z.number().int(),
  amount: Money,
  receipt: z.object({
    reference: z.string(),
    number: z.string(),
    /** Whether its QR can be printed: the signature follows within about a second. */
    signed: z.boolean(),
    revokedAt: Instant.nullable(),
  }),
});
/** A refund of a taking, as the till shows it. */
export const TillRefund = z.object({
  id: Id,
  state: z.enum(['proposed', 'approved', 'paid', 'rejected']),
  amount: Money,
  proposedBy: Person.nullable(),
  decidedBy: Person.nullable(),
});
export const Taking = z.object({
  paymentId: Id,
  takenAt: Instant,
  amount: Money,
  given: Money,
  change: Money,
  items: z.array(TakenItem),
  refund: TillRefund.nullable(),
});
export type Taking = z.infer<typeof Taking>;

/** What moved through a till. `expected` is the balance of its account: float + taken − paid back; 0 once it is closed. */
export const TillSums = z.object({
  float: Money,
  taken: Money,
  takings: z.number().int(),
  paidBack: Money,
  expected: Money,
});
export type TillSums = z.infer<typeof TillSums>;

/** A till as its office sees it. */
export const TillSummary = z.object({
  id: Id,
  state: TillState,
  agent: Person,
  counter: z.string().nullable(),
  currency: z.string().length(3),
  openedAt: Instant,
  sums: TillSums,
  counted: z.object({ amount: Money, expected: Money, variance: Money, reason: z.string() }).nullable(),
  handedTo: Person.nullable(),
  receivedFrom: Person.nullable(),
  closedAt: Instant.nullable(),
  /** The supervisor who counted it for its absent agent. */
  closedBy: Person.nullable(),
  notedBy: Person.nullable(),
  notedAt: Instant.nullable(),
});
export type TillSummary = z.infer<typeof TillSummary>;

/** State of the topic `till:<agent>`: one's own drawer. */
export const TillView = z.object({
  till: TillSummary.nullable(),
  /** The newest, at most twenty. */
  takings: z.array(Taking),
  /** What another person has approved and is not paid yet, of this office. */
  toPayBack: z.array(
    z.object({ refundId: Id, paymentId: Id, amount: Money, plates: z.array(z.string()), approvedBy: z.string() }),
  ),
  /** What a colleague counted and gives to this agent; how much is not said before it was counted again. */
  offered: z.array(z.object({ tillId: Id, from: Person, at: Instant })),
  /** To whom it can be handed over. */
  colleagues: z.array(Person),
  /** The till closed last, for its report. */
  lastClosed: Id.nullable(),
});
export type TillView = z.infer<typeof TillView>;

/** State of the topic `tills:<office>`: open ones, and those closed in the last 31 days, newest first. */
export const TillsView = z.object({ open: z.array(TillSummary), closed: z.array(TillSummary) });
export type TillsView = z.infer<typeof TillsView>;

/** Answer of `GET /api/tills/:id`: the closing report. */
export const TillReport = z.object({
  till: TillSummary,
  office: z.object({ id: Id, code: z.string(), name: z.string(), city: z.string() }),
  float: CashCount,
  count: CashCount.nullable(),
  /** What the payments were made of: by kind of line. */
  lines: z.array(z.object({ kind: z.string(), amount: Money })),
  receipts: z.object({ count: z.number().int(), first: z.string().nullable(), last: z.string().nullable() }),
  asOf: Instant,
});
export type TillReport = z.infer<typeof TillReport>;
