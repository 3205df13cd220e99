import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { createSandbox, type Sandbox } from '#deploy/sandbox-provider/sandbox-server.ts';
import { createMtnMomo } from './mtn-momo.ts';
import type { PaymentProvider, WebhookNotice } from './provider.ts';

/** What the operator calls back, as it came. */
interface Callback {
  method: string;
  intentId: string;
  token: string;
  body: Buffer;
}
const keys = { subscriptionKey: 'subscription', apiUser: randomUUID(), apiKey: 'key' };
const callbacks: Callback[] = [];
let receiver: Server;
let sandbox: Sandbox;
let provider: PaymentProvider;

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const momo = (url: string, webhookOrigin: string, given = keys): PaymentProvider =>
  createMtnMomo({
    ...{ ...given, url, webhookOrigin, targetEnvironment: 'sandbox', minorDigits: 0, timeoutMs: 300 },
    ...{ callbackKey: Buffer.alloc(32, 1), clock: () => new Date() },
  });

let urls: { sandbox: string; receiver: string };
beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, , , , intentId = '', token = ''] = (request.url ?? '').split('/');
      callbacks.push({ method: request.method ?? '', intentId, token, body: Buffer.concat(chunks) });
      response.writeHead(204).end();
    });
  });
  urls = { sandbox: '', receiver: await listen(receiver) };
});
afterAll(() => receiver.close());
beforeEach(async () => {
  sandbox = createSandbox({ keys, timeScale: 0.01 });
  urls.sandbox = await listen(sandbox.server);
  provider = momo(urls.sandbox, urls.receiver);
  callbacks.length = 0;
});
afterEach(() => sandbox.close());

const order = (digits: string) => ({
  id: randomUUID(),
  phone: `+2613400001${digits}`,
  amount: 16_500,
  currency: 'MGA',
  message: 'Vignette',
  startedAt: new Date(),
  expiresAt: new Date(Date.now() + 600_000),
});
const ref = (id: string) => ({ id, handle: null, phone: null });
const noticeOf = (callback: Callback): WebhookNotice | null =>
  provider.parseWebhook({ path: [callback.intentId, callback.token], signature: null, body: callback.body });

describe('MTN Mobile Money, against an operator that knows only the documentation', () => {
  it('is paid, tells of it once, and says what was paid', async () => {
    const given = order('00');
    expect(await provider.initiate(given)).toEqual({ kind: 'accepted' });
    expect(await provider.fetchStatus(ref(given.id))).toEqual({ kind: 'pending' });
    const callback = await until(() => callbacks[0]);
    expect([callback.method, noticeOf(callback)]).toEqual(['POST', { intentId: given.id, eventId: expect.any(String) }]);
    expect(await provider.fetchStatus(ref(given.id))).toMatchObject({
      ...{ kind: 'succeeded', amount: '16500', currency: 'MGA', intentId: given.id },
      reference: expect.stringMatching(/^\d+$/),
    });
    expect(await provider.initiate(given)).toEqual({ kind: 'accepted' });
  });

  it.each([
    ['25', 'not_enough_funds'],
    ['26', 'payer_declined'],
    ['27', 'payer_not_found'],
    ['28', 'payer_too_late'],
  ])('…%s is refused: %s', async (digits, failure) => {
    const given = order(digits);
    await provider.initiate(given);
    await until(() => callbacks[0]);
    expect(await provider.fetchStatus(ref(given.id))).toEqual({ kind: 'failed', failure });
  });

  it.each([
    ['30', { kind: 'accepted' }],
    ['31', { kind: 'busy' }],
    ['32', { kind: 'unclear' }],
    ['33', { kind: 'unclear' }],
    ['34', { kind: 'unclear' }],
  ])('…%s: the order is %o, and paid when it is given again', async (digits, first) => {
    const given = order(digits);
    expect(await provider.initiate(given)).toMatchObject(first);
    expect(await provider.initiate(given)).toEqual({ kind: 'accepted' });
    await until(async () => (await provider.fetchStatus(ref(given.id))).kind === 'succeeded', { everyMs: 100 });
  });

  it('a message told three times is one event; a forged one is none', async () => {
    await provider.initiate(order('23'));
    await until(() => callbacks.length === 3);
    expect(new Set(callbacks.map((one) => noticeOf(one)?.eventId)).size).toBe(1);
    callbacks.length = 0;
    await provider.initiate(order('29'));
    expect(noticeOf(await until(() => callbacks[0]))).toBeNull();
  });

  it('says that it does not know an order that was never given, and nothing when the operator is away', async () => {
    expect(await provider.fetchStatus(ref(randomUUID()))).toEqual({ kind: 'not_found' });
    const away = momo('http://127.0.0.1:1', urls.receiver);
    expect(await away.initiate(order('00'))).toEqual({ kind: 'busy' });
    expect(await away.fetchStatus(ref(randomUUID()))).toMatchObject({ kind: 'unavailable' });
    const stranger = momo(urls.sandbox, urls.receiver, { ...keys, apiKey: 'wrong' });
    expect(await stranger.initiate(order('00'))).toEqual({ kind: 'busy' });
  });

  it('asks too often: the operator stops answering', async () => {
    const given = order('37');
    await provider.initiate(given);
    const kinds = await Promise.all(Array.from({ length: 50 }, async () => (await provider.fetchStatus(ref(given.id))).kind));
    expect(new Set(kinds)).toEqual(new Set(['pending', 'unavailable']));
  });

  it('waits for its page when told to', async () => {
    const given = order('37');
    await provider.initiate(given);
    expect(await (await fetch(urls.sandbox)).text()).toContain(given.id);
    const settle = (headers: Record<string, string>) =>
      fetch(`${urls.sandbox}/settle`, { method: 'POST', headers, body: JSON.stringify({ id: given.id, status: 'SUCCESSFUL' }) });
    expect((await settle({ 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await settle({ 'Content-Type': 'application/json' })).status).toBe(204);
    expect(await provider.fetchStatus(ref(given.id))).toMatchObject({ kind: 'succeeded' });
  });
});
