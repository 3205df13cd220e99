import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { PaymentWay } from './payments.ts';

/**
 * A *refund* pays back taxes of a payment (whole items), or money that came when its taxes were paid already. One person proposes, another
 * one decides:
 *
 *   proposed ─► approved ─► pushed ─► pending ─► succeeded
 *      │                      └───┬──────┴─► unknown     (asked again until the provider answers; never given up)
 *      │                          └────────► failed      (the provider's last word: tried again, or paid by hand)
 *      └─► rejected | withdrawn
 *
 * At the approval the books say that the money is owed, the receipts prove nothing any more and the taxes are owed again. `succeeded` is when
 * the provider says that the money has gone, or when a second person confirms that it was paid by hand.
 */
export const RefundState = z.enum([
  'proposed',
  'approved',
  'pushed',
  'pending',
  'unknown',
  'failed',
  'succeeded',
  'rejected',
  'withdrawn',
]);
export type RefundState = z.infer<typeof RefundState>;

/** What is paid back: taxes of a payment, or money whose taxes were paid already. */
export const RefundKind = z.enum(['taxes', 'refund_due']);
export type RefundKind = z.infer<typeof RefundKind>;

/** Why a provider will not pay back. `not_refundable`: not this payment, not any more, or not through this provider. */
export const RefundFailure = z.enum(['payee_not_found', 'float_too_low', 'limit_reached', 'not_refundable', 'refused']);
export type RefundFailure = z.infer<typeof RefundFailure>;

/** Why money is paid back. `late_success` is the system's own: nobody can propose with it. */
export const PROPOSED_FOR = ['paid_twice', 'wrong_vehicle', 'not_owed', 'wrong_amount', 'other'] as const;
export const RefundReason = z.enum([...PROPOSED_FOR, 'late_success']);
export type RefundReason = z.infer<typeof RefundReason>;

const Note = z.string().trim().max(500);
/** Why somebody said no, in their words. */
const Because = Note.min(3);

/** Input of `refund:propose`. */
export const ProposeRefund = z.object({
  /** Chosen by the page, once for each proposal: sent again with the same content it answers with the same refund. */
  idempotencyKey: Id,
  paymentId: Id,
  /** All of one payment, each whole. */
  itemIds: z.array(Id).min(1).max(20),
  /** What the person was shown as their sum, minor unit: nothing is proposed over another one. */
  amount: z.number().int().positive(),
  reason: z.enum(PROPOSED_FOR),
  /** For the second person; needed when the reason is `other`. */
  note: Note.default(''),
});
export type ProposeRefund = z.infer<typeof ProposeRefund>;

export const RefundRef = z.object({ refundId: Id });
export const RejectRefund = RefundRef.extend({ note: Because });
/** Input of `refund:settle`: it was paid by hand, under this reference. */
export const SettleRefund = RefundRef.extend({ reference: z.string().trim().min(3).max(80) });
/** Input of `refund:confirm-settlement`. */
export const ConfirmSettlement = RefundRef.extend({ agreed: z.boolean() });

/** Input of `refund:find`: a receipt's number or public reference, or a payment's id, as typed. */
export const FindRefundable = z.object({ query: z.string().trim().min(3).max(80) });

const Person = z.object({ id: Id, name: z.string() });

export const RefundItemView = z.object({
  id: Id,
  plate: z.string(),
  country: z.string().length(2),
  fiscalYear: z.number().int(),
  amount: z.number().int(),
  receiptNumber: z.string().nullable(),
});
export type RefundItemView = z.infer<typeof RefundItemView>;

/** A payment as somebody sees it who may propose to pay it back. No telephone, no name: what a decision needs. */
export const Refundable = z.object({
  paymentId: Id,
  provider: PaymentWay,
  currency: z.string().length(3),
  amount: z.number().int(),
  settledAt: Instant,
  items: z.array(
    RefundItemView.extend({
      /** Of a refund that stands in the way: proposed, under way or done. */
      refund: z.object({ id: Id, state: RefundState }).nullable(),
    }),
  ),
  /** What can still be paid back: the items without a refund. */
  refundable: z.number().int(),
});
export type Refundable = z.infer<typeof Refundable>;

/** A refund as the staff see it. */
export const RefundView = z.object({
  id: Id,
  paymentId: Id,
  kind: RefundKind,
  state: RefundState,
  version: z.number().int(),
  provider: PaymentWay,
  amount: z.number().int(),
  currency: z.string().length(3),
  items: z.array(RefundItemView),
  reason: RefundReason,
  note: z.string(),
  /** Null: the system itself, for money that came too late. */
  proposedBy: Person.nullable(),
  proposedAt: Instant,
  decidedBy: Person.nullable(),
  decidedAt: Instant.nullable(),
  decisionNote: z.string(),
  failure: RefundFailure.nullable(),
  /** Said to have been paid by hand, not confirmed yet. */
  byHand: z.object({ by: Person, reference: z.string(), at: Instant }).nullable(),
  /** The provider's own number, or that of the payment by hand. */
  reference: z.string().nullable(),
  settledAt: Instant.nullable(),
});
export type RefundView = z.infer<typeof RefundView>;

/** State of the topic `refunds`: what waits for somebody or something, oldest first, and the newest of what is over. */
export const RefundsView = z.object({
  proposed: z.array(RefundView),
  underWay: z.array(RefundView),
  settled: z.array(RefundView),
});
export type RefundsView = z.infer<typeof RefundsView>;
