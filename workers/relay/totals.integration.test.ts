import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { areTotalsOf, compareTotals, lastDifferences, rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { connectRaw } from '#db/connect.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import type { JobHandlers, JobQueues } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createTotalsCheck } from '../upkeep/totals-check.ts';
import { startRelay, type Relay } from './relay.ts';
import { createTotals } from './totals.ts';
import { prepareQuickPayments, quickPayments, type QuickPayments } from './testing/quick-payments.ts';

const { timeZone } = madagascar;
const script = fileURLToPath(new URL('./testing/relay-process.ts', import.meta.url));
const FORTY_DAYS_MS = 40 * 86_400_000;
let database: TestDatabase;
let payments: QuickPayments;
let children: ChildProcess[] = [];
let relay: Relay | null = null;

beforeAll(async () => {
  database = await createTestDatabase(12);
});
beforeEach(async () => {
  payments = await prepareQuickPayments(database.db, 3);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await relay?.stop();
  relay = null;
});
afterAll(() => database.drop());

function forkRelay(dieAt: string, dieOn: number): void {
  const env = {
    ...process.env,
    ...{ DATABASE_URL: database.url, REDIS_PREFIX: testPrefix(), FROZEN_MS: '1000', DIE_AT: dieAt, DIE_ON: String(dieOn) },
  };
  children.push(fork(script, { execArgv: ['--import', 'tsx'], env }));
}

const undone = async (): Promise<number> => {
  const [row] = await database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from outbox where emitted_at is null`,
  );
  return row?.count ?? -1;
};
const relayHere = (): void => {
  const logger = silentLogger();
  relay = startRelay({
    connect: () => connectRaw({ url: database.url, max: 1, applicationName: 'relay-here', prepared: true }),
    bus: { publish: () => Promise.resolve() },
    queues: { add: () => Promise.resolve() } as unknown as JobQueues,
    projections: [],
    project: createTotals({ timeZone, logger }),
    beforeSessionsEnd: () => Promise.resolve(),
    logger,
    metrics: createMetrics({ process: 'test', defaults: false }),
    ...{ standbyMs: 50, pollMs: 20 },
  });
};

/** The whole, told from the payments in other words than the totals are made of. */
async function wholeOf(table: 'totals' | 'payments'): Promise<[number, number]> {
  const [row] = await database.db.execute<{ count: number; amount: number }>(
    table === 'totals'
      ? sql`select coalesce(sum(count), 0)::int as count, coalesce(sum(amount), 0)::float8 as amount from collection_totals`
      : sql`select (select count(*) from payments)::int - (select count(*) from payment_reversals)::int as count,
          (select coalesce(sum(amount), 0) from payments)::float8 - (select coalesce(sum(amount), 0) from payment_reversals)::float8 as amount`,
  );
  return [row?.count ?? -1, row?.amount ?? -1];
}

describe('totals', () => {
  it.each(['before-commit:emit', 'after-publish:emit'])(
    'are exact after 2,000 payments of 8 writers and a relay killed %s',
    async (dieAt) => {
      forkRelay(dieAt, 2);
      const writer = async (): Promise<void> => {
        for (let batch = 0; batch < 10; batch += 1) await quickPayments(database.db, payments, 25, FORTY_DAYS_MS);
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      await until(() => children[0]?.signalCode === 'SIGKILL', { what: 'it dies', timeoutMs: 30_000 });
      relayHere();
      await until(async () => (await undone()) === 0, { what: 'every event told', timeoutMs: 30_000 });
      expect(await wholeOf('totals')).toEqual(await wholeOf('payments'));
      expect(await compareTotals(database.db, timeZone)).toMatchObject({ differing: 0, amount: 0, details: [] });
    },
  );

  it('computed anew while payments come in and the relay adds to them are exact', async () => {
    relayHere();
    const writer = async (): Promise<void> => {
      for (let batch = 0; batch < 10; batch += 1) await quickPayments(database.db, payments, 10, FORTY_DAYS_MS);
    };
    const writing = Promise.all([writer(), writer(), writer()]);
    for (let turn = 0; turn < 5; turn += 1) {
      await rebuildTotals(database.db, timeZone, new Date());
      expect(await compareTotals(database.db, timeZone)).toMatchObject({ differing: 0 });
    }
    await writing;
    await until(async () => (await undone()) === 0, { what: 'every event told' });
    expect(await wholeOf('totals')).toEqual(await wholeOf('payments'));
    expect(await compareTotals(database.db, timeZone)).toMatchObject({ differing: 0 });
  });

  it('that differ are found, with where and by how much', async () => {
    await quickPayments(database.db, payments, 5, 0);
    await rebuildTotals(database.db, timeZone, new Date());
    relayHere();
    await until(async () => (await undone()) === 0, { what: 'every event told' });
    await database.db.execute(
      sql`update collection_totals set amount = amount + 700 where ctid = (select min(ctid) from collection_totals)`,
    );
    const found = await compareTotals(database.db, timeZone);
    expect(found).toMatchObject({ differing: 1, amount: 700 });
    expect(found.details[0]).toMatchObject({ table: 'collection_totals' });
    expect((found.details[0]?.total.amount ?? 0) - (found.details[0]?.facts.amount ?? 0)).toBe(700);
    await rebuildTotals(database.db, timeZone, new Date());
    expect(await compareTotals(database.db, timeZone)).toMatchObject({ differing: 0 });
  });

  it('that cannot be added to hold up no event, and are said to be of no clock', async () => {
    await rebuildTotals(database.db, timeZone, new Date());
    await database.db.execute(sql`alter table collection_totals add constraint full_up check (count < 0) not valid`);
    relayHere();
    await quickPayments(database.db, payments, 5, 0);
    await until(async () => (await undone()) === 0, { what: 'every event told' });
    expect(await areTotalsOf(database.db, timeZone)).toBe(false);
    await database.db.execute(sql`alter table collection_totals drop constraint full_up`);
    await rebuildTotals(database.db, timeZone, new Date());
    expect(await areTotalsOf(database.db, timeZone)).toBe(true);
    expect(await compareTotals(database.db, timeZone)).toMatchObject({ differing: 0 });
  });

  it('are compared by a job, which keeps what it found', async () => {
    const found: unknown[] = [];
    const logger = { ...silentLogger(), info: () => undefined, error: (what: unknown) => void found.push(what) };
    const context = { logger, signal: new AbortController().signal } as unknown as Parameters<
      JobHandlers<'upkeep'>['totals.check']
    >[1];
    const job = createTotalsCheck({ db: database.db, patient: database.db, timeZone, clock: () => new Date() });
    await quickPayments(database.db, payments, 5, 0);
    await rebuildTotals(database.db, timeZone, new Date());
    relayHere();
    await until(async () => (await undone()) === 0, { what: 'every event told' });
    await job['totals.check']({}, context);
    expect([await lastDifferences(database.db), found]).toEqual([0, []]);
    await database.db.execute(sql`update collection_sums set count = count - 1 where period = 'month'`);
    await job['totals.check']({}, context);
    expect(await lastDifferences(database.db)).toBeGreaterThan(0);
    expect(found).toHaveLength(1);
    await rebuildTotals(database.db, timeZone, new Date());
  });

  it('of a year ago are refreshed without holding up who reads', async () => {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`select count(*) from dashboard_stats`);
      await refreshStats(database.db, new Date());
    });
  });
});
