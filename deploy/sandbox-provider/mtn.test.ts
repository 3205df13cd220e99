import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { DISBURSEMENT, KEYS, startSandbox, type SandboxFixture } from './testing.ts';

let sandbox: SandboxFixture;
beforeEach(async () => void (sandbox = await startSandbox()));
afterEach(() => sandbox.stop());

type Product = 'collection' | 'disbursement';
const KEYS_OF = { collection: KEYS, disbursement: DISBURSEMENT };
async function headers(product: Product, id?: string): Promise<Record<string, string>> {
  const { subscriptionKey, apiUser, apiKey } = KEYS_OF[product];
  const key = { 'Ocp-Apim-Subscription-Key': subscriptionKey };
  const basic = `Basic ${Buffer.from(`${apiUser}:${apiKey}`).toString('base64')}`;
  const answer = await fetch(`${sandbox.url}/${product}/token/`, { method: 'POST', headers: { ...key, Authorization: basic } });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const common = { ...key, Authorization: `Bearer ${token}`, 'X-Target-Environment': 'sandbox' };
  return id ? { ...common, 'X-Reference-Id': id, 'X-Callback-Url': `${sandbox.receiver}/told/${id}` } : common;
}
async function give(path: string, id: string, body: object): Promise<number> {
  const product: Product = path.startsWith('/collection') ? 'collection' : 'disbursement';
  const sent = { method: 'POST', headers: await headers(product, id), body: JSON.stringify(body) };
  return (await fetch(`${sandbox.url}${path}`, sent)).status;
}
async function status(path: string): Promise<{ status?: string; [more: string]: unknown }> {
  const product: Product = path.startsWith('/collection') ? 'collection' : 'disbursement';
  return (await (await fetch(`${sandbox.url}${path}`, { headers: await headers(product) })).json()) as { status?: string };
}
const money = { amount: '16500', currency: 'XOF', externalId: 'ours' };
const party = { partyIdType: 'MSISDN', partyId: '22961000150' };
async function paid(): Promise<string> {
  const id = randomUUID();
  expect(await give('/collection/v1_0/requesttopay', id, { ...money, payer: party })).toBe(202);
  await until(async () => (await status(`/collection/v1_0/requesttopay/${id}`)).status === 'SUCCESSFUL');
  await until(() => sandbox.told.length === 1);
  sandbox.told.length = 0;
  return id;
}

describe('MTN MoMo’s product Disbursement', () => {
  it('pays back a payment once under its reference, tells of it once, and says how it stands', async () => {
    const of = await paid();
    const id = randomUUID();
    const body = { ...money, amount: '10000', payerMessage: 'm', payeeNote: 'n', referenceIdToRefund: of };
    expect(await give('/disbursement/v1_0/refund', id, body)).toBe(202);
    expect(await give('/disbursement/v1_0/refund', id, body)).toBe(409);
    await until(async () => (await status(`/disbursement/v1_0/refund/${id}`)).status === 'SUCCESSFUL');
    expect(await status(`/disbursement/v1_0/refund/${id}`)).toMatchObject({ amount: '10000', currency: 'XOF', payee: party });
    await until(() => sandbox.told.length > 0);
    expect(sandbox.told.map(({ method, path }) => [method, path])).toEqual([['POST', `/told/${id}`]]);
    expect(await give('/disbursement/v1_0/refund', randomUUID(), { ...body, amount: '6501' })).toBe(400);
    expect(await give('/disbursement/v1_0/refund', randomUUID(), { ...body, amount: '6500' })).toBe(202);
  });

  it('transfers, and refuses by reason', async () => {
    const [id, poor] = [randomUUID(), randomUUID()];
    expect(await give('/disbursement/v1_0/transfer', id, { ...money, payee: party })).toBe(202);
    await until(async () => (await status(`/disbursement/v1_0/transfer/${id}`)).status === 'SUCCESSFUL');
    expect(await give('/disbursement/v1_0/transfer', poor, { ...money, payee: { ...party, partyId: '22961000125' } })).toBe(202);
    await until(async () => (await status(`/disbursement/v1_0/transfer/${poor}`)).status === 'FAILED');
    expect(await status(`/disbursement/v1_0/transfer/${poor}`)).toMatchObject({ reason: 'NOT_ENOUGH_FUNDS' });
  });

  it('knows nothing of the other product’s token, of orders of another kind, or of payments that never were', async () => {
    const of = await paid();
    const foreign = { ...(await headers('collection')), 'Ocp-Apim-Subscription-Key': DISBURSEMENT.subscriptionKey };
    expect((await fetch(`${sandbox.url}/disbursement/v1_0/refund/${of}`, { headers: foreign })).status).toBe(401);
    expect(await status(`/disbursement/v1_0/refund/${of}`)).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    const body = { ...money, referenceIdToRefund: randomUUID() };
    expect(await give('/disbursement/v1_0/refund', randomUUID(), body)).toBe(404);
    expect(await give('/disbursement/v1_0/refund', 'no uuid', { ...body, referenceIdToRefund: of })).toBe(400);
  });
});
