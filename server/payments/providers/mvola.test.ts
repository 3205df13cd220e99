import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
import { createMvola } from './mvola.ts';
import type { PaymentProvider, PaymentRequest } from './provider.ts';

const PAY = '/mvola/mm/transactions/type/merchantpay/1.0.0/';
const startedAt = new Date('2026-01-15T09:00:00Z');
let operator: ProtocolServer;
let mvola: PaymentProvider;
let now = startedAt;

const make = (url: string): PaymentProvider =>
  createMvola({
    ...{ url, consumerKey: 'key', consumerSecret: 'secret', partnerName: 'Vignette', merchantMsisdn: '0340000001' },
    ...{ webhookOrigin: 'https://vignette.example', callbackKey: Buffer.alloc(32, 1), clock: () => now, timeoutMs: 250 },
  });
const token = (value: string, seconds = 3_600): Answer => ({ status: 200, body: { access_token: value, expires_in: seconds } });
const request = (changes: Partial<PaymentRequest> = {}): PaymentRequest => ({
  ...{ id: randomUUID(), phone: '+261340000100', amount: 16_500, currency: 'MGA', message: 'Vignette' },
  ...{ startedAt, expiresAt: new Date(startedAt.getTime() + 600_000) },
  ...changes,
});
const calls = (path: string) => operator.heard.filter((call) => call.path.startsWith(path));

beforeEach(async () => {
  now = startedAt;
  operator = await startProtocolServer();
  operator.on('POST', '/token', token('first'));
  mvola = make(operator.url);
});
afterEach(() => operator.close());

describe('an order', () => {
  it('is written as the documentation has it, the same however often it is sent', async () => {
    operator.on('POST', PAY, {
      status: 202,
      body: { status: 'pending', serverCorrelationId: 'S-1', notificationMethod: 'callback' },
    });
    const order = request();
    expect(await mvola.initiate(order)).toEqual({ kind: 'accepted', handle: 'S-1' });
    now = new Date(now.getTime() + 60_000);
    await mvola.initiate(order);
    const [asked, ...others] = calls('/token');
    expect(others).toEqual([]);
    expect(asked?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('key:secret').toString('base64')}`,
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
      'cache-control': 'no-cache',
    });
    expect(asked?.body).toBe('grant_type=client_credentials&scope=EXT_INT_MVOLA_SCOPE');
    const [first, second] = calls(PAY);
    expect(first?.headers).toMatchObject({
      ...{ authorization: 'Bearer first', version: '1.0', 'x-correlationid': order.id, userlanguage: 'FR' },
      ...{ useraccountidentifier: 'msisdn;0340000001', partnername: 'Vignette', 'cache-control': 'no-cache' },
      'x-callback-url': expect.stringMatching(
        new RegExp(`^https://vignette.example/api/webhooks/mvola/${order.id}/[\\w-]{40,}$`),
      ),
    });
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      ...{ amount: '16500', currency: 'Ar', requestDate: '2026-01-15T09:00:00.000Z' },
      debitParty: [{ key: 'msisdn', value: '0340000100' }],
      creditParty: [{ key: 'msisdn', value: '0340000001' }],
      requestingOrganisationTransactionReference: order.id,
    });
    expect([second?.body, second?.headers['x-correlationid']]).toEqual([first?.body, order.id]);
  });

  it.each<[string, Answer, object]>([
    ['409', { status: 409 }, { kind: 'accepted' }],
    ['429', { status: 429 }, { kind: 'busy' }],
    ['401 twice', { status: 401 }, { kind: 'busy' }],
    ['402', { status: 402, body: { ErrorCode: '4001' } }, { kind: 'refused', failure: 'refused' }],
    ['400', { status: 400 }, { kind: 'refused', failure: 'refused' }],
    ['500', { status: 500 }, { kind: 'unclear', why: 'status 500' }],
    ['503 in HTML', { status: 503, body: '<html>' }, { kind: 'unclear', why: 'status 503' }],
    ['no JSON', { status: 202, body: '{"serverCorr' }, { kind: 'unclear' }],
    ['no id', { status: 202, body: { status: 'pending' } }, { kind: 'unclear' }],
    ['an id that is an address', { status: 202, body: { serverCorrelationId: '../../token' } }, { kind: 'unclear' }],
    ['silence', SILENCE, { kind: 'unclear' }],
    ['a line cut off', CUT_OFF, { kind: 'unclear' }],
    ['a body without end', ENDLESS, { kind: 'unclear', why: 'the answer is too long' }],
    ['a body drop by drop', DRIPPING, { kind: 'unclear' }],
  ])('answered by %s is what it is', async (_what, answer, expected) => {
    operator.on('POST', PAY, answer);
    expect(await mvola.initiate(request())).toMatchObject(expected);
  });

  it('is never sent to another address', async () => {
    const other = await startProtocolServer();
    operator.on('POST', PAY, elsewhere(`${other.url}/taken`));
    expect(await mvola.initiate(request())).toMatchObject({ kind: 'unclear' });
    expect(other.heard).toEqual([]);
    await other.close();
  });

  it('is not given without a token, and surely not taken then', async () => {
    for (const answer of [SILENCE, { status: 401 }, { status: 200, body: '{}' }, elsewhere('http://127.0.0.1:1/')]) {
      operator.on('POST', '/token', answer);
      expect(await mvola.initiate(request())).toEqual({ kind: 'busy' });
    }
    expect(await make('http://127.0.0.1:1').initiate(request())).toEqual({ kind: 'busy' });
    expect(calls(PAY)).toEqual([]);
  });

  it('of another country’s telephone or money is refused without a call', async () => {
    expect(await mvola.initiate(request({ phone: '+22997000000' }))).toEqual({ kind: 'refused', failure: 'payer_not_found' });
    expect(await mvola.initiate(request({ phone: null }))).toEqual({ kind: 'refused', failure: 'payer_not_found' });
    expect(await mvola.initiate(request({ currency: 'XOF' }))).toEqual({ kind: 'refused', failure: 'refused' });
    expect(operator.heard).toEqual([]);
  });
});

