import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpEnvironment } from '../http/environment.ts';
import { httpApp } from '../http/testing/http-fixture.ts';
import { createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';
import { GENUINE } from './testing/scripted-provider.ts';
import { createWebhookRoutes } from './webhooks.routes.ts';

let fixture: PaymentsFixture;
let app: Hono<HttpEnvironment>;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
  app = httpApp({ routers: [{ path: '/api/webhooks', app: createWebhookRoutes({ payments: fixture.payments }) }] });
});
afterAll(() => fixture.close());

const send = async (path: string, body = '{"status":"SUCCESSFUL"}', method = 'POST'): Promise<number> =>
  (await app.request(`/api/webhooks/${path}`, { method, body })).status;

describe('the address that providers call', () => {
  it('takes POST and PUT without a page’s Origin or a cookie, once each message', async () => {
    const { id } = await fixture.pending(payer);
    expect(await send(`mtn_momo/${id}/${GENUINE}`)).toBe(204);
    expect(await send(`mtn_momo/${id}/${GENUINE}`, undefined, 'PUT')).toBe(204);
    expect(await fixture.count('webhook_events')).toBe(1);
  });

  it.each([
    ['forged', (id: string) => `mtn_momo/${id}/forged`, 401],
    ['for no payment', () => `mtn_momo/nobody/${GENUINE}`, 401],
    ['of no provider', (id: string) => `stripe/${id}/${GENUINE}`, 404],
  ])('refuses what is %s, and changes nothing', async (_what, path, status) => {
    const { id } = await fixture.pending(payer);
    const before = [await fixture.count('webhook_events'), await fixture.count('outbox')];
    expect(await send(path(id))).toBe(status);
    expect([await fixture.count('webhook_events'), await fixture.count('outbox')]).toEqual(before);
    expect(await fixture.state(id)).toBe('pending');
  });

  it('takes what it does not understand, for somebody to read, but not what is too large', async () => {
    const id = randomUUID();
    expect(await send(`mtn_momo/${id}/${GENUINE}`, 'not JSON \0')).toBe(204);
    expect(await send(`mtn_momo/${id}/${GENUINE}`, 'x'.repeat(66_000))).toBe(400);
    await fixture.confirmations.check(id);
  });
});
