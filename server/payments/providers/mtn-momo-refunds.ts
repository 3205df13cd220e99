import { z } from 'zod';
import type { RefundFailure } from '#shared/contracts/refunds.ts';
import { decimalOf } from '#shared/domain/money.ts';
import { whyOf, type MtnProduct } from './mtn-momo-product.ts';
import type { ProviderRefunds, RefundAnswer, RefundStatus } from './provider.ts';

const Reason = z.union([z.string(), z.object({ code: z.string() }).transform(({ code }) => code)]);
const Status = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('SUCCESSFUL'),
    amount: z.coerce.string(),
    currency: z.string(),
    financialTransactionId: z.coerce.string(),
    externalId: z.string(),
  }),
  z.object({ status: z.literal('FAILED'), reason: Reason.optional() }),
  z.object({ status: z.literal('PENDING') }),
]);

const FAILURES: Readonly<Record<string, RefundFailure>> = {
  PAYEE_NOT_FOUND: 'payee_not_found',
  PAYEE_NOT_ALLOWED_TO_RECEIVE: 'payee_not_found',
  NOT_ENOUGH_FUNDS: 'float_too_low',
  PAYER_LIMIT_REACHED: 'limit_reached',
  NOT_ALLOWED: 'not_refundable',
  TRANSACTION_NOT_FOUND: 'not_refundable',
};
const failureOf = (reason: string | undefined): RefundFailure => FAILURES[reason ?? ''] ?? 'refused';

/**
 * Product Disbursement: `refund` of a `requesttopay`, named by the reference that it was given under. The refund's own id is its
 * reference: given twice it is answered 409, and paid back once.
 */
export function createMtnRefunds({ product, minorDigits }: { product: MtnProduct; minorDigits: number }): ProviderRefunds {
  async function give(headers: Record<string, string>, id: string, body: unknown): Promise<RefundAnswer> {
    const answer = await product.call('POST', '/v1_0/refund', { ...headers, 'X-Reference-Id': id }, body);
    const text = await answer.text();
    if (answer.status === 202 || answer.status === 409) return { kind: 'accepted' };
    if (answer.status === 401) product.forgetToken();
    if (answer.status === 401 || answer.status === 429) return { kind: 'busy' };
    if (answer.status >= 500) return { kind: 'unclear', why: `status ${answer.status}` };
    return { kind: 'refused', failure: failureOf(/"code"\s*:\s*"(\w+)"/.exec(text)?.[1]) };
  }

  return {
    canRefund: true,

    async refund({ id, payment, amount, currency, message }) {
      let headers: Record<string, string>;
      try {
        headers = await product.authorised();
      } catch {
        return { kind: 'busy' };
      }
      const body = {
        amount: decimalOf(amount, minorDigits),
        currency,
        externalId: id,
        payerMessage: message,
        payeeNote: message,
        referenceIdToRefund: payment.intentId,
      };
      try {
        return await give(headers, id, body);
      } catch (error) {
        return { kind: 'unclear', why: whyOf(error) };
      }
    },

    async fetchRefund({ id }) {
      try {
        const answer = await product.call('GET', `/v1_0/refund/${id}`, await product.authorised());
        if (answer.status === 404) return { kind: 'not_found' };
        if (answer.status === 401) product.forgetToken();
        if (!answer.ok) return { kind: 'unavailable', why: `status ${answer.status}` };
        return statusOf(Status.parse(await answer.json()));
      } catch (error) {
        return { kind: 'unavailable', why: whyOf(error) };
      }
    },
  };
}

function statusOf(status: z.infer<typeof Status>): RefundStatus {
  if (status.status === 'PENDING') return { kind: 'pending' };
  if (status.status === 'FAILED') return { kind: 'failed', failure: failureOf(status.reason) };
  const { financialTransactionId: reference, amount, currency, externalId: refundId } = status;
  return { kind: 'succeeded', reference, amount, currency, refundId };
}
