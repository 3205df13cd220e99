import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { DISBURSEMENT, KEYS, startSandbox, type SandboxFixture } from '#deploy/sandbox-provider/testing.ts';
import { createMtnMomo } from './mtn-momo.ts';
import type { PaymentProvider, RefundRequest } from './provider.ts';

let sandbox: SandboxFixture;
let provider: PaymentProvider;
const AMOUNT = 16_500;

const momo = (disbursement: typeof KEYS | null, url = sandbox.url): PaymentProvider =>
  createMtnMomo({
    ...{
      ...KEYS,
      url,
      disbursement,
      webhookOrigin: sandbox.receiver,
      targetEnvironment: 'sandbox',
      minorDigits: 0,
      timeoutMs: 300,
    },
    ...{ callbackKey: Buffer.alloc(32, 1), clock: () => new Date() },
  });
beforeAll(async () => {
  sandbox = await startSandbox();
  provider = momo(DISBURSEMENT);
});
afterAll(() => sandbox.stop());

/** What was paid a moment ago, and the request to pay it back. */
async function paid(digits = '00'): Promise<RefundRequest> {
  const intentId = randomUUID();
  const phone = `+2290190000${digits}`;
  const until5 = new Date(Date.now() + 300_000);
  const order = {
    id: intentId,
    phone,
    amount: AMOUNT,
    currency: 'XOF',
    message: 'Vignette',
    startedAt: new Date(),
    expiresAt: until5,
  };
  await until(async () => (await provider.initiate(order)).kind === 'accepted');
  const ref = { id: intentId, handle: null, phone };
  const status = await until(async () => {
    const found = await provider.fetchStatus(ref);
    return found.kind === 'succeeded' ? found : null;
  });
  const payment = { intentId, reference: status.reference, phone };
  return { id: randomUUID(), payment, amount: AMOUNT, currency: 'XOF', message: 'Vignette' };
}
const settled = (request: RefundRequest) =>
  until(async () => {
    const status = await provider.fetchRefund(request);
    return status.kind === 'pending' || status.kind === 'unavailable' ? null : status;
  });

describe('MTN Mobile Money pays back, against an operator that knows only the documentation', () => {
  it('once, however often it is given; and says what went back', async () => {
    const request = await paid();
    expect(await provider.fetchRefund(request)).toEqual({ kind: 'not_found' });
    for (let times = 0; times < 3; times += 1) expect(await provider.refund(request)).toEqual({ kind: 'accepted' });
    expect(await settled(request)).toMatchObject({
      ...{ kind: 'succeeded', amount: String(AMOUNT), currency: 'XOF', refundId: request.id },
      reference: expect.stringMatching(/^\d+$/),
    });
    expect(await provider.refund({ ...request, id: randomUUID() })).toMatchObject({ kind: 'refused' });
  });

  it('no payment that it does not know, no more than was paid', async () => {
    const request = await paid();
    const unknown = { ...request, payment: { ...request.payment, intentId: randomUUID() } };
    expect(await provider.refund(unknown)).toMatchObject({ kind: 'refused' });
    expect(await provider.refund({ ...request, amount: AMOUNT + 1 })).toMatchObject({ kind: 'refused' });
    expect(await provider.fetchRefund(request)).toEqual({ kind: 'not_found' });
  });

  it('not without its keys, and says so; not while it is away', async () => {
    const request = await paid();
    const without = momo(null);
    expect([without.canRefund, provider.canRefund]).toEqual([false, true]);
    expect(await without.refund(request)).toEqual({ kind: 'refused', failure: 'not_refundable' });
    expect(await momo(KEYS).refund(request)).toEqual({ kind: 'busy' });
    const away = momo(DISBURSEMENT, 'http://127.0.0.1:1');
    expect(await away.refund(request)).toEqual({ kind: 'busy' });
    expect(await away.fetchRefund(request)).toMatchObject({ kind: 'unavailable' });
  });
});
