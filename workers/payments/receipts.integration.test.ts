import { execFile } from 'node:child_process';
import { writeFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type jsqr from 'jsqr';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findReceipt } from '#db/receipts.repository.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { morocco } from '#shared/domain/countries/morocco.ts';
import { receiptKey } from '#shared/domain/object-keys.ts';
import { parseQrText } from '#shared/domain/payments/receipt-text.ts';
import { verifyReceipt } from '#shared/node/receipt-signer.ts';
import { createPaymentsFixture, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { receiptQr, renderReceipt } from './receipt-pdf.ts';
import { renderReceipts } from './render-receipts.ts';

const run = promisify(execFile);
// A CommonJS module whose types say that it is none.
const { default: decode } = createRequire(import.meta.url)('jsqr') as { default: typeof jsqr };
let fixture: PaymentsFixture;
let directory: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  directory = mkdtempSync(path.join(tmpdir(), 'receipt-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await fixture.close();
});

async function paid() {
  const payer = await fixture.addUser();
  const { id } = await fixture.pending(payer);
  fixture.provider.succeed(id);
  await fixture.confirmations.check(id);
  const view = await fixture.payments.find(payer, id);
  const receipt = await findReceipt(fixture.database.db, view.items[0]?.receipt?.reference ?? '');
  if (!receipt) throw new Error('no receipt');
  return { id, receipt };
}

it('a paid tax has its PDF in the object store, once, whatever runs twice', async () => {
  const { id, receipt } = await paid();
  const stored = new Map<string, Buffer>();
  const store = { put: async (key: string, body: unknown) => void stored.set(key, body as Buffer) };
  const config = { PUBLIC_ORIGIN: 'https://vignette.example' };
  const deps = { db: fixture.database.db, store, country: madagascar, clock: fixture.clock, config };
  await renderReceipts(deps, id);
  const pdf = stored.get(receiptKey(receipt.issuedAt, receipt.reference));
  expect(pdf?.subarray(0, 5).toString()).toBe('%PDF-');
  expect((await findReceipt(fixture.database.db, receipt.reference))?.pdfReady).toBe(true);
  stored.clear();
  await renderReceipts(deps, id);
  expect(stored.size).toBe(0);
});

it('its QR says what was paid, signed; OpenSSL agrees', async () => {
  const { receipt } = await paid();
  const { data, info } = await sharp(await receiptQr(receipt.qr))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const read = parseQrText(decode(new Uint8ClampedArray(data), info.width, info.height)?.data ?? '');
  expect(read?.facts).toMatchObject({ plate: receipt.plate, amount: receipt.amount, validUntil: '2026-12-31' });
  const [text, signature] = [read?.text ?? '', read?.signature ?? ''];
  expect(verifyReceipt(fixture.signer.publicKey, text, signature)).toBe(true);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(fixture.signer.publicKey, 'base64url')]);
  const file = (name: string, content: Buffer | string): string => {
    writeFileSync(path.join(directory, name), content);
    return path.join(directory, name);
  };
  const check = (content: string) =>
    run('openssl', [
      ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', file('key.der', der), '-rawin'],
      ...['-in', file('text', content), '-sigfile', file('signature', Buffer.from(signature, 'base64url'))],
    ]);
  expect((await check(text)).stdout).toContain('Verified Successfully');
  await expect(check(text.replace(/\d\|MGA$/, '9|MGA'))).rejects.toThrow();
  expect(readFileSync(path.join(directory, 'key.der'))).toHaveLength(44);
});

it('is drawn for countries whose plates and amounts are written otherwise', async () => {
  const { receipt } = await paid();
  const moroccan = { ...receipt, plate: '12345A6', country: 'MA', currency: 'MAD', amount: 35_000 };
  expect((await renderReceipt(moroccan, morocco, 'https://vignette.example')).length).toBeGreaterThan(3_000);
});