describe('the token', () => {
  it('is asked for once by many, and again before it ends', async () => {
    operator.on('POST', PAY, { status: 202, body: { serverCorrelationId: 'S-1' } });
    await Promise.all(Array.from({ length: 20 }, () => mvola.initiate(request())));
    expect(calls('/token')).toHaveLength(1);
    operator.on('POST', '/token', token('second'));
    now = new Date(now.getTime() + 3_541_000);
    await mvola.initiate(request());
    expect(calls(PAY).at(-1)?.headers.authorization).toBe('Bearer second');
  });

  it('that ends before its time is renewed in the middle of a call', async () => {
    operator.on('POST', '/token', token('first'), token('second'));
    operator.on('POST', PAY, { status: 401 }, { status: 202, body: { serverCorrelationId: 'S-1' } });
    expect(await mvola.initiate(request())).toEqual({ kind: 'accepted', handle: 'S-1' });
    expect(calls(PAY).map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });
});

describe('how an order stands', () => {
  const order = { id: randomUUID(), handle: 'S-1', phone: '+261340000100' };
  const status = (changes: object = {}): Answer => ({
    status: 200,
    body: {
      status: 'completed',
      serverCorrelationId: 'S-1',
      notificationMethod: 'polling',
      objectReference: '641235',
      ...changes,
    },
  });
  const details = (changes: object = {}): Answer => ({
    status: 200,
    body: {
      ...{ amount: '16500', currency: 'Ar', transactionReference: '641235', transactionStatus: 'completed' },
      debitParty: [{ key: 'msisdn', value: '0340000100' }],
      creditParty: [{ key: 'msisdn', value: '0340000001' }],
      fees: [{ feeAmount: '150' }],
      ...changes,
    },
  });
  const success = { kind: 'succeeded', reference: '641235', amount: '16500', currency: 'MGA', intentId: order.id };

  it.each([
    ['the amount as it was sent', {}],
    ['the amount with its zero decimals', { amount: '16500.00' }],
    ['an amount that is a number', { amount: 16_500 }],
    ['telephones with the country’s code', { debitParty: [{ key: 'msisdn', value: '261340000100' }] }],
  ])('is paid: %s', async (_what, changes) => {
    operator.on('GET', `${PAY}641235`, details(changes));
    operator.on('GET', `${PAY}status/S-1`, status());
    expect(await mvola.fetchStatus(order)).toEqual(success);
  });

  it.each<[string, object, object]>([
    ['another amount', { amount: '16499' }, { amount: '16499' }],
    ['an amount with decimals', { amount: '16500.50' }, { amount: '16500.50' }],
    ['an amount that is no number', { amount: '16 500' }, { amount: '16 500' }],
    ['another currency', { currency: 'EUR' }, { currency: 'EUR' }],
    ['another payer', { debitParty: [{ key: 'msisdn', value: '0340000199' }] }, { intentId: '' }],
    ['another payee', { creditParty: [{ key: 'msisdn', value: '0340000009' }] }, { intentId: '' }],
    ['nobody', { debitParty: [] }, { intentId: '' }],
  ])('says so when it was paid with %s', async (_what, changes, expected) => {
    operator.on('GET', `${PAY}641235`, details(changes));
    operator.on('GET', `${PAY}status/S-1`, status());
    expect(await mvola.fetchStatus(order)).toEqual({ ...success, ...expected });
  });

  it.each<[string, Answer, Answer, object]>([
    ['pending', status({ status: 'pending' }), SILENCE, { kind: 'pending' }],
    ['failed', status({ status: 'failed' }), SILENCE, { kind: 'failed', failure: 'refused' }],
    ['404', { status: 404 }, SILENCE, { kind: 'unavailable' }],
    ['429', { status: 429 }, SILENCE, { kind: 'unavailable' }],
    ['500', { status: 500 }, SILENCE, { kind: 'unavailable' }],
    ['no JSON', { status: 200, body: '<html>' }, SILENCE, { kind: 'unavailable' }],
    ['a state that is not known', status({ status: 'reversed' }), SILENCE, { kind: 'unavailable' }],
    ['another order', status({ serverCorrelationId: 'S-2' }), SILENCE, { kind: 'unavailable' }],
    ['paid without a reference', status({ objectReference: undefined }), SILENCE, { kind: 'unavailable' }],
    ['paid under an address', status({ objectReference: '../x' }), SILENCE, { kind: 'unavailable' }],
    ['paid, but no details', status(), { status: 500 }, { kind: 'unavailable' }],
    ['paid, but details of another', status(), details({ transactionReference: '7' }), { kind: 'unavailable' }],
    ['paid, but not by its details', status(), details({ transactionStatus: 'failed' }), { kind: 'unavailable' }],
    ['silence', SILENCE, SILENCE, { kind: 'unavailable' }],
    ['without end', ENDLESS, SILENCE, { kind: 'unavailable' }],
  ])('%s', async (_what, first, second, expected) => {
    operator.on('GET', `${PAY}641235`, second);
    operator.on('GET', `${PAY}status/S-1`, first);
    expect(await mvola.fetchStatus(order)).toMatchObject(expected);
  });

  it('cannot be asked without the operator’s id', async () => {
    expect(await mvola.fetchStatus({ ...order, handle: null })).toEqual({ kind: 'no_handle' });
    expect(operator.heard).toEqual([]);
  });
});

describe('a callback', () => {
  const told = async (): Promise<string[]> => {
    operator.on('POST', PAY, { status: 202, body: { serverCorrelationId: 'S-1' } });
    await mvola.initiate(request());
    const address = String(calls(PAY)[0]?.headers['x-callback-url']);
    return new URL(address).pathname.split('/').slice(4);
  };
  const notice = (path: string[], body: string) => mvola.parseWebhook({ path, signature: null, body: Buffer.from(body) });

  it('is taken where only the operator was told, and brings its id of the order', async () => {
    const path = await told();
    const body = '{"transactionStatus":"completed","serverCorrelationId":"S-1"}';
    expect(notice(path, body)).toEqual({ intentId: path[0], handle: 'S-1', eventId: expect.any(String) });
    expect(notice(path, body)?.eventId).toBe(notice(path, body)?.eventId);
    expect(notice(path, `${body} `)?.eventId).not.toBe(notice(path, body)?.eventId);
  });

  it('without a usable id is a hint all the same; anywhere else it is none', async () => {
    const [id = '', token = ''] = await told();
    for (const body of ['', 'null', '[]', '{"serverCorrelationId":"../x"}', '{"serverCorrelationId":7}']) {
      expect(notice([id, token], body)).toEqual({ intentId: id, eventId: expect.any(String) });
    }
    const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const path of [[], [id], [id, flipped], [id, ''], [randomUUID(), token]]) expect(notice(path, '{}')).toBeNull();
  });
});

it('has no refunds: none is documented', async () => {
  expect(mvola.canRefund).toBe(false);
  const payment = { intentId: randomUUID(), reference: '641235', phone: '+261340000100' };
  const refund = { id: randomUUID(), payment, amount: 1, currency: 'MGA', message: 'Vignette' };
  expect(await mvola.refund(refund)).toEqual({ kind: 'refused', failure: 'not_refundable' });
});
