import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { startSandbox, type SandboxFixture } from './testing.ts';

// Stripe's own package: it knows the real API, and so what this one must look like.
let sandbox: SandboxFixture;
let stripe: Stripe;
let now: number;
beforeEach(async () => {
  now = Date.now();
  sandbox = await startSandbox({ clock: () => now });
  const { hostname, port } = new URL(sandbox.url);
  stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0 });
});
afterEach(() => sandbox.stop());

const params = (more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  client_reference_id: 'ours',
  metadata: { intent: 'ours' },
  payment_intent_data: { metadata: { intent: 'ours' } },
  line_items: [
    { quantity: 1, price_data: { currency: 'mga', unit_amount: 16_500, product_data: { name: 'Vignette 2026 & été' } } },
  ],
  success_url: `${sandbox.receiver}/done?session={CHECKOUT_SESSION_ID}`,
  cancel_url: `${sandbox.receiver}/left`,
  ...more,
});
const card = (page: string, number: string) =>
  fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ number, expiry: '12 / 34', code: '123' }),
    redirect: 'manual',
    headers: { 'Accept-Language': 'en' },
  });
const typeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof Stripe.errors.StripeError
        ? `${error.statusCode} ${error.rawType} ${error.code ?? ''}`.trim()
        : String(error),
  );

