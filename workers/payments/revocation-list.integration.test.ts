import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerReceiptKey } from '#db/payments.repository.ts';
import { endReceiptKey } from '#db/receipt-key-ends.ts';
import { receiptKeyList } from '#db/receipts.repository.ts';
import { findRegistered, newestRevocationList, revokeReceipts } from '#db/revocations.repository.ts';
import { outbox } from '#db/schema/platform.ts';
import { receiptKeys } from '#db/schema/payments.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { judgeReceipt, openRevocationList, type ReceiptCrypto } from '#shared/domain/payments/verdict.ts';
import { verifyReceipt, type ReceiptSigner } from '#shared/node/receipt-signer.ts';
import { findReceipt } from '#db/receipts.repository.ts';
import { createPaymentsFixture, testSigner, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { issueRevocationList, NEXT_ISSUE_MS } from './revocation-list.ts';

const crypto: ReceiptCrypto = {
  verify: async (publicKey, text, signature) => verifyReceipt(publicKey, text, signature),
  digest: async (text) => createHash('sha256').update(text).digest(),
};
let fixture: PaymentsFixture;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  await registerReceiptKey(fixture.database.db, fixture.signer);
});
afterAll(() => fixture.close());

async function paid(): Promise<{ reference: string; qr: string }> {
  const payer = await fixture.addUser();
  const { id } = await fixture.pending(payer);
  fixture.provider.succeed(id);
  await fixture.confirmations.check(id);
  const view = await fixture.payments.find(payer, id);
  const receipt = await findReceipt(fixture.database.db, view.items[0]?.receipt?.reference ?? '');
  if (!receipt) throw new Error('no receipt');
  return receipt;
}

const issue = (signer: ReceiptSigner = fixture.signer) =>
  issueRevocationList({ db: fixture.database.db, signer, country: madagascar, clock: fixture.clock });
const revoke = (...references: string[]) =>
  fixture.database.db.transaction((tx) => revokeReceipts(tx, references, 'refunded', fixture.clock()));

/** As a telephone would, with what the platform gives to everybody. */
async function judge(qr: string) {
  const { db } = fixture.database;
  const keys = await receiptKeyList(db);
  const newest = await newestRevocationList(db);
  const list = newest && (await openRevocationList(newest, keys, crypto));
  return (await judgeReceipt(qr, { keys, list, now: fixture.clock(), timeZone: madagascar.timeZone }, crypto)).kind;
}

it('tells a revoked receipt from a good one, from the next list on', async () => {
  const [good, bad] = [await paid(), await paid()];
  expect(await judge(good.qr)).toBe('list_too_old');
  await issue();
  expect([await judge(good.qr), await judge(bad.qr)]).toEqual(['genuine', 'genuine']);
  expect(await revoke(bad.reference)).toEqual([bad.reference]);
  expect(await judge(bad.qr)).toBe('genuine');
  await issue();
  expect([await judge(good.qr), await judge(bad.qr)]).toEqual(['genuine', 'revoked']);
  const { db } = fixture.database;
  expect((await findRegistered(db, bad.reference))?.revokedAt).toBe(fixture.clock().toISOString());
  expect((await findRegistered(db, good.reference))?.revokedAt).toBeNull();
  expect(await findRegistered(db, 'ABCDEFGHJKLMNPQRSTUV')).toBeNull();
});

it('a revocation is told of once, kept for good, and only of a receipt that there is', async () => {
  const { reference } = await paid();
  const { db } = fixture.database;
  const told = async () =>
    (await db.select().from(outbox).where(eq(outbox.name, 'receipt.revoked'))).filter(({ payload }) =>
      JSON.stringify(payload).includes(reference),
    ).length;
  expect(await revoke(reference)).toEqual([reference]);
  expect(await revoke(reference)).toEqual([]);
  expect(await told()).toBe(1);
  await expect(db.execute(sql`delete from receipt_revocations where reference = ${reference}`)).rejects.toThrow();
  await expect(db.execute(sql`update receipt_revocations set reason = 'error' where reference = ${reference}`)).rejects.toThrow();
  await expect(revoke('ABCDEFGHJKLMNPQRSTUV')).rejects.toThrow();
});

it('lists made at once by several processes rise in date, and the newest lacks nothing', async () => {
  const receipts = [await paid(), await paid(), await paid()];
  await issue();
  await Promise.all(
    receipts.map(async ({ reference }) => {
      await revoke(reference);
      await issue();
    }),
  );
  for (const { qr } of receipts) expect(await judge(qr)).toBe('revoked');
  const rows = await fixture.database.db.execute<{ text: string }>(sql`select text from revocation_lists order by issued_at`);
  const sizes = rows.map(({ text }) => Number(text.split('|')[4]));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  await expect(fixture.database.db.execute(sql`update revocation_lists set text = 'x'`)).rejects.toThrow();
});

it('a list says when it was made and when the next one comes; a receipt that has run out leaves it', async () => {
  await issue();
  const before = await newestRevocationList(fixture.database.db);
  expect((before?.nextIssueAt.getTime() ?? 0) - (before?.issuedAt.getTime() ?? 0)).toBe(NEXT_ISSUE_MS);
  expect(before?.text.split('|')[4]).not.toBe('0');
  await issueRevocationList({
    db: fixture.database.db,
    signer: fixture.signer,
    country: madagascar,
    clock: () => new Date('2026-12-31T21:00:00Z'),
  });
  expect((await newestRevocationList(fixture.database.db))?.text.split('|')[4]).toBe('0');
  await fixture.database.db.execute(sql`delete from revocation_lists where issued_at > '2026-12-01'`);
});

it('a new key takes over: old receipts stay good; once the old one is revoked, its lists and receipts are believed no more', async () => {
  const { db } = fixture.database;
  const { qr, reference } = await paid();
  await issue();
  const next = testSigner('test-2');
  await registerReceiptKey(db, next);
  await issue(next);
  expect(await endReceiptKey(db, 'test', 'retired', fixture.clock())).toBe('ended');
  expect(await judge(qr)).toBe('genuine');
  await issue();
  expect(await endReceiptKey(db, 'test', 'revoked', fixture.clock())).toBe('ended');
  expect(await endReceiptKey(db, 'test', 'revoked', fixture.clock())).toBe('ended_before');
  expect(await endReceiptKey(db, 'no-such', 'revoked', fixture.clock())).toBe('unknown');
  // The newest list is the stolen key's: nothing is known until the new key has signed one.
  expect(await judge(qr)).toBe('key_revoked');
  await expect(issue()).rejects.toThrow(/revoked/);
  await issue(next);
  expect(await judge(qr)).toBe('key_revoked');
  expect((await findRegistered(db, reference))?.revokedAt).toBeNull();
  await expect(db.update(receiptKeys).set({ revokedAt: null }).where(eq(receiptKeys.keyId, 'test'))).rejects.toThrow();
  await expect(db.delete(receiptKeys).where(eq(receiptKeys.keyId, 'test'))).rejects.toThrow();
});
