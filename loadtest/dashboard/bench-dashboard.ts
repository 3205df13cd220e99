// `npm run bench:dashboard`: a busy hour replayed before the pages. 200 payments a second for a minute by the real posting, in a process of its
// own, into the whole stack as `npm start` runs it (two nodes behind HAProxy, relay, workers); the desk, the wall and the telephone open in
// Chromium, and plain sockets beside them, all through the balancer. From each commit, by the database's own stamp of it, until a state that
// has it comes on the page's socket, by the page's clock: one machine's clock. At the end what people read is compared with the payments, to the
// unit. A hundred offices and some of a year's payments are there before. Writes loadtest/results/dashboard.json.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { connectDatabase } from '#db/connect.ts';
import { launchBrowser } from '#deploy/e2e/browser.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { startStack } from '#deploy/local/stack.ts';
import { createPaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { PERIODS } from '#shared/contracts/dashboards.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { prepareQuickPayments, quickPayments } from '#workers/relay/testing/quick-payments.ts';
import { machine } from '../machine.ts';
import { cpuByKind } from '../requests/cpu.ts';
import { committedSince, delaysOf, differences, factsOf, shares } from './payments-told.ts';
import { administrator, plainSocket } from './plain-sockets.ts';
import { openPages } from './watched-pages.ts';

const [PER_SECOND, SECONDS, OFFICES, BEFORE] = [200, Number(process.env['BENCH_SECONDS'] ?? 60), 100, 40_000] as const;
const PLAIN = 10;
const MOST_P95_MS = 300;
const YEAR_MS = 300 * 86_400_000;
const ASK_EVERY_MS = 500;
const { timeZone } = madagascar;
const directory = path.join(localDirectory, 'bench-dashboard');

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

/** Services whose Postgres notes when each transaction was committed: it does from its next start on. */
async function stampingServices(): Promise<Awaited<ReturnType<typeof startServices>>> {
  const first = await startServices({ directory, inEarnest: true });
  const { db, close } = connectDatabase({ url: first.env.DATABASE_URL, max: 1, applicationName: 'bench-dashboard' });
  await db.execute(sql`alter system set track_commit_timestamp = on`);
  await close();
  await first.stop();
  return startServices({ directory });
}

const services = await stampingServices();
try {
  Object.assign(process.env, services.env);
  const lines = await pricedLines();
  const url = services.env.DATABASE_URL;
  const stack = await startStack({
    ...{ directory: `${directory}-stack`, disposable: true },
    environment: { ...services.env, SEED_DEMO: '1' },
    say: (line) => console.log(line),
  });
  const { db, close } = connectDatabase({ url, max: 4, applicationName: 'bench-dashboard' });
  const browser = await launchBrowser();
  // Who posts here stands for the worker of payments, which would ask the operator of what waits; reading takes a core for seconds. What is
  // there before is not told of.
  await Promise.all(['ocr', 'jobs', 'relay'].map(async (name) => stack.processes.get(name)?.stop()));
  const poster = fork(fileURLToPath(new URL('./posting-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: {
      ...{ ...process.env, DATABASE_URL: url },
      ...{ PER_SECOND: String(PER_SECOND), SECONDS: String(SECONDS), LINES: JSON.stringify(lines) },
    },
  });
  try {
    const who = await prepareQuickPayments(db, OFFICES, ['analamanga', 'boeny', 'diana']);
    for (let booked = 0; booked < BEFORE; booked += 500) await quickPayments(db, who, 500, YEAR_MS);
    await db.execute(sql`update outbox set emitted_at = now(), enqueued_at = now() where emitted_at is null`);
    await rebuildTotals(db, timeZone, new Date());
    await refreshStats(db, new Date());
    await once(poster, 'message');
    await stack.processes.get('relay')?.restart();

    const cookie = await administrator(stack, db);
    const pages = await openPages(browser, stack.origin, [cookie]);
    const plain = await Promise.all(Array.from({ length: PLAIN }, () => plainSocket(stack, cookie)));
    await until(async () => (await Promise.all(pages.map((page) => page.newest()))).every((state) => state !== null), {
      ...{ what: 'the pages move', timeoutMs: 60_000 },
    });
    const { count: base } = (await factsOf(db, timeZone)).year;
    const pids = new Map([...stack.processes].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const])));
    pids.set('posting', poster.pid ?? 0);
    const databaseName = new URL(url).pathname.slice(1);
    const [began, statesBefore, cpuBefore] = [new Date(), plain[0]?.received.length ?? 0, cpuByKind(pids, databaseName)];
    const loadBefore = machine().load;

    const finished = once(poster, 'message') as Promise<[{ took: number }]>;
    poster.send('go');
    const snapshots: number[] = [];
    let over = false;
    const visits = (async () => {
      while (!over) {
        snapshots.push((await plain.at(-1)?.ask()) ?? NaN);
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    })();
    const [{ took }] = await finished;
    const cpuAfter = cpuByKind(pids, databaseName);
    over = true;
    await visits;
    const committedAt = await committedSince(db, began);
    const total = base + committedAt.length;
    await until(
      async () =>
        plain.every(({ received }) => received.at(-1)?.count === total) &&
        (await Promise.all(pages.map((page) => page.newest()))).every((state) => state?.periods.year.collected.count === total),
      { what: 'every screen has all of it', timeoutMs: 60_000 },
    );

    const facts = await factsOf(db, timeZone);
    const onPages = Object.fromEntries(
      await Promise.all(
        pages.map(async (page) => {
          const received = await page.received();
          await until(async () => (await page.figures()).year === facts.year.amount, {
            ...{ what: `the ${page.name} shows all of it`, timeoutMs: 30_000 },
          });
          await page.picture();
          const [shown, newest] = [await page.figures(), await page.newest()];
          const wrong = PERIODS.filter((period) => shown[period] !== facts[period].amount);
          const told = newest ? await differences(db, timeZone, newest) : ['no state'];
          return [
            page.name,
            {
              ...delaysOf(received, committedAt, base),
              ...{ states: received.length, bytes: received.at(-1)?.bytes },
              ...{ shown, differing: [...wrong.map((period) => `shown: ${period}`), ...told] },
            },
          ] as const;
        }),
      ),
    );
    const report = {
      at: new Date().toISOString(),
      machine: {
        ...{ ...machine(), loadBefore, nice: getPriority() },
        // Linux shares the processor between sessions first: niceness counts within one alone.
        autogroup: /-?\d+$/.exec(readFileSync('/proc/self/autogroup', 'utf8').trim())?.[0],
        note: 'shared with other work meanwhile, which is most of the load',
      },
      conditions: {
        ...{ postgres: 'without fsync', nodes: 2, balancers: 2, offices: OFFICES, paymentsBefore: BEFORE, plainSockets: PLAIN },
        pages: 'desk 1440×900, wall 1920×1080, phone 390×844, drawn without a graphics card on the same cores',
      },
      ...{ asked: PER_SECOND, perSecond: Math.round(committedAt.length / took), payments: committedAt.length, facts },
      pages: onPages,
      plain: delaysOf(plain[0]?.received ?? [], committedAt, base),
      p95OfEachPlainMs: shares(plain.map(({ received }) => delaysOf(received, committedAt, base).commitToSocketMs.p95)),
      snapshotMs: shares(snapshots),
      statesASecond: Number((((plain[0]?.received.length ?? 0) - statesBefore) / took).toFixed(2)),
      coresUsed: Object.fromEntries(
        // Databases of other stacks on this machine have the same name.
        Object.entries(cpuAfter)
          .filter(([kind]) => kind !== 'postgres')
          .map(([kind, used]) => [kind, Number(((used - (cpuBefore[kind] ?? 0)) / took).toFixed(3))]),
      ),
    };
    for (const socket of plain) socket.close();
    for (const [name, one] of Object.entries(onPages))
      console.table({ [name]: one.commitToSocketMs, waited: one.waitedMs, travelled: one.travelledMs });
    console.log(JSON.stringify(report, null, 2));
    if (!process.env['BENCH_SECONDS']) {
      mkdirSync(path.join(checkout, 'loadtest/results'), { recursive: true });
      writeFileSync(path.join(checkout, 'loadtest/results/dashboard.json'), `${JSON.stringify(report, null, 2)}\n`);
    }
    const missed = Object.values(onPages).some((one) => one.differing.length > 0 || one.commitToSocketMs.p95 >= MOST_P95_MS);
    if (missed) process.exitCode = 1;
  } finally {
    poster.kill('SIGKILL');
    await browser.close();
    await close();
    await stack.stop();
  }
} finally {
  await services.stop();
}
