// `npm run bench:dashboard`: 200 payments a second for a minute by the real posting, in a process of its own; the relay with its dashboards in
// another; a node and the supervisor's sockets (nation and one office) in this one. From each commit until the figure of the nation on the
// socket has it; how long a snapshot takes, asked all the while; how many states came. A year of totals at 24 offices lies there before. The
// figures are compared with the payments at the end. Writes loadtest/results/dashboard.json.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { compareTotals, rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { readCollections, readHalls, readLastYear } from '#db/dashboard.repository.ts';
import type { Db } from '#db/connect.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { createPaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { createNodeFixture, send, type NodeFixture, type TestSocket } from '#server/testing/node-fixture.ts';
import { DashboardView } from '#shared/contracts/dashboards.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { addDays, civilDate } from '#shared/domain/dates.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { prepareQuickPayments, quickPayments } from '#workers/relay/testing/quick-payments.ts';

const [PER_SECOND, SECONDS, OFFICES, BEFORE] = [200, Number(process.env['BENCH_SECONDS'] ?? 60), 24, 40_000] as const;
const YEAR_MS = 400 * 86_400_000;
const children: ChildProcess[] = [];

function start(file: string, env: Record<string, string>): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  return child;
}

function shares(values: readonly number[]): Record<'p50' | 'p95' | 'p99' | 'most' | 'of', number> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1), of: sorted.length };
}

async function timed(times: number, work: () => Promise<unknown>): Promise<ReturnType<typeof shares>> {
  const took: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return shares(took);
}

/** What the tax of a car is made of, as the grid says. */
async function pricedLines(): Promise<AssessmentLine[]> {
  const fixture = await createPaymentsFixture();
  try {
    const payer = await fixture.addUser();
    const { items } = await fixture.payments.start(payer, await fixture.order(payer));
    return items[0]?.lines ?? [];
  } finally {
    await fixture.close();
  }
}

interface Seen {
  count: number;
  at: number;
}

async function watch(fixture: NodeFixture, scope: string, seen: Seen[]): Promise<TestSocket> {
  const person = await fixture.person({ role: 'administrator' });
  const socket = await fixture.connected(fixture.socket({ cookie: person.cookie }));
  socket.on('live', ({ topic, state }) => {
    const at = Date.now();
    if (topic === `dashboard:${scope}`) seen.push({ count: DashboardView.parse(state).periods.year.collected.count, at });
  });
  await snapshot(socket, scope);
  return socket;
}

async function snapshot(socket: TestSocket, scope: string): Promise<DashboardView> {
  const answer = await send(socket, 'live:subscribe', { topic: `dashboard:${scope}` });
  if ('error' in answer) throw new Error(`not subscribed: ${answer.error.code}`);
  return DashboardView.parse(answer.data.state);
}

/** The statements behind a dashboard, each by itself. Milliseconds. */
async function statements(db: Db): Promise<Record<string, ReturnType<typeof shares>>> {
  const today = civilDate(new Date(), madagascar.timeZone);
  const starts = { day: today, month: `${today.slice(0, 7)}-01`, year: `${today.slice(0, 4)}-01-01` };
  return {
    collections: await timed(50, () => readCollections(db, starts, addDays(today, -29))),
    lastYear: await timed(50, () => readLastYear(db, today, 720)),
    hall: await timed(50, () => readHalls(db, today)),
  };
}

