import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findReceipt } from '#db/receipts.repository.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { receiptKey } from '#shared/domain/object-keys.ts';
import { createRefundsFixture, type RefundsFixture } from '#server/payments/refunds/testing/refunds-fixture.ts';
import { renderReceipts } from './render-receipts.ts';

let fixture: RefundsFixture;
beforeAll(async () => {
  fixture = await createRefundsFixture();
});
afterAll(() => fixture.close());

/** What a PDF's pages write, its fonts' codes taken as Latin letters. */
function textOf(pdf: Buffer): string {
  const streams = pdf.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g);
  const inflated = [...streams].map(([, body]) => {
    try {
      return inflateSync(Buffer.from(body ?? '', 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  const codes = inflated.join('').matchAll(/<([0-9a-f]+)>/g);
  return [...codes].map(([, hex]) => Buffer.from(hex ?? '', 'hex').toString('latin1')).join('');
}

it('a receipt that is revoked is drawn anew: it says so, on one page, and has no code to scan', async () => {
  const payment = await fixture.paid();
  const reference = payment.items[0]?.receipt?.reference ?? '';
  const stored = new Map<string, Buffer>();
  const store = { put: async (key: string, body: unknown) => void stored.set(key, body as Buffer) };
  const config = { PUBLIC_ORIGIN: 'https://vignette.example' };
  const deps = { db: fixture.database.db, store, country: madagascar, clock: fixture.clock, config };
  const drawn = async () => {
    await renderReceipts(deps, payment.id);
    const receipt = await findReceipt(fixture.database.db, reference);
    return { receipt, pdf: stored.get(receiptKey(receipt?.issuedAt ?? '', reference)) ?? Buffer.alloc(0) };
  };
  const before = await drawn();
  expect([before.receipt?.pdfReady, before.receipt?.revokedAt, textOf(before.pdf).includes('ANNUL')]).toEqual([
    true,
    null,
    false,
  ]);

  await fixture.approved(payment);
  expect((await findReceipt(fixture.database.db, reference))?.pdfReady).toBe(false);
  const after = await drawn();
  expect([after.receipt?.pdfReady, after.receipt?.revokedAt]).toEqual([true, fixture.clock().toISOString()]);
  expect(textOf(after.pdf)).toContain('ANNUL');
  expect(after.pdf.toString('latin1').match(/\/Type \/Page\n/g)).toHaveLength(1);
  expect(after.pdf.toString('latin1')).not.toContain('/Subtype /Image');
});