describe('Stripe Checkout, asked by its own package', () => {
  it('is paid on the hosted page, sends signed events, and gives what was paid', async () => {
    const session = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'k1' });
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      amount_total: 16_500,
      currency: 'mga',
      client_reference_id: 'ours',
    });
    const page = await (await fetch(session.url ?? '', { headers: { 'Accept-Language': 'fr' } })).text();
    expect(page).toContain('Bac à sable');
    expect(page).toContain('Vignette 2026 &amp; été');
    const paid = await card(session.url ?? '', '4242 4242 4242 4242');
    expect([paid.status, paid.headers.get('location')]).toEqual([303, `${sandbox.receiver}/done?session=${session.id}`]);
    await until(() => sandbox.told.length === 3);
    const types = sandbox.told.map(({ text }) => (JSON.parse(text) as Stripe.Event).type);
    expect(types.sort()).toEqual(['checkout.session.completed', 'payment_intent.created', 'payment_intent.succeeded']);
    for (const { text, headers } of sandbox.told)
      expect(stripe.webhooks.constructEvent(text, String(headers['stripe-signature']), 'whsec_1').object).toBe('event');
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(after).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
    expect(after.payment_intent).toMatchObject({
      object: 'payment_intent',
      status: 'succeeded',
      amount_received: 16_500,
      metadata: { intent: 'ours' },
    });
    const intent = (after.payment_intent as Stripe.PaymentIntent).id;
    expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({ id: intent, status: 'succeeded' });
    expect(await (await fetch(session.url ?? '')).text()).toContain('Ce paiement est fait');
  });

  it('keeps an idempotency key a day: the same answer, and another body is an error', async () => {
    const first = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'k' });
    const again = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'k' });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = stripe.checkout.sessions.create(params({ client_reference_id: 'else' }), { idempotencyKey: 'k' });
    expect(await typeOf(other)).toBe('400 idempotency_error');
    now += 24 * 3600_000 + 1;
    const later = await stripe.checkout.sessions.create(params({ client_reference_id: 'else' }), { idempotencyKey: 'k' });
    expect(later.client_reference_id).toBe('else');
  });

  it('declines and asks the bank as the test cards say, and the session stays open', async () => {
    const { url, id } = await stripe.checkout.sessions.create(params());
    const page = url ?? '';
    const declined = await card(page, '4000000000000002');
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('The bank declined this card')]);
    expect(await (await card(page, '4000 0000 0000 9995')).text()).toContain('not enough money');
    expect((await card(page, '4242 4242 4242 4241')).status).toBe(422);
    const failed = await until(() => sandbox.told.find(({ text }) => text.includes('payment_intent.payment_failed')));
    expect(JSON.parse(failed.text)).toMatchObject({ data: { object: { last_payment_error: { code: 'card_declined' } } } });
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open');
    const bank = await (await card(page, '4000 0025 0000 3155')).text();
    const challenge = /name="challenge" value="(\w+)"/.exec(bank)?.[1] ?? '';
    const answer = (said: string, shown: string) =>
      fetch(`${page}/bank`, {
        method: 'POST',
        body: new URLSearchParams({ answer: said, challenge: shown }),
        redirect: 'manual',
      });
    expect((await answer('confirm', 'guessed')).status).toBe(200);
    expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe('unpaid');
    expect((await answer('confirm', challenge)).status).toBe(303);
    expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid');
  });

  it('expires at its time or when asked, and then nobody pays', async () => {
    const asked = await stripe.checkout.sessions.create(params());
    expect((await stripe.checkout.sessions.expire(asked.id)).status).toBe('expired');
    expect(await typeOf(stripe.checkout.sessions.expire(asked.id))).toBe('400 invalid_request_error');
    expect((await card(asked.url ?? '', '4242424242424242')).status).toBe(410);
    const timed = await stripe.checkout.sessions.create(params({ expires_at: Math.floor(now / 1000) + 1801 }));
    now += 1802_000;
    expect((await card(timed.url ?? '', '4242424242424242')).status).toBe(410);
    expect((await stripe.checkout.sessions.retrieve(timed.id)).status).toBe('expired');
  });

  it('refunds once under a key, never more than was paid', async () => {
    const { url, id } = await stripe.checkout.sessions.create(params());
    const early = (await stripe.checkout.sessions.retrieve(id)).payment_intent;
    expect(early).toBeNull();
    await card(url ?? '', '4242424242424242');
    const { payment_intent: paid } = await stripe.checkout.sessions.retrieve(id);
    const intent = typeof paid === 'string' ? paid : '';
    const ask = (amount: number, key: string) =>
      stripe.refunds.create({ payment_intent: intent, amount }, { idempotencyKey: key });
    const refund = await ask(10_000, 'r1');
    expect((await ask(10_000, 'r1')).id).toBe(refund.id);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded', amount: 10_000 });
    expect(await typeOf(ask(6_501, 'r2'))).toBe('400 invalid_request_error');
    await ask(6_500, 'r3');
    expect(await typeOf(ask(1, 'r4'))).toBe('400 invalid_request_error charge_already_refunded');
    expect((await stripe.refunds.list({ payment_intent: intent })).data.map(({ amount }) => amount)).toEqual([6_500, 10_000]);
  });

  it('refuses strangers, what is missing and what it does not know', async () => {
    const { hostname, port } = new URL(sandbox.url);
    const stranger = new Stripe('sk_test_2', { host: hostname, port, protocol: 'http' });
    expect(await typeOf(stranger.checkout.sessions.create(params()))).toBe('401 invalid_request_error');
    expect(await typeOf(stripe.checkout.sessions.create({ mode: 'payment' }))).toContain('400');
    expect(await typeOf(stripe.checkout.sessions.create(params({ expires_at: Math.floor(now / 1000) + 60 })))).toContain('400');
    expect(await typeOf(stripe.checkout.sessions.retrieve('cs_test_none'))).toBe('404 invalid_request_error resource_missing');
    expect(await typeOf(stripe.refunds.create({ payment_intent: 'pi_none' }))).toBe('404 invalid_request_error resource_missing');
  });

  it.each([
    ['busy', '429 rate_limit_error rate_limit'],
    ['conflict', '409 idempotency_error idempotency_key_in_use'],
    ['half', '500 api_error'],
  ])('told to be %s, answers %s, and the same key then gives the session', async (vice, answered) => {
    await sandbox.control('/control/next', { vice, count: 1 });
    expect(await typeOf(stripe.checkout.sessions.create(params(), { idempotencyKey: 'k' }))).toBe(answered);
    const { id } = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'k' });
    expect(sandbox.orders.list().map((order) => order.id)).toEqual([id]);
  });

  it('sends events twice or forged when told to', async () => {
    await sandbox.control('/control/next', { vice: 'duplicate', count: 1 });
    const { url } = await stripe.checkout.sessions.create(params());
    await card(url ?? '', '4242424242424242');
    await until(() => sandbox.told.length === 9);
    expect(new Set(sandbox.told.map(({ text }) => (JSON.parse(text) as Stripe.Event).id)).size).toBe(3);
    sandbox.told.length = 0;
    await sandbox.control('/control/next', { vice: 'forged', count: 1 });
    const forged = await stripe.checkout.sessions.create(params());
    await card(forged.url ?? '', '4242424242424242');
    const message = await until(() => sandbox.told[0]);
    expect(() => stripe.webhooks.constructEvent(message.text, String(message.headers['stripe-signature']), 'whsec_1')).toThrow();
  });
});
