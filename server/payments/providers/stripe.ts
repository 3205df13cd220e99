import Stripe from 'stripe';
import { z } from 'zod';
import { Id } from '#shared/contracts/ids.ts';
import type { Currency } from '#shared/domain/countries/country.ts';
import { createProviderFetch, whyOf } from './provider-fetch.ts';
import type { InitiateAnswer, PaymentProvider, PaymentRequest, ProviderStatus } from './provider.ts';
import { stripeAmount } from './stripe-amount.ts';
import { stripeFaultOf } from './stripe-errors.ts';
import { createStripeRefunds } from './stripe-refunds.ts';

export interface StripeDeps {
  secretKey: string;
  /** Of the endpoint `/api/webhooks/stripe`. */
  webhookSecret: string;
  /** Another host than Stripe's own, for a sandbox; without a path. */
  apiBase?: string | undefined;
  /** Where the payer comes back to. */
  publicOrigin: string;
  currency: Currency;
  clock: () => Date;
  timeoutMs?: number;
}

/** A signature older than this is none. Seconds. */
const TOLERANCE_SECONDS = 300;

const Made = z.object({ id: z.string().regex(/^cs_\w{1,200}$/), url: z.url(), client_reference_id: z.string() });
const Metadata = z.record(z.string(), z.string()).nullish();
const Paid = z.object({
  id: z.string(),
  status: z.string(),
  amount_received: z.number().int(),
  currency: z.string(),
  metadata: Metadata,
});
const Session = z.object({
  id: z.string(),
  status: z.enum(['open', 'complete', 'expired']),
  payment_status: z.string(),
  client_reference_id: z.string().nullable(),
  payment_intent: Paid.nullable(),
});
/** What an event is about, of whatever kind: a session names us itself, everything else in its metadata. */
const About = z.object({ client_reference_id: z.string().nullish(), metadata: Metadata });

/**
 * Cards, on Stripe's own page (Checkout): no card ever comes here. The session is made under our id as idempotency key, so a lost answer
 * is had again by asking again; a session whose address never reached us can be paid by nobody. Webhooks are signed; they are hints all
 * the same.
 */
export function createStripe(deps: StripeDeps): PaymentProvider {
  const timeoutMs = deps.timeoutMs ?? 10_000;
  const base = deps.apiBase === undefined ? null : new URL(deps.apiBase);
  const stripe = new Stripe(deps.secretKey, {
    ...(base && { host: base.hostname, port: base.port, protocol: base.protocol === 'http:' ? 'http' : 'https' }),
    httpClient: Stripe.createFetchHttpClient(createProviderFetch({ timeoutMs }) as typeof fetch),
    // Who calls the adapter comes again by itself, and knows what was lost in between.
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
  });
  const amountOf = (amount: number): number => stripeAmount(amount, deps.currency);
  /** Only a page of https, or of the sandbox that was configured. */
  const mayBeSentTo = (url: string): boolean =>
    new URL(url).protocol === 'https:' || (base !== null && placeOf(new URL(url)) === placeOf(base));

  async function openPage({ id, amount, currency, message, expiresAt }: PaymentRequest): Promise<InitiateAnswer> {
    const back = new URL(`/paiements/${id}`, deps.publicOrigin).href;
    const session = await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        allowed_payment_method_types: ['card'],
        client_reference_id: id,
        metadata: { payment: id },
        payment_intent_data: { metadata: { payment: id } },
        line_items: [
          {
            quantity: 1,
            price_data: { currency: currency.toLowerCase(), unit_amount: amountOf(amount), product_data: { name: message } },
          },
        ],
        // What is owed is paid to the unit: never in another currency at a rate of the day.
        adaptive_pricing: { enabled: false },
        expires_at: Math.floor(expiresAt.getTime() / 1_000),
        success_url: back,
        cancel_url: back,
      },
      { idempotencyKey: id },
    );
    const { id: handle, url: redirectUrl, client_reference_id } = Made.parse(session);
    if (client_reference_id !== id) return { kind: 'unclear', why: 'it answers for another order' };
    if (!mayBeSentTo(redirectUrl)) return { kind: 'unclear', why: 'its page is at an address that nobody is sent to' };
    return { kind: 'accepted', handle, redirectUrl };
  }

  async function statusOf(id: string, handle: string): Promise<ProviderStatus> {
    const session = Session.parse(await stripe.checkout.sessions.retrieve(handle, { expand: ['payment_intent'] }));
    if (session.id !== handle) return { kind: 'unavailable', why: 'it tells of another session' };
    if (session.status === 'open') return { kind: 'pending' };
    if (session.status === 'expired') return { kind: 'closed' };
    const { payment_intent: paid } = session;
    if (session.payment_status !== 'paid' || paid?.status !== 'succeeded') return { kind: 'pending' };
    const ours = session.client_reference_id === id && paid.metadata?.['payment'] === id;
    const amount = String(paid.amount_received);
    return { kind: 'succeeded', reference: paid.id, amount, currency: paid.currency.toUpperCase(), intentId: ours ? id : '' };
  }

  return {
    code: 'stripe',
    ...createStripeRefunds(stripe, amountOf),
    writeAmount: (amount) => String(amountOf(amount)),

    async initiate(order) {
      try {
        return await openPage(order);
      } catch (error) {
        const fault = stripeFaultOf(error);
        return fault.kind === 'refused' ? { kind: 'refused', failure: 'refused' } : fault;
      }
    },

    async fetchStatus({ id, handle }) {
      if (handle === null) return { kind: 'not_found' };
      try {
        return await statusOf(id, handle);
      } catch (error) {
        return { kind: 'unavailable', why: whyOf(error) };
      }
    },

    async cancel({ handle }) {
      // Refused when it is paid or over already: its status says which.
      if (handle !== null) await stripe.checkout.sessions.expire(handle).catch(() => undefined);
    },

    parseWebhook({ signature, body }) {
      const event = verified(body, signature);
      if (!event) return null;
      const about = About.safeParse(event.data.object).data;
      const refundId = Id.safeParse(about?.metadata?.['refund']);
      if (refundId.success) return { eventId: event.id, intentId: null, refundId: refundId.data };
      const intentId = Id.safeParse(about?.client_reference_id ?? about?.metadata?.['payment']);
      return { eventId: event.id, intentId: intentId.success ? intentId.data : null };
    },
  };

  function verified(body: Buffer, signature: string | null): Stripe.Event | null {
    try {
      const at = deps.clock().getTime();
      return stripe.webhooks.constructEvent(body, signature ?? '', deps.webhookSecret, TOLERANCE_SECONDS, undefined, at);
    } catch {
      return null;
    }
  }
}

/** An origin; on this machine it has two names. */
const placeOf = ({ protocol, hostname, port }: URL): string =>
  `${protocol}//${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port}`;