const load = (): number[] => os.loadavg().map((one) => Number(one.toFixed(2)));
const services = await startServices({ directory: path.join(localDirectory, 'bench-dashboard') });
try {
  Object.assign(process.env, services.env);
  const loadBefore = load();
  const lines = await pricedLines();
  const fixture = await createNodeFixture('uws');
  try {
    const { db } = fixture.database;
    // The relay with the dashboards is the one that leads.
    await fixture.relay.stop();
    const who = await prepareQuickPayments(db, OFFICES, ['analamanga', 'boeny', 'diana']);
    for (let booked = 0; booked < BEFORE; booked += 500) await quickPayments(db, who, 500, YEAR_MS);
    await db.execute(sql`update outbox set emitted_at = now(), enqueued_at = now()`);
    await rebuildTotals(db, madagascar.timeZone, new Date());
    await refreshStats(db, new Date());
    const common = { DATABASE_URL: fixture.database.url, REDIS_PREFIX: fixture.busName.slice('bus-'.length) };
    const poster = start('./posting-process.ts', {
      ...common,
      ...{ PER_SECOND: String(PER_SECOND), SECONDS: String(SECONDS), LINES: JSON.stringify(lines) },
    });
    await once(poster, 'message');
    const relay = start('./relay-process.ts', common);
    const seen: Seen[] = [];
    const office = `office-${who.tills[0]?.officeId ?? ''}`;
    const officeSeen: Seen[] = [];
    await watch(fixture, 'national', seen);
    await watch(fixture, office, officeSeen);
    await until(() => seen.length > 1, { what: 'the dashboard moves', timeoutMs: 30_000 });
    const base = seen.at(-1)?.count ?? 0;
    const messagesBefore = seen.length;

    const finished = once(poster, 'message') as Promise<[{ committedAt: number[]; took: number }]>;
    poster.send('go');
    const visitor = await fixture.person({ role: 'administrator' });
    const asking = await fixture.connected(fixture.socket({ cookie: visitor.cookie }));
    const snapshots: number[] = [];
    let over = false;
    const visits = (async () => {
      while (!over) {
        const began = performance.now();
        await snapshot(asking, snapshots.length % 2 === 0 ? 'national' : office);
        snapshots.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    const [{ committedAt, took }] = await finished;
    const total = base + committedAt.length;
    await until(() => seen.at(-1)?.count === total, { what: 'the screen has all of it', timeoutMs: 60_000 });
    over = true;
    await visits;
    const states = seen.slice(messagesBefore);
    // The figure of the screen reaches the n-th payment when it reaches n.
    committedAt.sort((a, b) => a - b);
    let next = 0;
    const delays = committedAt.map((at, index) => {
      while ((states[next]?.count ?? Infinity) < base + index + 1) next += 1;
      return Math.max(0, (states[next]?.at ?? NaN) - at);
    });
    const told = once(relay, 'message') as Promise<[{ rounds: number[] }]>;
    relay.send('rounds');
    const [{ rounds }] = await told;
    await until(async () => (await db.execute(sql`select 1 from outbox where emitted_at is null limit 1`)).length === 0, {
      what: 'every event told',
      timeoutMs: 60_000,
    });
    const { differing, compared } = await compareTotals(db, madagascar.timeZone);
    const report = {
      ...{
        at: new Date().toISOString(),
        cores: os.availableParallelism(),
        cpu: os.cpus()[0]?.model,
        loadBefore,
        loadAtTheEnd: load(),
      },
      ...{ postgres: 'without fsync', offices: OFFICES, paymentsBefore: BEFORE },
      ...{ asked: PER_SECOND, perSecond: Math.round(committedAt.length / took), payments: committedAt.length },
      commitToSocketMs: shares(delays),
      snapshotMs: shares(snapshots),
      roundMs: shares(rounds),
      statesASecond: Number((states.length / took).toFixed(2)),
      statementMs: await statements(db),
      totals: { compared, differing },
    };
    console.table({
      'commit → socket': report.commitToSocketMs,
      snapshot: report.snapshotMs,
      round: report.roundMs,
      ...report.statementMs,
    });
    console.log(
      `${report.perSecond} payments a second, ${report.statesASecond} states a second; ${differing} of ${compared} totals differ`,
    );
    if (!process.env['BENCH_SECONDS']) {
      mkdirSync(path.join(checkout, 'loadtest/results'), { recursive: true });
      writeFileSync(path.join(checkout, 'loadtest/results/dashboard.json'), `${JSON.stringify(report, null, 2)}\n`);
    }
    if (differing > 0) process.exitCode = 1;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await fixture.close();
  }
} finally {
  await services.stop();
}
