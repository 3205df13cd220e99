import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { users } from '#db/schema/identity.ts';
import { paymentItems } from '#db/schema/payments.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { AMOUNT, createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

// A new price comes into force between the order and the payer's "yes": what was agreed is what is asked, booked and explained.
let fixture: PaymentsFixture;
let payer: string;
const MORE = 400;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

/** From today on the stamp duty is higher. */
async function raisePrices(): Promise<number> {
  const { db } = fixture.database;
  const [author, approver] = [randomUUID(), randomUUID()];
  await db.insert(users).values([
    { id: author, name: 'C', email: `${author}@tax.example`, role: 'administrator' },
    { id: approver, name: 'D', email: `${approver}@tax.example`, role: 'supervisor' },
  ]);
  const first = FIRST_GRIDS.MG;
  const stampDuty = first.rules.stampDuty.map((band) => ({ ...band, amount: band.amount + MORE }));
  const dearer = { ...first, effectiveFrom: '2026-01-15', rules: { ...first.rules, stampDuty } };
  const version = await draftGrid(db, dearer, author);
  await proposeGrid(db, 'MG', version, author, fixture.clock());
  await approveGrid(db, 'MG', version, approver, fixture.clock());
  return version;
}

it('an order keeps its amount and its lines; the next one has the new price', async () => {
  const [order, next] = [await fixture.order(payer), await fixture.order(payer)];
  const started = await fixture.pending(payer, order);
  const version = await raisePrices();

  // The page says what it said, the operator is asked for what was agreed, and the same key gives the same order.
  expect((await fixture.payments.find(payer, started.id)).items).toEqual(started.items);
  expect(await fixture.payments.start(payer, order)).toMatchObject({ id: started.id, amount: AMOUNT });
  fixture.provider.succeed(started.id);
  await fixture.confirmations.check(started.id);
  const paid = await fixture.payments.find(payer, started.id);
  const [item] = paid.items;
  expect(paid).toMatchObject({ state: 'receipted', amount: AMOUNT, refundDue: 0 });
  expect(item?.lines).toEqual(started.items[0]?.lines);
  expect(item?.lines.reduce((sum, line) => sum + line.amount, 0)).toBe(AMOUNT);
  const [kept] = await fixture.database.db.select().from(paymentItems).where(eq(paymentItems.intentId, started.id));
  expect(kept?.gridVersion).toBeLessThan(version);

  // Who pays now is asked first whether they agree to the new price, and is told it.
  await expect(fixture.payments.start(payer, next)).rejects.toMatchObject({
    ...{ code: 'PAYMENT_AMOUNT_CHANGED', details: { amount: AMOUNT + MORE } },
  });
  const agreed = { ...next, idempotencyKey: randomUUID(), amount: AMOUNT + MORE };
  expect(await fixture.payments.start(payer, agreed)).toMatchObject({ amount: AMOUNT + MORE });
  expect((await auditLedger(fixture.database.db)).faults).toEqual([]);
});
