import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benin } from '#shared/domain/countries/benin.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { morocco } from '#shared/domain/countries/morocco.ts';
import {
  CUT_OFF,
  DRIPPING,
  elsewhere,
  ENDLESS,
  SILENCE,
  startProtocolServer,
  type Answer,
  type ProtocolServer,
} from '../testing/protocol-server.ts';
import type { PaymentProvider, PaymentRequest, RefundRequest } from './provider.ts';
import { createStripe } from './stripe.ts';
import { stripeAmount } from './stripe-amount.ts';

const SESSIONS = '/v1/checkout/sessions';
const REFUNDS = '/v1/refunds';
const WEBHOOK_SECRET = 'whsec_test';
const startedAt = new Date('2026-01-15T09:00:00Z');
let server: ProtocolServer;
let stripe: PaymentProvider;

const make = (apiBase: string, country = madagascar): PaymentProvider =>
  createStripe({
    ...{ secretKey: 'sk_test_1', webhookSecret: WEBHOOK_SECRET, apiBase, publicOrigin: 'https://vignette.example' },
    ...{ currency: country.currency, clock: () => startedAt, timeoutMs: 250 },
  });
const request = (changes: Partial<PaymentRequest> = {}): PaymentRequest => ({
  ...{ id: randomUUID(), phone: null, amount: 16_500, currency: 'MGA', message: 'Vignette' },
  ...{ startedAt, expiresAt: new Date(startedAt.getTime() + 2_400_000) },
  ...changes,
});
const fault = (status: number, error: object = {}): Answer => ({ status, body: { error: { message: 'no', ...error } } });

beforeEach(async () => {
  server = await startProtocolServer();
  stripe = make(server.url);
});
afterEach(() => server.close());

