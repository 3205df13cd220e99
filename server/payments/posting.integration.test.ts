import { randomUUID } from 'node:crypto';
import { sql, type SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf } from '#db/payments.repository.ts';
import { insertLedger } from '#db/postings.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import { postTogether, prepareSuccess } from './posting.ts';
import { AMOUNT, createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

let fixture: PaymentsFixture;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

class Interrupted extends Error {}

/** Posts as the worker does, in a transaction that may be interrupted at its end. */
async function post(id: string, interrupted: boolean): Promise<void> {
  const { db } = fixture.database;
  const given = {
    providerReference: `T-${id}`,
    items: await itemsOf(db, id),
    at: fixture.clock(),
    timeZone: 'Indian/Antananarivo',
  };
  const success = prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given);
  await db.transaction(async (tx) => {
    expect((await postTogether(tx, [success])).get(id)).toBe('posted');
    if (interrupted) throw new Interrupted();
  });
}

it('receipt numbers have no gaps under eight posters, some of whom are interrupted', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 48; index += 1)
    ids.push((await fixture.pending(payer, await fixture.order(payer, 1 + (index % 3)))).id);
  const queue = ids.map((id, index) => ({ id, interrupted: index % 3 === 0 }));
  const poster = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const one = next;
      await post(one.id, one.interrupted).catch((error: unknown) => {
        if (!(error instanceof Interrupted)) throw error;
        queue.push({ ...one, interrupted: false });
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, poster));
  const series = await fixture.database.db.execute<{ least: number; most: number; count: number }>(
    sql`select min(number) as least, max(number) as most, count(*)::int as count from receipts group by series, year`,
  );
  expect(series.length).toBeGreaterThan(1);
  for (const { least, most, count } of series) expect([least, most]).toEqual([1, count]);
  expect([await fixture.count('settlements'), await fixture.count('receipts')]).toEqual([48, 96]);
  expect(await fixture.balance()).toBe(0);
  expect(await fixture.balance('provider:mtn_momo')).toBe(96 * AMOUNT);
});

describe('the ledger', () => {
  const line = (account: LedgerLine['account'], debit: number, credit: number): LedgerLine => ({
    ...{ account, debit, credit, itemId: null, fiscalYear: null },
  });
  const write = async (lines: LedgerLine[]): Promise<void> => {
    const { id: intentId } = await fixture.payments.start(payer, await fixture.order(payer));
    const posting = { id: randomUUID(), intentId, currency: 'MGA', at: fixture.clock(), lines };
    await fixture.database.db.transaction((tx) => insertLedger(tx, posting));
  };

  it('refuses, at the commit, a posting that does not balance', async () => {
    const before = await fixture.count('ledger_entries');
    const uneven = write([line('provider:mtn_momo', 100, 0), line('due:refund', 0, 99)]);
    await expect(uneven).rejects.toMatchObject({ constraint_name: 'ledger_balanced' });
    expect(await fixture.count('ledger_entries')).toBe(before);
    await write([line('provider:mtn_momo', 100, 0), line('due:refund', 0, 100)]);
  });

  it('refuses a line that is added to a posting, or comes without its first', async () => {
    const { db } = fixture.database;
    await write([line('provider:mtn_momo', 100, 0), line('due:refund', 0, 100)]);
    const another = (posting: SQL, ordinal: number) => sql`
      insert into ledger_entries (posting_id, ordinal, intent_id, account, debit, credit, currency, posted_at)
      select ${posting}, ${ordinal}, intent_id, 'due:refund', 1, 0, 'MGA', now() from ledger_entries order by posted_at desc limit 1`;
    const whole = { cause: { constraint_name: 'ledger_whole' } };
    await expect(db.execute(another(sql`posting_id`, 999))).rejects.toMatchObject(whole);
    await expect(db.execute(another(sql`gen_random_uuid()`, 1))).rejects.toMatchObject(whole);
    const alone = db.transaction((tx) => tx.execute(another(sql`gen_random_uuid()`, 0)));
    await expect(alone).rejects.toMatchObject({ constraint_name: 'ledger_balanced' });
  });

  it.each(['ledger_entries', 'payments', 'settlements', 'receipts', 'provider_refs'])(
    'nothing is deleted from %s',
    async (table) => {
      const deletion = fixture.database.db.execute(sql`delete from ${sql.identifier(table)}`);
      await expect(deletion).rejects.toMatchObject({ cause: { message: expect.stringContaining('append only') } });
    },
  );
});

it('the list of vehicles names the payment to who paid, and to nobody else', async () => {
  const [owner, other] = [await fixture.addUser(), await fixture.addUser()];
  const [own, theirs] = [await fixture.addVehicle(owner), await fixture.addVehicle(owner)];
  const paidByOwner = (await fixture.pending(owner, fixture.orderOf([own.id]))).id;
  const stranger = { ...fixture.orderOf([theirs.id]), items: [{ plate: theirs.plate, fiscalYear: 2026 }] };
  for (const id of [paidByOwner, (await fixture.pending(other, stranger)).id]) await post(id, false);
  const { vehicles } = await readGarage(fixture.database.db, owner, fixture.clock());
  const shown = Object.fromEntries(vehicles.map(({ plate, paid, paymentId }) => [plate, { paid, paymentId }]));
  expect(shown).toEqual({
    [own.plate]: { paid: true, paymentId: paidByOwner },
    [theirs.plate]: { paid: true, paymentId: null },
  });
});
