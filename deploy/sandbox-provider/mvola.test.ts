import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#shared/node/testing/helpers.ts';
import { startSandbox, type SandboxFixture } from './testing.ts';

let sandbox: SandboxFixture;
beforeEach(async () => void (sandbox = await startSandbox()));
afterEach(() => sandbox.stop());

const PATH = '/mvola/mm/transactions/type/merchantpay/1.0.0/';
const basic = `Basic ${Buffer.from('ck:cs').toString('base64')}`;
const form = 'application/x-www-form-urlencoded';
const tokenCall = (body: string, authorization = basic, type = form) =>
  fetch(`${sandbox.url}/token`, { method: 'POST', headers: { Authorization: authorization, 'Content-Type': type }, body });
const GOOD = 'grant_type=client_credentials&scope=EXT_INT_MVOLA_SCOPE';
async function headers(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const { access_token: token } = (await (await tokenCall(GOOD)).json()) as { access_token: string };
  return {
    ...{ Authorization: `Bearer ${token}`, Version: '1.0', 'X-CorrelationID': randomUUID(), UserLanguage: 'FR' },
    ...{ UserAccountIdentifier: 'msisdn;0343500004', partnerName: 'Vignette', 'Cache-Control': 'no-cache' },
    ...{ 'Content-Type': 'application/json', 'X-Callback-URL': `${sandbox.receiver}/told/here`, ...more },
  };
}
const order = (phone = '0340000100', more: object = {}) =>
  JSON.stringify({
    ...{ amount: '16500', currency: 'Ar', descriptionText: 'Vignette 2026', requestDate: '2026-11-22T10:00:00.000Z' },
    ...{ debitParty: [{ key: 'msisdn', value: phone }], creditParty: [{ key: 'msisdn', value: '0343500004' }] },
    metadata: [{ key: 'partnerName', value: 'Vignette' }],
    ...{ requestingOrganisationTransactionReference: 'ours', originalTransactionReference: '' },
    ...more,
  });
type Taken = { status: string; serverCorrelationId: string; notificationMethod: string };
type Status = { status: string; objectReference: string };
const statusOf = async (id: string): Promise<Status> =>
  (await (await fetch(`${sandbox.url}${PATH}status/${id}`, { headers: await headers() })).json()) as Status;

describe('MVola, as its documentation has it', () => {
  it('gives tokens for client credentials of its scope only', async () => {
    expect(await (await tokenCall(GOOD)).json()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'EXT_INT_MVOLA_SCOPE',
    });
    const answers = await Promise.all([
      tokenCall(GOOD, 'Basic wrong'),
      tokenCall('grant_type=client_credentials'),
      tokenCall('grant_type=password&scope=EXT_INT_MVOLA_SCOPE'),
      tokenCall('{}', basic, 'application/json'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 400, 400]);
  });

  it('takes an order, tells of it once by PUT, and gives status and details', async () => {
    await sandbox.control('/control/ordinary', { vice: 'wait' });
    const answer = await fetch(`${sandbox.url}${PATH}`, { method: 'POST', headers: await headers(), body: order() });
    expect(answer.status).toBe(202);
    const taken = (await answer.json()) as Taken;
    expect(taken).toMatchObject({ status: 'pending', notificationMethod: 'callback' });
    expect(await statusOf(taken.serverCorrelationId)).toMatchObject({ status: 'pending' });
    expect(sandbox.told).toEqual([]);
    sandbox.orders.settle(taken.serverCorrelationId, 'SUCCESSFUL');
    const told = await until(() => sandbox.told[0]);
    expect([told.method, told.path]).toEqual(['PUT', '/told/here']);
    const message = JSON.parse(told.text) as Record<string, string>;
    expect(message).toMatchObject({ transactionStatus: 'completed', serverCorrelationId: taken.serverCorrelationId });
    const status = await statusOf(taken.serverCorrelationId);
    expect(status).toMatchObject({ status: 'completed', objectReference: message['transactionReference'] });
    const details = await fetch(`${sandbox.url}${PATH}${status.objectReference}`, { headers: await headers() });
    expect(await details.json()).toMatchObject({ amount: '16500.00', currency: 'Ar', transactionStatus: 'completed' });
    expect(sandbox.told).toHaveLength(1);
  });

  it('answers 409 to the same correlation, and keeps one order', async () => {
    const same = await headers();
    const send = () => fetch(`${sandbox.url}${PATH}`, { method: 'POST', headers: same, body: order() });
    expect([(await send()).status, (await send()).status]).toEqual([202, 409]);
    expect(sandbox.orders.list()).toHaveLength(1);
  });

  it('refuses a wrong header or body, a stranger and what it does not know', async () => {
    const wrongHeaders = ['Version', 'X-CorrelationID', 'UserLanguage', 'UserAccountIdentifier', 'partnerName', 'Cache-Control'];
    for (const name of wrongHeaders) {
      const answer = await fetch(`${sandbox.url}${PATH}`, {
        method: 'POST',
        headers: await headers({ [name]: ' ' }),
        body: order(),
      });
      expect([name, answer.status]).toEqual([name, 400]);
    }
    const bodies = [
      order('+261340000100'),
      order('0340000100', { amount: '16500.00' }),
      order('0340000100', { currency: 'MGA' }),
      '{',
    ];
    for (const body of bodies)
      expect((await fetch(`${sandbox.url}${PATH}`, { method: 'POST', headers: await headers(), body })).status).toBe(400);
    const stranger = await fetch(`${sandbox.url}${PATH}status/x`, { headers: await headers({ Authorization: 'Bearer no' }) });
    expect([stranger.status, await stranger.json()]).toMatchObject([401, { fault: { code: 900901 } }]);
    expect((await fetch(`${sandbox.url}${PATH}status/unknown`, { headers: await headers() })).status).toBe(404);
    expect((await fetch(`${sandbox.url}${PATH}123`, { headers: await headers() })).status).toBe(404);
    expect(sandbox.orders.list()).toHaveLength(0);
  });

  it.each([
    ['0340000125', 202, 'failed'],
    ['0340000130', 409, 'completed'],
    ['0340000134', 500, 'completed'],
  ])('%s: answers %d, ends %s', async (phone, answered, ends) => {
    const answer = await fetch(`${sandbox.url}${PATH}`, { method: 'POST', headers: await headers(), body: order(phone) });
    expect(answer.status).toBe(answered);
    const told = await until(() => sandbox.told[0]);
    expect(JSON.parse(told.text)).toMatchObject({ transactionStatus: ends });
  });

  it('takes the second time what it refused with 429', async () => {
    const same = await headers();
    const send = () => fetch(`${sandbox.url}${PATH}`, { method: 'POST', headers: same, body: order('0340000131') });
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([429, 202, 409]);
  });
});