describe('a session', () => {
  const made = (id: string, changes: object = {}): Answer => ({
    status: 200,
    body: {
      id: 'cs_test_1',
      object: 'checkout.session',
      url: 'https://checkout.stripe.com/c/pay/1',
      client_reference_id: id,
      ...changes,
    },
  });

  it('is made for the whole amount, under our id, and is the page to go to', async () => {
    const order = request();
    server.on('POST', SESSIONS, made(order.id));
    expect(await stripe.initiate(order)).toEqual({
      ...{ kind: 'accepted', handle: 'cs_test_1', redirectUrl: 'https://checkout.stripe.com/c/pay/1' },
    });
    const [call] = server.heard;
    expect(call?.headers).toMatchObject({ 'idempotency-key': order.id, authorization: 'Bearer sk_test_1' });
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toMatchObject({
      ...{ mode: 'payment', client_reference_id: order.id, 'metadata[payment]': order.id },
      'payment_intent_data[metadata][payment]': order.id,
      'line_items[0][price_data][currency]': 'mga',
      'line_items[0][price_data][unit_amount]': '16500',
      'line_items[0][quantity]': '1',
      'adaptive_pricing[enabled]': 'false',
      expires_at: String(startedAt.getTime() / 1_000 + 2_400),
      success_url: `https://vignette.example/paiements/${order.id}`,
      cancel_url: `https://vignette.example/paiements/${order.id}`,
    });
  });

  it('is made by the same request again, to the letter', async () => {
    const order = request();
    server.on('POST', SESSIONS, made(order.id));
    await stripe.initiate(order);
    await stripe.initiate(order);
    const [first, second] = server.heard;
    expect([second?.body, second?.headers['idempotency-key']]).toEqual([first?.body, order.id]);
  });

  it.each<[string, Answer, object]>([
    ['429', fault(429, { type: 'invalid_request_error', code: 'rate_limit' }), { kind: 'busy' }],
    ['409', fault(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use' }), { kind: 'busy' }],
    ['401', fault(401, { type: 'invalid_request_error' }), { kind: 'busy' }],
    ['400', fault(400, { type: 'invalid_request_error' }), { kind: 'refused', failure: 'refused' }],
    ['403', fault(403, { type: 'invalid_request_error' }), { kind: 'refused', failure: 'refused' }],
    ['a key given for something else', fault(400, { type: 'idempotency_error' }), { kind: 'unclear' }],
    ['500', fault(500, { type: 'api_error' }), { kind: 'unclear' }],
    ['502 in HTML', { status: 502, body: '<html>' }, { kind: 'unclear' }],
    ['no JSON', { status: 200, body: '{"id":' }, { kind: 'unclear' }],
    ['no session', { status: 200, body: {} }, { kind: 'unclear' }],
    ['another’s session', made(randomUUID()), { kind: 'unclear' }],
    ['silence', SILENCE, { kind: 'unclear' }],
    ['a line cut off', CUT_OFF, { kind: 'unclear' }],
    ['a body without end', ENDLESS, { kind: 'unclear' }],
    ['a body drop by drop', DRIPPING, { kind: 'unclear' }],
  ])('answered by %s is what it is', async (_what, answer, expected) => {
    server.on('POST', SESSIONS, answer);
    expect(await stripe.initiate(request())).toMatchObject(expected);
    expect(server.heard).toHaveLength(1);
  });

  it('is never asked for at another address', async () => {
    const other = await startProtocolServer();
    server.on('POST', SESSIONS, elsewhere(`${other.url}/taken`));
    expect(await stripe.initiate(request())).toMatchObject({ kind: 'unclear' });
    expect(other.heard).toEqual([]);
    await other.close();
  });

  it.each(['http://checkout.stripe.com/c/pay/1', 'javascript:alert(1)', 'http://127.0.0.1:1/pay', '/pay', 'data:text/html,1'])(
    'whose page is %s sends nobody there',
    async (url) => {
      const order = request();
      server.on('POST', SESSIONS, made(order.id, { url }));
      expect(await stripe.initiate(order)).toMatchObject({ kind: 'unclear' });
    },
  );

  it('may have its page on the sandbox that was configured', async () => {
    const order = request();
    for (const origin of [server.url, server.url.replace('127.0.0.1', 'localhost')]) {
      server.on('POST', SESSIONS, made(order.id, { url: `${origin}/pay/1` }));
      expect(await stripe.initiate(order)).toMatchObject({ kind: 'accepted', redirectUrl: `${origin}/pay/1` });
    }
  });
});

describe('how a session stands', () => {
  const order = { id: randomUUID(), handle: 'cs_test_1', phone: null };
  const paid = (changes: object = {}) => ({
    ...{ id: 'pi_1', status: 'succeeded', amount_received: 16_500, currency: 'mga', metadata: { payment: order.id } },
    ...changes,
  });
  const session = (changes: object = {}): Answer => ({
    status: 200,
    body: {
      ...{ id: 'cs_test_1', status: 'complete', payment_status: 'paid', client_reference_id: order.id, payment_intent: paid() },
      ...changes,
    },
  });
  const success = { kind: 'succeeded', reference: 'pi_1', amount: '16500', currency: 'MGA', intentId: order.id };

  it.each<[string, Answer, object]>([
    ['paid', session(), success],
    ['paid less', session({ payment_intent: paid({ amount_received: 16_499 }) }), { ...success, amount: '16499' }],
    ['paid in another currency', session({ payment_intent: paid({ currency: 'eur' }) }), { ...success, currency: 'EUR' }],
    ['paid for another session of ours', session({ client_reference_id: randomUUID() }), { ...success, intentId: '' }],
    ['paid by a payment of another', session({ payment_intent: paid({ metadata: {} }) }), { ...success, intentId: '' }],
    ['open', session({ status: 'open', payment_status: 'unpaid', payment_intent: null }), { kind: 'pending' }],
    ['expired', session({ status: 'expired', payment_status: 'unpaid', payment_intent: null }), { kind: 'closed' }],
    ['complete but not paid', session({ payment_status: 'unpaid' }), { kind: 'pending' }],
    ['paid by its own word only', session({ payment_intent: paid({ status: 'processing' }) }), { kind: 'pending' }],
    ['another session', session({ id: 'cs_test_2' }), { kind: 'unavailable' }],
    ['a state that is not known', session({ status: 'paused' }), { kind: 'unavailable' }],
    ['not there', fault(404, { type: 'invalid_request_error', code: 'resource_missing' }), { kind: 'unavailable' }],
    ['429', fault(429), { kind: 'unavailable' }],
    ['500', fault(500), { kind: 'unavailable' }],
    ['silence', SILENCE, { kind: 'unavailable' }],
    ['no JSON', { status: 200, body: '<html>' }, { kind: 'unavailable' }],
  ])('%s', async (_what, answer, expected) => {
    server.on('GET', `${SESSIONS}/cs_test_1`, answer);
    expect(await stripe.fetchStatus(order)).toMatchObject(expected);
  });

  it('is surely not paid when nobody was told its page', async () => {
    expect(await stripe.fetchStatus({ ...order, handle: null })).toEqual({ kind: 'not_found' });
    expect(server.heard).toEqual([]);
  });

  it('is ended on demand; a refusal to end it is no fault', async () => {
    server.on('POST', `${SESSIONS}/cs_test_1/expire`, session({ status: 'expired' }), fault(400));
    await stripe.cancel?.(order);
    await stripe.cancel?.(order);
    expect(server.heard.map(({ path }) => path)).toEqual(Array(2).fill(`${SESSIONS}/cs_test_1/expire`));
  });
});

describe('an event', () => {
  const id = randomUUID();
  const signer = new Stripe('sk_test_none');
  const event = (object: object): string => JSON.stringify({ id: 'evt_1', object: 'event', type: 'x', data: { object } });
  const signed = (body: string, { secret = WEBHOOK_SECRET, at = startedAt.getTime() } = {}) => ({
    path: [],
    body: Buffer.from(body),
    signature: signer.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: Math.floor(at / 1_000) }),
  });
  const session = event({ object: 'checkout.session', client_reference_id: id });

  it('is genuine when signed over its very bytes within five minutes', () => {
    expect(stripe.parseWebhook(signed(session))).toEqual({ eventId: 'evt_1', intentId: id });
    expect(stripe.parseWebhook(signed(session, { at: startedAt.getTime() - 300_000 }))).not.toBeNull();
  });

  it('is none when forged, changed by a bit, of another key, or older', () => {
    const good = signed(session);
    const flipped = Buffer.from(good.body);
    flipped[10] = (flipped[10] ?? 0) ^ 1;
    for (const bad of [
      { ...good, body: flipped },
      { ...good, body: Buffer.from(`${session} `) },
      { ...good, signature: null },
      { ...good, signature: '' },
      { ...good, signature: 't=1,v1=00' },
      signed(session, { secret: 'whsec_other' }),
      signed(session, { at: startedAt.getTime() - 301_000 }),
      signed(session, { at: startedAt.getTime() - 3_600_000 }),
      signed('not JSON'),
    ]) {
      expect(stripe.parseWebhook(bad)).toBeNull();
    }
  });

  it('about a payment of ours is known by its metadata; about anything else it says nothing', () => {
    const of = (object: object) => stripe.parseWebhook(signed(event(object)));
    expect(of({ object: 'payment_intent', metadata: { payment: id } })).toEqual({ eventId: 'evt_1', intentId: id });
    for (const object of [{}, { metadata: null }, { client_reference_id: '../x' }, { metadata: { payment: 'x' } }]) {
      expect(of(object)).toEqual({ eventId: 'evt_1', intentId: null });
    }
  });
});

