import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditBooks, auditLedger } from '#db/ledger-audit.ts';
import { acceptWithinMs } from '#shared/domain/payments/order.ts';
import { AMOUNT, createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

let fixture: PaymentsFixture;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

const confirm = async (id: string): Promise<void> => {
  fixture.provider.succeed(id);
  await fixture.confirmations.check(id);
};

it('finds nothing after payments of every end', async () => {
  await confirm((await fixture.pending(payer, await fixture.order(payer, 3))).id);
  const vehicle = await fixture.addVehicle(payer);
  const first = await fixture.pending(payer, fixture.orderOf([vehicle.id]));
  fixture.clock.turn(acceptWithinMs('mtn_momo') + 1);
  await fixture.confirmations.check(first.id);
  await confirm((await fixture.pending(payer, fixture.orderOf([vehicle.id]))).id);
  await confirm(first.id);
  await fixture.pending(payer);
  expect(await auditLedger(fixture.database.db)).toEqual({
    faults: [],
    settlements: 3,
    receipts: 4,
    received: { MGA: 5 * AMOUNT },
    paidBack: { MGA: 0 },
  });
});

/** What an operator with all rights could do to the tables. */
const TAMPERED: readonly [string, string, string][] = [
  ['delete from receipts where number = 1', 'receipts', 'receipt numbers have no gaps'],
  ['update ledger_entries set debit = debit + 1 where debit > 0', 'ledger_entries', 'debits are credits, in every posting'],
  [
    'update payments set amount = amount - 1',
    'payments',
    'an item that was paid has one receipt, one payment and its amount in the ledger',
  ],
  [
    "update payment_intents set state = 'receipted' where state = 'pending'",
    'payment_intents',
    'a payment says what became of its money',
  ],
  ['update assessments set paid_at = null', 'assessments', 'a tax is paid by the payment that holds it'],
];

it.each(TAMPERED)('finds: %s', async (statement, table, rule) => {
  const { db } = fixture.database;
  const copy = db.transaction(async (tx) => {
    await tx.execute(sql.raw(`alter table ${table} disable trigger user`));
    await tx.execute(sql.raw(statement));
    const { faults } = await auditBooks(tx);
    expect(faults.map((one) => one.rule)).toContain(rule);
    tx.rollback();
  });
  await expect(copy).rejects.toThrow('Rollback');
});
