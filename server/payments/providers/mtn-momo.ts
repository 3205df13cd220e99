import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import { decimalOf } from '#shared/domain/money.ts';
import { constantTimeEqual, keyedHash } from '#shared/node/keys.ts';
import { createMtnProduct, whyOf, type MtnKeys, type MtnProduct } from './mtn-momo-product.ts';
import { createMtnRefunds } from './mtn-momo-refunds.ts';
import { NO_REFUNDS } from './no-refunds.ts';
import type { InitiateAnswer, PaymentProvider, ProviderStatus } from './provider.ts';

/** The keys are those of the product Collection. */
export interface MtnMomoDeps extends MtnKeys {
  /** Address of the API, without a path. */
  url: string;
  /** Keys of the product Disbursement; null: paying back is off. */
  disbursement?: MtnKeys | null;
  targetEnvironment: string;
  /** Where the operator reaches this platform. */
  webhookOrigin: string;
  /** Makes the addresses of callbacks unguessable: the operator does not sign them. */
  callbackKey: Buffer;
  minorDigits: number;
  clock: () => Date;
  timeoutMs?: number;
}

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

const FAILURES: Readonly<Record<string, PaymentFailure>> = {
  PAYER_NOT_FOUND: 'payer_not_found',
  NOT_ENOUGH_FUNDS: 'not_enough_funds',
  APPROVAL_REJECTED: 'payer_declined',
  EXPIRED: 'payer_too_late',
  PAYER_LIMIT_REACHED: 'limit_reached',
};
const failureOf = (reason: string | undefined): PaymentFailure => FAILURES[reason ?? ''] ?? 'refused';

/**
 * MTN Mobile Money, product Collection (momodeveloper.mtn.com): `requesttopay` under a reference of ours, answered 202, 409 when it is
 * known; one callback, never repeated; the status by GET. Callbacks are not signed, so each goes to an address of its own that only the
 * operator was told, and serves as a hint to ask.
 */
export function createMtnMomo(deps: MtnMomoDeps): PaymentProvider {
  const timeoutMs = deps.timeoutMs ?? 10_000;
  const { url, targetEnvironment, clock, minorDigits } = deps;
  const product = (name: 'collection' | 'disbursement', keys: MtnKeys): MtnProduct =>
    createMtnProduct({ product: name, url, keys, targetEnvironment, clock, timeoutMs });
  const collection = product('collection', deps);
  const { call } = collection;
  const tokenOf = (intentId: string): string => keyedHash(deps.callbackKey, intentId);

  const order = async (headers: Record<string, string>, id: string, body: unknown): Promise<InitiateAnswer> => {
    const answer = await call('POST', '/v1_0/requesttopay', { ...headers, 'X-Reference-Id': id }, body);
    const text = await answer.text();
    if (answer.status === 202 || answer.status === 409) return { kind: 'accepted' };
    if (answer.status === 401) collection.forgetToken();
    if (answer.status === 401 || answer.status === 429) return { kind: 'busy' };
    if (answer.status >= 500) return { kind: 'unclear', why: `status ${answer.status}` };
    return { kind: 'refused', failure: failureOf(/"code"\s*:\s*"(\w+)"/.exec(text)?.[1]) };
  };

  const refunds = deps.disbursement
    ? createMtnRefunds({ product: product('disbursement', deps.disbursement), minorDigits })
    : NO_REFUNDS;

  return {
    code: 'mtn_momo',
    ...refunds,
    writeAmount: (amount) => decimalOf(amount, minorDigits),

    async initiate({ id, phone, amount, currency, message }) {
      if (phone === null) return { kind: 'refused', failure: 'payer_not_found' };
      let headers: Record<string, string>;
      try {
        headers = await collection.authorised();
      } catch {
        return { kind: 'busy' };
      }
      const callback = new URL(`/api/webhooks/mtn_momo/${id}/${tokenOf(id)}`, deps.webhookOrigin);
      const body = {
        amount: decimalOf(amount, minorDigits),
        currency,
        externalId: id,
        payer: { partyIdType: 'MSISDN', partyId: phone.replace(/^\+/, '') },
        payerMessage: message,
        payeeNote: message,
      };
      try {
        return await order({ ...headers, 'X-Callback-Url': callback.href }, id, body);
      } catch (error) {
        return { kind: 'unclear', why: whyOf(error) };
      }
    },

    async fetchStatus({ id: intentId }) {
      try {
        const answer = await call('GET', `/v1_0/requesttopay/${intentId}`, await collection.authorised());
        if (answer.status === 404) return { kind: 'not_found' };
        if (answer.status === 401) collection.forgetToken();
        if (!answer.ok) return { kind: 'unavailable', why: `status ${answer.status}` };
        return statusOf(Status.parse(await answer.json()));
      } catch (error) {
        return { kind: 'unavailable', why: whyOf(error) };
      }
    },

    parseWebhook({ path: [intentId = '', given = ''], body }) {
      if (!constantTimeEqual(given, tokenOf(intentId))) return null;
      return { intentId, eventId: createHash('sha256').update(intentId).update('\n').update(body).digest('base64url') };
    },
  };
}

function statusOf(status: z.infer<typeof Status>): ProviderStatus {
  if (status.status === 'PENDING') return { kind: 'pending' };
  if (status.status === 'FAILED') return { kind: 'failed', failure: failureOf(status.reason) };
  const { financialTransactionId: reference, amount, currency, externalId: intentId } = status;
  return { kind: 'succeeded', reference, amount, currency, intentId };
}
