import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { AssessmentLine } from './tax.ts';

/**
 * A *payment intent* is one person's order to pay the taxes of one or several vehicles (*items*) through one provider.
 *
 *   created ─► pushed ─► pending ─► succeeded ─► reconciled ─► receipted
 *      │          └────┬────┴──► unknown            (asked again until the provider answers; never shown as failed)
 *      └───────────────┴───────► failed | expired   (what it held is free again; a success that comes later is taken all the same)
 *
 * Posting passes `succeeded`, `reconciled` and `receipted` in one transaction. A success whose taxes somebody else has paid meanwhile
 * ends as `reconciled`: the money is in the ledger as due for refund, and there is no receipt.
 */
export const PaymentState = z.enum([
  'created',
  'pushed',
  'pending',
  'succeeded',
  'failed',
  'expired',
  'unknown',
  'reconciled',
  'receipted',
]);
export type PaymentState = z.infer<typeof PaymentState>;

/** Ways to pay by mobile money: the operator asks the payer on their telephone. */
export const MOBILE_MONEY = ['mtn_momo', 'mvola'] as const;
/** Ways to pay on a page of the provider's own, to which the payer is sent. */
export const HOSTED_PAGES = ['stripe'] as const;
/** Ways to pay that exist. Which of them a country has, and which are on, is the answer of `GET /api/payments/providers`. */
export const PROVIDERS = [...MOBILE_MONEY, ...HOSTED_PAGES] as const;
export const ProviderCode = z.enum(PROVIDERS);
export type ProviderCode = z.infer<typeof ProviderCode>;
export const MobileMoney = z.enum(MOBILE_MONEY);
export type MobileMoney = z.infer<typeof MobileMoney>;
/** How a payment was made: through a provider, or in cash at a counter. */
export const PaymentWay = z.enum([...PROVIDERS, 'cash']);
export type PaymentWay = z.infer<typeof PaymentWay>;
/** Whether the provider asks on a telephone, so that the order needs its number. */
export const isMobileMoney = (code: PaymentWay): code is MobileMoney => MobileMoney.safeParse(code).success;

/** Why a provider refused. `refused`: for a reason of its own. */
export const PaymentFailure = z.enum([
  'payer_not_found',
  'not_enough_funds',
  'payer_declined',
  'payer_too_late',
  'payer_cancelled',
  'limit_reached',
  'refused',
]);
export type PaymentFailure = z.infer<typeof PaymentFailure>;

/** One tax to pay: a vehicle of one's own by its id, anybody's by its plate. */
export const PaymentOrderItem = z.union([
  z.object({ vehicleId: Id, fiscalYear: z.number().int() }).strict(),
  z.object({ plate: z.string().trim().min(2).max(20), fiscalYear: z.number().int() }).strict(),
]);
export type PaymentOrderItem = z.infer<typeof PaymentOrderItem>;

export const MAX_ITEMS = 20;

const order = {
  /** Chosen by the page, once for each press of "pay": sent again with the same content it answers with the same intent. */
  idempotencyKey: Id,
  items: z.array(PaymentOrderItem).min(1).max(MAX_ITEMS),
  /** The total that the person was shown, in the minor unit: nothing is started over another one. */
  amount: z.number().int().positive(),
};

/** Input of `payment:start`. */
export const StartPayment = z.discriminatedUnion('provider', [
  z.object({
    ...order,
    provider: MobileMoney,
    /** The telephone that will be asked, as typed. */
    phone: z.string().trim().min(3).max(30),
  }),
  z.object({ ...order, provider: z.enum(HOSTED_PAGES) }),
]);
export type StartPayment = z.infer<typeof StartPayment>;

export const PaymentRef = z.object({ paymentId: Id });

/** An item's receipt, there from the posting on. The PDF follows within about a second. */
export const ReceiptRef = z.object({
  /** Public: what the address of the receipt is made of. */
  reference: z.string(),
  /** `<series>-<year>-<number>`; numbers of a series and year have no gaps. */
  number: z.string(),
  /** Since when it proves nothing any more; null: it does. */
  revokedAt: Instant.nullable(),
});
export type ReceiptRef = z.infer<typeof ReceiptRef>;

export const PaymentItemView = z.object({
  id: Id,
  vehicleId: Id,
  plate: z.string(),
  country: z.string().length(2),
  fiscalYear: z.number().int(),
  /** What was owed on the day of the order; their sum is the amount. */
  lines: z.array(AssessmentLine),
  amount: z.number().int(),
  receipt: ReceiptRef.nullable(),
});
export type PaymentItemView = z.infer<typeof PaymentItemView>;

/** A refund as the payer sees it: where it stands, never who decided nor what they wrote to each other. */
export const PayerRefund = z.object({
  id: Id,
  /** `under_way`: approved, the money is on its way. */
  stage: z.enum(['proposed', 'under_way', 'paid_back', 'rejected']),
  itemIds: z.array(Id),
  amount: z.number().int(),
  proposedAt: Instant,
  decidedAt: Instant.nullable(),
  paidBackAt: Instant.nullable(),
});
export type PayerRefund = z.infer<typeof PayerRefund>;

/** State of the topic `payment:<id>`, answer of `payment:start` and of `GET /api/payments/:id`. */
export const PaymentView = z.object({
  id: Id,
  state: PaymentState,
  version: z.number().int(),
  provider: PaymentWay,
  /** The telephone that was asked, all but its last three digits hidden; null: none was. */
  phone: z.string().nullable(),
  /** The provider's page where the payer pays, while that can be done. */
  redirectUrl: z.url({ protocol: /^https?$/ }).nullable(),
  amount: z.number().int(),
  currency: z.string().length(3),
  items: z.array(PaymentItemView),
  failure: PaymentFailure.nullable(),
  /** What will be paid back: a success that came when its taxes were paid already. */
  refundDue: z.number().int(),
  /** Oldest first. */
  refunds: z.array(PayerRefund),
  startedAt: Instant,
  /** Until then the payer can accept. */
  expiresAt: Instant,
  /** Of a payment that is `unknown`: when the provider is asked again; null: nothing has to be waited for. */
  asksAgainAt: Instant.nullable(),
  settledAt: Instant.nullable(),
});
export type PaymentView = z.infer<typeof PaymentView>;

/** Answer of `GET /api/payments`: the payer's payments of five years, newest first. */
export const PaymentHistory = z.object({
  payments: z.array(
    PaymentView.pick({
      id: true,
      state: true,
      amount: true,
      currency: true,
      refunds: true,
      startedAt: true,
      settledAt: true,
    }).extend({
      items: z.array(PaymentItemView.pick({ plate: true, country: true, fiscalYear: true, amount: true, receipt: true })),
    }),
  ),
  asOf: Instant,
});
export type PaymentHistory = z.infer<typeof PaymentHistory>;

/** Answer of `GET /api/payments/providers`. */
export const ProviderList = z.array(
  z.object({
    code: ProviderCode,
    /** False: it has no keys here, and cannot be chosen. */
    on: z.boolean(),
  }),
);
export type ProviderList = z.infer<typeof ProviderList>;
