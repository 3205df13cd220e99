import { createHash } from 'node:crypto';
import { z } from 'zod';
import { constantTimeEqual, keyedHash } from '#shared/node/keys.ts';
import { createMvolaApi, NoMvolaToken } from './mvola-api.ts';
import { NO_REFUNDS } from './no-refunds.ts';
import { createProviderFetch, whyOf } from './provider-fetch.ts';
import type { InitiateAnswer, OrderRef, PaymentProvider, PaymentRequest, ProviderStatus } from './provider.ts';

export interface MvolaDeps {
  url: string;
  consumerKey: string;
  consumerSecret: string;
  partnerName: string;
  merchantMsisdn: string;
  /** Where the operator reaches this platform. */
  webhookOrigin: string;
  /** Makes the addresses of callbacks unguessable: the operator does not sign them. */
  callbackKey: Buffer;
  clock: () => Date;
  timeoutMs?: number;
}

/** MVola writes the ariary so, and whole ones as `10000` or `10000.00`. */
const ARIARY = 'Ar';
/** Ids of the operator's that can stand in an address. */
const TheirId = z.string().regex(/^[\w-]{1,100}$/);
const Given = z.object({ serverCorrelationId: TheirId });
const State = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['pending', 'completed', 'failed']));
const Status = z.object({ status: State, serverCorrelationId: z.string(), objectReference: z.coerce.string().optional() });
const Parties = z.array(z.object({ key: z.string(), value: z.coerce.string() }));
const Details = z.object({
  amount: z.coerce.string(),
  currency: z.string(),
  transactionReference: z.coerce.string(),
  transactionStatus: State,
  debitParty: Parties,
  creditParty: Parties,
});

/**
 * MVola of Madagascar, Merchant Pay 1.0: the order is given under a correlation id of ours and answered with one of theirs, under which
 * alone its status is asked; a status `completed` names the transaction, whose details say what was paid by whom. A correlation id that
 * was given before is answered 409, without theirs: the callback brings it then (ADR 010). Callbacks are not signed: each goes to an
 * address that only the operator was told, and is a hint. No refund is documented.
 */
export function createMvola(deps: MvolaDeps): PaymentProvider {
  const api = createMvolaApi({ ...deps, fetch: createProviderFetch({ timeoutMs: deps.timeoutMs ?? 10_000 }) });
  const tokenOf = (intentId: string): string => keyedHash(deps.callbackKey, `mvola:${intentId}`);
  const merchant = nationalOf(deps.merchantMsisdn);

  function bodyOf(order: PaymentRequest, msisdn: string) {
    return {
      amount: String(order.amount),
      currency: ARIARY,
      descriptionText: order.message,
      requestDate: order.startedAt.toISOString(),
      debitParty: [{ key: 'msisdn', value: msisdn }],
      creditParty: [{ key: 'msisdn', value: merchant }],
      metadata: [{ key: 'partnerName', value: deps.partnerName }],
      requestingOrganisationTransactionReference: order.id,
      originalTransactionReference: order.id,
    };
  }

  async function answerTo(response: Response): Promise<InitiateAnswer> {
    const { status } = response;
    if (response.ok) {
      const given = Given.safeParse(await response.json().catch(() => null));
      if (given.success) return { kind: 'accepted', handle: given.data.serverCorrelationId };
      return { kind: 'unclear', why: 'taken, but under which id cannot be read' };
    }
    if (status === 409) return { kind: 'accepted' };
    if (status === 401 || status === 429) return { kind: 'busy' };
    if (status === 408 || status >= 500) return { kind: 'unclear', why: `status ${status}` };
    return { kind: 'refused', failure: 'refused' };
  }

  async function read<S extends z.ZodType>(schema: S, path: string, correlationId: string): Promise<z.output<S>> {
    const answer = await api.call(path, { correlationId });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return schema.parse(await answer.json());
  }

  async function statusOf({ id, phone }: OrderRef, handle: string): Promise<ProviderStatus> {
    const status = await read(Status, `status/${handle}`, id);
    if (status.serverCorrelationId !== handle) return { kind: 'unavailable', why: 'it tells of another order' };
    if (status.status !== 'completed') {
      return status.status === 'pending' ? { kind: 'pending' } : { kind: 'failed', failure: 'refused' };
    }
    const reference = TheirId.parse(status.objectReference);
    const paid = await read(Details, reference, id);
    if (paid.transactionStatus !== 'completed' || paid.transactionReference !== reference) {
      return { kind: 'unavailable', why: 'status and details do not agree' };
    }
    // The details do not repeat our reference: who paid whom has to agree besides the id under which they were asked.
    const ours = phone !== null && msisdnOf(paid.debitParty) === nationalOf(phone) && msisdnOf(paid.creditParty) === merchant;
    const currency = paid.currency.toLowerCase() === ARIARY.toLowerCase() ? 'MGA' : paid.currency;
    return { kind: 'succeeded', reference, amount: wholeOf(paid.amount), currency, intentId: ours ? id : '' };
  }

  return {
    code: 'mvola',
    ...NO_REFUNDS,
    writeAmount: String,

    async initiate(order) {
      if (order.currency !== 'MGA') return { kind: 'refused', failure: 'refused' };
      if (!order.phone?.startsWith('+261')) return { kind: 'refused', failure: 'payer_not_found' };
      const callback = new URL(`/api/webhooks/mvola/${order.id}/${tokenOf(order.id)}`, deps.webhookOrigin).href;
      try {
        const body = bodyOf(order, nationalOf(order.phone));
        return await answerTo(await api.call('', { correlationId: order.id, body, callback }));
      } catch (error) {
        return error instanceof NoMvolaToken ? { kind: 'busy' } : { kind: 'unclear', why: whyOf(error) };
      }
    },

    async fetchStatus(order) {
      if (order.handle === null) return { kind: 'no_handle' };
      try {
        return await statusOf(order, order.handle);
      } catch (error) {
        return { kind: 'unavailable', why: whyOf(error) };
      }
    },

    parseWebhook({ path: [intentId = '', given = ''], body }) {
      if (!constantTimeEqual(given, tokenOf(intentId))) return null;
      const eventId = createHash('sha256').update(intentId).update('\n').update(body).digest('base64url');
      const handle = handleIn(body);
      return { eventId, intentId, ...(handle && { handle }) };
    },
  };
}

/** As the operator writes numbers: +261340000100, 261340000100 and 0340000100 are one. */
const nationalOf = (phone: string): string => phone.replace(/^(\+?261|0)?/, '0');

function msisdnOf(parties: z.output<typeof Parties>): string | null {
  const msisdn = parties.find(({ key }) => key.toLowerCase() === 'msisdn')?.value;
  return msisdn === undefined ? null : nationalOf(msisdn);
}

/** An amount without its zero decimals; anything else as it came, to be refused by who compares. */
const wholeOf = (amount: string): string => /^(\d+)(?:\.0{1,2})?$/.exec(amount)?.[1] ?? amount;

function handleIn(body: Buffer): string | undefined {
  try {
    return Given.parse(JSON.parse(body.toString('utf8'))).serverCorrelationId;
  } catch {
    return undefined;
  }
}
