import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '#db/ledger-audit.ts';
import { itemsOf } from '#db/payments.repository.ts';
import { outbox } from '#db/schema/platform.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createPoster } from './poster.ts';
import { prepareSuccess, type Success } from './posting.ts';
import { createPaymentsFixture, type PaymentsFixture } from './testing/payments-fixture.ts';

const script = fileURLToPath(new URL('./testing/batch-process.ts', import.meta.url));
let fixture: PaymentsFixture;
let payer: string;
beforeAll(async () => {
  fixture = await createPaymentsFixture();
  payer = await fixture.addUser();
});
afterAll(() => fixture.close());

async function pending(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push((await fixture.pending(payer, await fixture.order(payer, 1 + (index % 2)))).id);
  return ids;
}

async function success(id: string, reference = `T-${id}`): Promise<Success> {
  const items = await itemsOf(fixture.database.db, id);
  const given = { providerReference: reference, items, at: fixture.clock(), timeZone: 'Indian/Antananarivo' };
  return prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given);
}

async function expectBooks(): Promise<void> {
  expect((await auditLedger(fixture.database.db)).faults).toEqual([]);
  const series = await fixture.database.db.execute<{ least: number; most: number; count: number }>(
    sql`select min(number) as least, max(number) as most, count(*)::int as count from receipts group by series, year`,
  );
  for (const { least, most, count } of series) expect([least, most]).toEqual([1, count]);
}

const transactionsOf = async (ids: readonly string[]): Promise<number> => {
  const [row] = await fixture.database.db.execute<{ count: number }>(
    sql`select count(distinct xmin::text)::int as count from settlements where intent_id = any(${sql.param([...ids])}::uuid[])`,
  );
  return row?.count ?? -1;
};

it('books together what comes together, and none of it is sunk by one that cannot be booked', async () => {
  const { db } = fixture.database;
  const ids = await pending(24);
  let commits = 0;
  const poster = createPoster({ db, logger: silentLogger(), onCommit: () => (commits += 1) });
  const all = await Promise.all(ids.map((id) => success(id)));
  const together = await Promise.all(all.slice(0, 12).map((one) => poster.post(one)));
  expect([together.every(Boolean), commits]).toEqual([true, 1]);
  expect(await transactionsOf(ids.slice(0, 12))).toBe(1);

  // One with a number of the provider's that was booked already, one whose items are not its amount.
  const taken = await success(ids[14] ?? '', all[0]?.providerReference);
  const uneven = { ...(await success(ids[19] ?? '')), items: [] };
  const rest = all.slice(12).map((one) => (one.intentId === ids[14] ? taken : one.intentId === ids[19] ? uneven : one));
  const outcomes = await Promise.allSettled(rest.map((one) => poster.post(one)));
  const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [rest[index]?.intentId] : []));
  expect(failed).toEqual([ids[14], ids[19]]);
  expect([await fixture.state(ids[14] ?? ''), await fixture.state(ids[13] ?? '')]).toEqual(['pending', 'receipted']);
  expect(await poster.post(await success(ids[0] ?? ''))).toBe(false);
  await expectBooks();
});

it('an owner of many vehicles costs no more: a change of their list is told, not carried', async () => {
  const [id = ''] = await pending(1);
  const poster = createPoster({ db: fixture.database.db, logger: silentLogger(), onCommit: () => undefined });
  await poster.post(await success(id));
  const [row] = await fixture.database.db
    .select()
    .from(outbox)
    .where(sql`name = 'payment.succeeded' and payload ->> 'paymentId' = ${id}`);
  expect(row?.topics.find(({ topic }) => topic === `garage:${payer}`)).toMatchObject({ states: {}, again: ['owner'] });
  expect(JSON.stringify(row?.topics).length).toBeLessThan(4_000);
});

it('one process is killed with -9 between its batches, three others post the same payments in their own orders: no deadlock, no gap, each once', async () => {
  const ids = await pending(60);
  const start = (killAfter?: number): ChildProcess =>
    fork(
      script,
      [...ids].sort(() => Math.random() - 0.5),
      {
        execArgv: ['--import', 'tsx'],
        env: {
          ...process.env,
          DATABASE_URL: fixture.database.url,
          NOW: fixture.clock().toISOString(),
          ...(killAfter && { KILL_AFTER_COMMITS: String(killAfter) }),
        },
      },
    );
  const ended = (child: ChildProcess) => once(child, 'exit') as Promise<[number | null, string | null]>;
  expect((await ended(start(1)))[1]).toBe('SIGKILL');
  const ends = await Promise.all([start(), start(), start()].map(ended));
  expect(ends.map(([code]) => code)).toEqual([0, 0, 0]);
  for (const id of ids) expect(await fixture.state(id)).toBe('receipted');
  const [stats] = await fixture.database.db.execute<{ deadlocks: number }>(
    sql`select deadlocks::int from pg_stat_database where datname = current_database()`,
  );
  expect(stats?.deadlocks).toBe(0);
  await expectBooks();
}, 60_000);
