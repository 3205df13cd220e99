import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerReceiptKey } from '#db/payments.repository.ts';
import { insertRevocationList, revokeReceipts } from '#db/revocations.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { RegisterAnswer, SignedText, VerificationKeys } from '#shared/contracts/receipts.ts';
import { parseQrText } from '#shared/domain/payments/receipt-text.ts';
import { revocationListText } from '#shared/domain/payments/revocation-list.ts';
import { findReceipt } from '#db/receipts.repository.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { httpApp } from '../http/testing/http-fixture.ts';
import { createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';
import { createVerificationRoutes } from './verification.routes.ts';

let fixture: PaymentsFixture;
let app: Hono<HttpEnvironment>;
let left = 100;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  const { db } = fixture.database;
  await registerReceiptKey(db, fixture.signer);
  const registerLimit = {
    consume: async () => {
      if ((left -= 1) < 0) throw new AppError('RATE_LIMITED', { retryAfterSeconds: 9 });
    },
    reset: async () => undefined,
  };
  app = httpApp({
    routers: [{ path: '/api/verify', app: createVerificationRoutes({ db, clock: fixture.clock, registerLimit }) }],
  });
});
afterAll(() => fixture.close());

const get = (path: string, headers: Record<string, string> = {}) => app.request(`/api/verify/${path}`, { headers });

/** A list with so many entries, as the workers keep it. */
async function keepList(entries: readonly string[]): Promise<void> {
  const { signer, clock } = fixture;
  const [issuedAt, nextIssueAt] = [clock(), new Date(clock().getTime() + 3600_000)];
  const text = revocationListText({ keyId: signer.keyId, issuedAt, nextIssueAt, entries });
  const row = { issuedAt, nextIssueAt, keyId: signer.keyId, text, signature: signer.sign(text) };
  await fixture.database.db.transaction((tx) => insertRevocationList(tx, row, new Date(0)));
}

it('gives the keys to everybody', async () => {
  const { keys } = VerificationKeys.parse(await (await get('keys')).json());
  expect(keys).toEqual([{ keyId: 'test', publicKey: fixture.signer.publicKey, retiredAt: null, revokedAt: null }]);
});

it('gives the newest list, which a reader who has it is not sent again; none yet is told as a matter of time', async () => {
  expect((await get('revocations')).status).toBe(503);
  await keepList(['AAAAAAAA']);
  fixture.clock.turn(60_000);
  await keepList(['AAAAAAAA', 'BBBBBBBB']);
  const answer = await get('revocations');
  expect(SignedText.parse(await answer.json()).text).toMatch(/\|2\|AAAAAAAABBBBBBBB$/);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
  const etag = answer.headers.get('etag') ?? '';
  const again = await get('revocations', { 'if-none-match': etag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  fixture.clock.turn(60_000);
  await keepList([]);
  expect((await get('revocations', { 'if-none-match': etag })).status).toBe(200);
});

it('says of a reference what its receipt says, whether it was revoked, and nobody’s name', async () => {
  const payer = await fixture.addUser();
  const { id } = await fixture.pending(payer);
  fixture.provider.succeed(id);
  await fixture.confirmations.check(id);
  const { reference = '' } = (await fixture.payments.find(payer, id)).items[0]?.receipt ?? {};
  const ask = async () => (await get(`receipts/${reference}`)).text();
  const { keyId: _keyId, ...facts } = parseQrText((await findReceipt(fixture.database.db, reference))?.qr ?? '')?.facts ?? {
    keyId: '',
  };
  const before = await ask();
  expect(RegisterAnswer.parse(JSON.parse(before))).toEqual({ ...facts, revokedAt: null, asOf: fixture.clock().toISOString() });
  expect(before).not.toMatch(/rabe/i);
  await fixture.database.db.transaction((tx) => revokeReceipts(tx, [reference], 'fraud', fixture.clock()));
  const after = await ask();
  expect(RegisterAnswer.parse(JSON.parse(after)).revokedAt).toBe(fixture.clock().toISOString());
  // Why is between the payer and the office.
  expect(after).not.toMatch(/fraud/);
});

it.each(['ABCDEFGHJKLMNPQRSTUV', 'abc', '%27%20or%201', 'A'.repeat(500)])('knows no receipt %s', async (reference) => {
  const answer = await get(`receipts/${reference}`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'RECEIPT_NOT_FOUND' } });
});

it('answers so many questions of an address, and then asks it to wait', async () => {
  left = 0;
  const answer = await get('receipts/ABCDEFGHJKLMNPQRSTUV');
  expect([answer.status, await answer.json()]).toEqual([
    429,
    { error: { code: 'RATE_LIMITED', details: { retryAfterSeconds: 9 } } },
  ]);
});
