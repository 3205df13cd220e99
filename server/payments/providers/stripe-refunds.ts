import type Stripe from 'stripe';
import { z } from 'zod';
import type { RefundFailure } from '#shared/contracts/refunds.ts';
import type { ProviderRefunds, RefundAnswer, RefundRequest } from './provider.ts';
import { stripeFaultOf } from './stripe-errors.ts';

const Refund = z.object({
  id: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  status: z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']),
  failure_reason: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const Refunds = z.object({ data: z.array(Refund), has_more: z.boolean() });

const REFUSALS: Readonly<Record<string, RefundFailure>> = {
  charge_already_refunded: 'not_refundable',
  charge_disputed: 'not_refundable',
  payment_intent_unexpected_state: 'not_refundable',
  resource_missing: 'not_refundable',
  amount_too_large: 'limit_reached',
  balance_insufficient: 'float_too_low',
  insufficient_funds: 'float_too_low',
};
const FAILURES: Readonly<Record<string, RefundFailure>> = {
  insufficient_funds: 'float_too_low',
  lost_or_stolen_card: 'payee_not_found',
  expired_or_canceled_card: 'payee_not_found',
};

/** More than this on one payment are no refunds of ours. */
const MOST = 100;

/**
 * Refunds of card payments. Stripe forgets a key after a day, a refund never: it carries our id, and is looked for before it is given.
 * @param amountOf an amount as Stripe counts it
 */
export function createStripeRefunds(stripe: Stripe, amountOf: (amount: number) => number): ProviderRefunds {
  async function find({ id, payment }: RefundRequest): Promise<z.output<typeof Refund> | null> {
    const { data, has_more } = Refunds.parse(await stripe.refunds.list({ payment_intent: payment.reference, limit: MOST }));
    const found = data.find(({ metadata }) => metadata?.['refund'] === id);
    if (!found && has_more) throw new Error('a payment with more refunds than can be looked through');
    return found ?? null;
  }

  async function give({ id, payment, amount }: RefundRequest): Promise<RefundAnswer> {
    await stripe.refunds.create(
      { payment_intent: payment.reference, amount: amountOf(amount), reason: 'requested_by_customer', metadata: { refund: id } },
      { idempotencyKey: id },
    );
    return { kind: 'accepted' };
  }

  return {
    canRefund: true,

    async refund(request) {
      try {
        return (await find(request)) ? { kind: 'accepted' } : await give(request);
      } catch (error) {
        const fault = stripeFaultOf(error);
        return fault.kind === 'refused' ? { ...fault, failure: REFUSALS[fault.code ?? ''] ?? 'refused' } : fault;
      }
    },

    async fetchRefund(request) {
      try {
        const found = await find(request);
        if (!found) return { kind: 'not_found' };
        const { id: reference, amount, currency, status } = found;
        if (status === 'pending' || status === 'requires_action') return { kind: 'pending' };
        if (status !== 'succeeded') return { kind: 'failed', failure: FAILURES[found.failure_reason ?? ''] ?? 'refused' };
        return {
          ...{ kind: 'succeeded', reference, amount: String(amount), currency: currency.toUpperCase() },
          refundId: request.id,
        };
      } catch (error) {
        const fault = stripeFaultOf(error);
        return { kind: 'unavailable', why: fault.kind === 'unclear' ? fault.why : fault.kind };
      }
    },
  };
}
