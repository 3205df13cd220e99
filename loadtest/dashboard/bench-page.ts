import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '#deploy/e2e/browser.ts';
import { checkout } from '#deploy/local/paths.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { machine } from '../machine.ts';
import { startFedServer, type FedServer } from './fed-server.ts';
import { createFedDay, type FedDay } from './fed-view.ts';

// `npm run bench:dashboard-page [<directory of built pages> [<states> [desk|wall]]]`: an hour of a busy day on one page of the dashboard. 14,400 states (four a second
// for an hour) of a country with a hundred offices go through a real socket into the page's own live client and its charts, with the CPU slowed
// four times: to the desk one by one, in the hour that they take; to the wall as fast as it shows them. Told: what is in the heap after a
// collection before and after, nodes and listeners that stay, and tasks that took over 50 ms.
const STATES = Number(process.argv[3] ?? 4 * 3_600);
const EVERY_MS = 250;
const CPU_SLOWDOWN = 4;
/** States that the wall may be behind: more would tell of its memory of what waits, not of what it keeps. */
const AHEAD = 32;
const LONG_MS = 50;
const SAMPLES = 12;
/** States whose tasks are told by the processor time that they took. */
const TRACED = 240;
const ME = {
  ...{
    userId: '7c9d1c2e-0000-4000-8000-00000000aaaa',
    sessionId: '7c9d1c2e-0000-4000-8000-00000000bbbb',
    name: 'Voahangy Rasoa',
  },
  ...{ email: null, phone: null, role: 'administrator' as const, office: null, locale: 'fr' as const },
};
const PAGES = [
  { page: 'desk', address: '/bureau/tableau', viewport: { width: 1440, height: 900 }, next: feedInTime },
  { page: 'wall', address: '/bureau/mur', viewport: { width: 1920, height: 1080 }, next: feed },
] as const;

interface Sample {
  states: number;
  heapMB: number;
  nodes: number;
  listeners: number;
}

interface LongTask {
  /** Milliseconds of the page's own clock. */
  at: number;
  ms: number;
}

/** What stays after a collection: twice, since the first may only find what the second can take. */
async function sample(devtools: CDPSession, states: number): Promise<Sample> {
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN;
  const heapMB = Math.round(of('JSHeapUsedSize') / 10_000) / 100;
  return { states, heapMB, nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  args?: { name?: string };
  /** Processor time of the thread, microseconds: what other programs took meanwhile is not in it, the slowdown is. */
  tdur?: number;
}

/** Tasks of the page's main thread while `work` goes on, by the processor time that each took, milliseconds. */
async function tasksOf(devtools: CDPSession, work: () => Promise<void>): Promise<number[]> {
  const tasks = new Map<string, number[]>();
  const mains = new Set<string>();
  devtools.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, ph, pid, tid, args, tdur } of value as unknown as TraceEvent[]) {
      const thread = `${pid} ${tid}`;
      if (name === 'thread_name' && args?.name === 'CrRendererMain') mains.add(thread);
      if (ph !== 'X' || name !== 'ThreadControllerImpl::RunTask' || tdur === undefined) continue;
      const known = tasks.get(thread);
      if (known) known.push(tdur / 1_000);
      else tasks.set(thread, [tdur / 1_000]);
    }
  });
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: ['toplevel'], excludedCategories: ['*'] },
  });
  await work();
  const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
  await devtools.send('Tracing.end');
  await complete;
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
  // Of several pages of the browser, the one that works.
  const all = [...mains].map((thread) => tasks.get(thread) ?? []).sort((a, b) => sum(b) - sum(a));
  return (all[0] ?? []).sort((a, b) => b - a);
}

/** Not the text as it is laid out: asking for that would be work for the page. */
const shown = async (tab: Page): Promise<string> => (await tab.locator('[data-figure="collected-day"]').textContent()) ?? '';
const digits = (text: string): number => Number(text.replace(/\D/g, ''));

/** Waits until the page shows the last state that was fed. */
async function caughtUp(tab: Page, day: FedDay): Promise<void> {
  await until(async () => digits(await shown(tab)) === day.view().periods.day.collected.amount, {
    ...{ what: 'the last state on the page', timeoutMs: 60_000 },
  });
}
/** Feeds states never more than a few ahead of what the page shows. */
async function feed(tab: Page, server: FedServer, day: FedDay, states: number): Promise<void> {
  for (let left = states; left > 0; left -= AHEAD) {
    for (let one = 0; one < Math.min(AHEAD, left); one += 1) server.feed(day.step());
    await caughtUp(tab, day);
  }
}
/** Feeds a state every quarter of a second, as a server does. */
async function feedInTime(tab: Page, server: FedServer, day: FedDay, states: number): Promise<void> {
  const began = performance.now();
  for (let one = 1; one <= states; one += 1) {
    server.feed(day.step());
    await sleep(Math.max(0, began + one * EVERY_MS - performance.now()));
  }
  await caughtUp(tab, day);
}

