// `npm run check:totals`: 100,000 payments booked by 8 processes at moments of 40 days, at two dozen offices and online, while the relay is
// killed with SIGKILL three times: before it commits, after it has told, and at any moment. What dashboards show then equals SQL over the
// payments, to the unit, or this ends with 1. Writes loadtest/results/totals.json.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { compareTotals, refreshStats } from '#db/collection-totals.repository.ts';
import type { Db } from '#db/connect.ts';
import { createTestDatabase } from '#db/testing/test-database.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { createDashboards } from '#server/dashboard/dashboards.service.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { testPrefix, until } from '#shared/node/testing/helpers.ts';
import { prepareQuickPayments } from '#workers/relay/testing/quick-payments.ts';

const [PAYMENTS, PROCESSES, OFFICES, EACH] = [100_000, 8, 24, 25] as const;
const SPREAD_MS = 40 * 86_400_000;
const { timeZone } = madagascar;
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const relayScript = fileURLToPath(new URL('../../workers/relay/testing/relay-process.ts', import.meta.url));
const start = (script: string, env: Record<string, string>): ChildProcess =>
  fork(script, { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } });
const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) =>
    child.once('exit', (code, signal) =>
      code === 0 || signal === 'SIGKILL' ? resolve() : reject(new Error(`ended with ${String(code)}`)),
    ),
  );
const undone = async (db: Db): Promise<number> => {
  const [row] = await db.execute<{ count: number }>(sql`select count(*)::int as count from outbox where emitted_at is null`);
  return row?.count ?? -1;
};

const services = await startServices({ directory: path.join(localDirectory, 'check-totals') });
const children: ChildProcess[] = [];
try {
  Object.assign(process.env, services.env);
  const database = await createTestDatabase(4);
  try {
    const { db } = database;
    const who = await prepareQuickPayments(db, OFFICES, ['analamanga', 'boeny', 'diana']);
    const began = performance.now();
    const common = { DATABASE_URL: database.url, REDIS_PREFIX: testPrefix(), FROZEN_MS: '1000' };
    const relay = (die: Record<string, string>): ChildProcess => {
      const child = start(relayScript, { ...common, ...die });
      children.push(child);
      return child;
    };
    const writers = Array.from({ length: PROCESSES }, () =>
      start(here('./payments-process.ts'), {
        ...common,
        ...{ WHO: JSON.stringify(who), COUNT: String(PAYMENTS / PROCESSES), EACH: String(EACH), SPREAD_MS: String(SPREAD_MS) },
      }),
    );
    children.push(...writers);
    const booked = Promise.all(writers.map(ended));
    const killed: string[] = [];
    for (const at of ['before-commit:emit', 'after-publish:emit'] as const) {
      await ended(relay({ DIE_AT: at, DIE_ON: '12' }));
      killed.push(at);
    }
    const third = relay({});
    const [before] = [await undone(db)];
    await until(async () => (await undone(db)) !== before, { what: 'the third relay works', timeoutMs: 60_000 });
    third.kill('SIGKILL');
    await ended(third);
    killed.push('at any moment');
    const fourth = relay({});
    await booked;
    const bookedSeconds = (performance.now() - began) / 1_000;
    await until(async () => (await undone(db)) === 0, { what: 'every event told', timeoutMs: 300_000 });
    const toldSeconds = (performance.now() - began) / 1_000;
    fourth.kill('SIGKILL');

    const [facts] = await db.execute<{ count: number; amount: number }>(
      sql`select count(*)::int as count, sum(amount)::float8 as amount from payments`,
    );
    const [totals] = await db.execute<{ count: number; amount: number }>(
      sql`select sum(count)::int as count, sum(amount)::float8 as amount from collection_totals`,
    );
    const compared = performance.now();
    const { details, ...comparison } = await compareTotals(db, timeZone);
    const compareSeconds = (performance.now() - compared) / 1_000;
    await refreshStats(db, new Date());
    const screen = await createDashboards({
      db,
      country: madagascar,
      clock: () => new Date(),
      presence: () => Promise.resolve(null),
    }).read(db, 'national');
    const [year] = await db.execute<{
      count: number;
      amount: number;
    }>(sql`select count(*)::int as count, sum(amount)::float8 as amount
      from payments where date_trunc('year', timezone(${timeZone}, paid_at)) = date_trunc('year', timezone(${timeZone}, now()))`);
    const shown = screen?.periods.year.collected;
    const exact =
      comparison.differing === 0 &&
      facts?.count === PAYMENTS &&
      totals?.count === facts.count &&
      totals.amount === facts.amount &&
      shown?.count === year?.count &&
      shown?.amount === year?.amount;
    const report = {
      ...{
        at: new Date().toISOString(),
        cores: os.availableParallelism(),
        load: os.loadavg().map((one) => Number(one.toFixed(2))),
      },
      ...{ payments: facts?.count, processes: PROCESSES, offices: OFFICES, relaysKilled: killed, exact },
      ...{ amount: { payments: facts?.amount, totals: totals?.amount }, year: { screen: shown?.amount, payments: year?.amount } },
      ...{ totals: comparison, bookedSeconds, toldSeconds, compareSeconds },
    };
    console.log(JSON.stringify(report, null, 2));
    if (details.length > 0) console.table(details);
    mkdirSync(path.join(checkout, 'loadtest/results'), { recursive: true });
    writeFileSync(path.join(checkout, 'loadtest/results/totals.json'), `${JSON.stringify(report, null, 2)}\n`);
    if (!exact) process.exitCode = 1;
  } finally {
    await database.drop();
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  await services.stop();
}