describe('a refund', () => {
  const refund: RefundRequest = {
    id: randomUUID(),
    payment: { intentId: randomUUID(), reference: 'pi_1', phone: '' },
    ...{ amount: 16_500, currency: 'MGA', message: 'Vignette' },
  };
  const one = (changes: object = {}) => ({
    ...{ id: 're_1', amount: 16_500, currency: 'mga', status: 'succeeded', metadata: { refund: refund.id } },
    ...changes,
  });
  const list = (...data: object[]): Answer => ({ status: 200, body: { object: 'list', data, has_more: false } });

  it('is given once, under its own id, and never when it is there already', async () => {
    server.on('GET', REFUNDS, list(one({ metadata: {} })), list(one()));
    server.on('POST', REFUNDS, { status: 200, body: one() });
    expect(await stripe.refund(refund)).toEqual({ kind: 'accepted' });
    expect(await stripe.refund(refund)).toEqual({ kind: 'accepted' });
    const given = server.heard.filter(({ method }) => method === 'POST');
    expect(given.map(({ headers }) => headers['idempotency-key'])).toEqual([refund.id]);
    expect(Object.fromEntries(new URLSearchParams(given[0]?.body))).toMatchObject({
      ...{ payment_intent: 'pi_1', amount: '16500', 'metadata[refund]': refund.id },
    });
  });

  it.each<[string, Answer, object]>([
    ['paid back already', fault(400, { code: 'charge_already_refunded' }), { kind: 'refused', failure: 'not_refundable' }],
    ['no money', fault(400, { code: 'balance_insufficient' }), { kind: 'refused', failure: 'float_too_low' }],
    ['400', fault(400), { kind: 'refused', failure: 'refused' }],
    ['429', fault(429), { kind: 'busy' }],
    ['409', fault(409), { kind: 'busy' }],
    ['500', fault(500), { kind: 'unclear' }],
    ['silence', SILENCE, { kind: 'unclear' }],
  ])('answered by %s is what it is', async (_what, answer, expected) => {
    server.on('GET', REFUNDS, list());
    server.on('POST', REFUNDS, answer);
    expect(await stripe.refund(refund)).toMatchObject(expected);
  });

  it('is not given when it cannot be seen whether it was', async () => {
    server.on('GET', REFUNDS, fault(500));
    server.on('POST', REFUNDS, { status: 200, body: one() });
    expect(await stripe.refund(refund)).toMatchObject({ kind: 'unclear' });
    expect(server.heard.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it.each<[string, Answer, object]>([
    ['there', list(one()), { kind: 'succeeded', reference: 're_1', amount: '16500', currency: 'MGA', refundId: refund.id }],
    ['under way', list(one({ status: 'pending' })), { kind: 'pending' }],
    ['waiting', list(one({ status: 'requires_action' })), { kind: 'pending' }],
    [
      'failed',
      list(one({ status: 'failed', failure_reason: 'expired_or_canceled_card' })),
      { kind: 'failed', failure: 'payee_not_found' },
    ],
    ['only others', list(one({ metadata: { refund: randomUUID() } })), { kind: 'not_found' }],
    ['silence', SILENCE, { kind: 'unavailable' }],
  ])('%s', async (_what, answer, expected) => {
    server.on('GET', REFUNDS, answer);
    expect(await stripe.fetchRefund(refund)).toMatchObject(expected);
  });
});

describe('an amount', () => {
  it('is counted as Stripe counts the currency', () => {
    expect(stripeAmount(16_500, madagascar.currency)).toBe(16_500);
    expect(stripeAmount(16_500, benin.currency)).toBe(16_500);
    expect(stripeAmount(35_050, morocco.currency)).toBe(35_050);
    expect(make('https://x.example', morocco).writeAmount(35_050)).toBe('35050');
    // Without cents in use, but counted in them.
    expect(stripeAmount(10, { code: 'ISK', minorDigits: 0 })).toBe(1_000);
    expect(stripeAmount(10, { code: 'UGX', minorDigits: 0 })).toBe(1_000);
    // Of 100 in ISO 4217, whole at Stripe.
    expect(stripeAmount(1_000, { code: 'MGA', minorDigits: 2 })).toBe(10);
    expect(stripeAmount(1_230, { code: 'TND', minorDigits: 3 })).toBe(1_230);
  });

  it('that cannot be said to the unit is not said', () => {
    expect(() => stripeAmount(1_050, { code: 'MGA', minorDigits: 2 })).toThrow();
    expect(() => stripeAmount(1_234, { code: 'TND', minorDigits: 3 })).toThrow();
  });
});