async function soak(build: string, { page, address, viewport, next }: (typeof PAGES)[number]) {
  const today = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 10);
  const day = createFedDay(today, new Date(`${today}T09:00:00Z`));
  const server = await startFedServer(build, ME, day.view());
  const browser = await launchBrowser(['--enable-precise-memory-info']);
  try {
    const context = await browser.newContext({ viewport, locale: 'fr-FR' });
    const tab = await context.newPage();
    const faults: string[] = [];
    tab.on('pageerror', ({ message }) => faults.push(message));
    await tab.addInitScript((longMs) => {
      const told: LongTask[] = [];
      Object.assign(globalThis, { longTasks: told });
      const observer = new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries())
          if (duration > longMs) told.push({ at: startTime, ms: duration });
      });
      // The types at hand are Node's, which has none of that name.
      observer.observe({ type: 'longtask' as 'measure' });
    }, LONG_MS);
    const devtools = await context.newCDPSession(tab);
    await devtools.send('Performance.enable');
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await tab.goto(`${server.origin}${address}`, { timeout: 120_000 });
    await tab.locator('.uplot canvas').first().waitFor({ timeout: 120_000 });
    // What the first states build once (code that gets compiled, formats) is not what grows.
    await feed(tab, server, day, 400);
    const clock = (): Promise<number> => tab.evaluate(() => performance.now());
    /** Times of collections: those are ours, not the page's. */
    const ours: [from: number, to: number][] = [];
    const samples: Sample[] = [];
    const take = async (states: number): Promise<void> => {
      const from = await clock();
      samples.push(await sample(devtools, states));
      ours.push([from, await clock()]);
      console.log(page, samples.at(-1), new Date().toISOString());
    };
    await take(0);
    const [began, from] = [performance.now(), await clock()];
    for (let part = 1; part <= SAMPLES; part += 1) {
      await next(tab, server, day, STATES / SAMPLES);
      await take((STATES / SAMPLES) * part);
    }
    const seconds = (performance.now() - began) / 1000;
    const all = await tab.evaluate(() => (globalThis as unknown as { longTasks: LongTask[] }).longTasks);
    const long = all
      .filter(({ at, ms }) => at >= from && !ours.some(([begin, end]) => at < end && at + ms > begin))
      .map(({ ms }) => ms)
      .sort((a, b) => b - a);
    // A machine that others share makes every task long now and then: what the page itself takes is told of a minute by processor time.
    const traced = Math.min(TRACED, STATES);
    const tasks = await tasksOf(devtools, () => next(tab, server, day, traced));
    const byProcessor = {
      ...{ states: traced, tasks: tasks.length, over50Ms: tasks.filter((ms) => ms > LONG_MS).length },
      longestMs: Math.round(tasks[0] ?? NaN),
    };
    console.log(page, byProcessor);
    const right = digits(await shown(tab)) === day.view().periods.day.collected.amount;
    const [first, last] = [samples[0], samples.at(-1)];
    return {
      ...{ page, states: STATES, seconds: Math.round(seconds), msAState: Math.round((seconds * 1000) / STATES) },
      ...{ heapBeforeMB: first?.heapMB, heapAfterMB: last?.heapMB, nodesBefore: first?.nodes, nodesAfter: last?.nodes },
      ...{ longTasks: long.length, over100Ms: long.filter((ms) => ms > 100).length, longestMs: Math.round(long[0] ?? 0) },
      ...{ faults: faults.length, lastStateShown: right, byProcessor },
      samples,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

function built(): string {
  const given = process.argv[2];
  if (given) return path.resolve(given);
  execFileSync(process.execPath, [path.join(checkout, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
    ...{ cwd: path.join(checkout, 'client'), stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
  });
  return path.join(checkout, 'client', 'build');
}

const build = built();
const conditions = {
  states: STATES,
  cpuSlowdown: CPU_SLOWDOWN,
  longTaskMs: LONG_MS,
  heap: 'used after two collections',
  desk: `a state every ${EVERY_MS} ms`,
  wall: `as fast as it shows them, ${AHEAD} ahead at most`,
  offices: 100,
  machine: { ...machine(), nice: getPriority(), note: 'shared with other work meanwhile; the load is that at the beginning' },
};
const results = [];
for (const page of PAGES) if ((process.argv[4] ?? page.page) === page.page) results.push(await soak(build, page));
console.table(results.map(({ samples: _samples, byProcessor, ...row }) => ({ ...row, longByProcessor: byProcessor.over50Ms })));
const folder = path.join(checkout, 'loadtest', 'results');
mkdirSync(folder, { recursive: true });
// A shorter trial, or of one page alone, is no result.
if (process.argv[3] === undefined && process.argv[4] === undefined)
  writeFileSync(path.join(folder, 'dashboard-page.json'), `${JSON.stringify({ conditions, results }, null, 2)}\n`);
