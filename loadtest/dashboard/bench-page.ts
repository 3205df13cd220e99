import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '#deploy/e2e/browser.ts';
import { checkout } from '#deploy/local/paths.ts';
import { startFedServer, type FedServer } from './fed-server.ts';
import { createFedDay, type FedDay } from './fed-view.ts';

// `npm run bench:dashboard-page [<directory of built pages> [<states> [desk|wall]]]`: an hour of a busy day on one page of the dashboard. 14,400 states (four a second
// for an hour) go through a real socket into the page's own live client and its charts, as fast as it takes them, with the CPU slowed four
// times. Told: what is in the heap after a collection before and after, canvases and nodes that stay, and tasks that took over 50 ms.
const STATES = Number(process.argv[3] ?? 4 * 3_600);
const CPU_SLOWDOWN = 4;
/** States that the page may be behind: more would tell of its memory of what waits, not of what it keeps. */
const AHEAD = 32;
const LONG_MS = 50;
const SAMPLES = 12;
const ME = {
  ...{
    userId: '7c9d1c2e-0000-4000-8000-00000000aaaa',
    sessionId: '7c9d1c2e-0000-4000-8000-00000000bbbb',
    name: 'Voahangy Rasoa',
  },
  ...{ email: null, phone: null, role: 'administrator' as const, office: null, locale: 'fr' as const },
};
const PAGES = [
  { page: 'desk', address: '/bureau/tableau', viewport: { width: 1440, height: 900 } },
  { page: 'wall', address: '/bureau/mur', viewport: { width: 1920, height: 1080 } },
] as const;

interface Sample {
  states: number;
  heapMB: number;
  nodes: number;
  listeners: number;
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

const shown = (tab: Page): Promise<string> => tab.locator('[data-figure="collected-day"]').innerText();
const digits = (text: string): number => Number(text.replace(/\D/g, ''));

/** Feeds what is left until `until`, never more than a few states ahead of what the page shows. */
async function feed(tab: Page, server: FedServer, day: FedDay, states: number): Promise<void> {
  for (let left = states; left > 0; left -= AHEAD) {
    let amount = 0;
    for (let one = 0; one < Math.min(AHEAD, left); one += 1) {
      const view = day.step();
      amount = view.periods.day.collected.amount;
      server.feed(view);
    }
    await tab.waitForFunction(
      `document.querySelector('[data-figure="collected-day"]')?.textContent?.replace(/\\D/g, '') === '${amount}'`,
      undefined,
      { timeout: 60_000, polling: 'raf' },
    );
  }
}

async function soak(build: string, { page, address, viewport }: (typeof PAGES)[number]) {
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
      const told = { long: 0, longest: 0, total: 0 };
      Object.assign(globalThis, { longTasks: told });
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          if (duration <= longMs) continue;
          told.long += 1;
          told.total += duration;
          told.longest = Math.max(told.longest, duration);
        }
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
    await tab.evaluate(() =>
      Object.assign((globalThis as unknown as { longTasks: object }).longTasks, { long: 0, longest: 0, total: 0 }),
    );
    const samples = [await sample(devtools, 0)];
    const began = performance.now();
    for (let part = 1; part <= SAMPLES; part += 1) {
      await feed(tab, server, day, STATES / SAMPLES);
      samples.push(await sample(devtools, (STATES / SAMPLES) * part));
      console.log(page, samples.at(-1));
    }
    const seconds = (performance.now() - began) / 1000;
    const long = await tab.evaluate(
      () => (globalThis as unknown as { longTasks: { long: number; longest: number; total: number } }).longTasks,
    );
    const right = digits(await shown(tab)) === day.view().periods.day.collected.amount;
    const [first, last] = [samples[0], samples.at(-1)];
    return {
      ...{ page, states: STATES, seconds: Math.round(seconds), msAState: Math.round((seconds * 1000) / STATES) },
      ...{ heapBeforeMB: first?.heapMB, heapAfterMB: last?.heapMB, nodesBefore: first?.nodes, nodesAfter: last?.nodes },
      ...{ longTasks: long.long, longestMs: Math.round(long.longest), faults: faults.length, lastStateShown: right },
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
const results = [];
for (const page of PAGES) if ((process.argv[4] ?? page.page) === page.page) results.push(await soak(build, page));
console.table(results.map(({ samples: _samples, ...row }) => row));
const folder = path.join(checkout, 'loadtest', 'results');
mkdirSync(folder, { recursive: true });
const conditions = {
  states: STATES,
  cpuSlowdown: CPU_SLOWDOWN,
  longTaskMs: LONG_MS,
  heap: 'used after two collections',
  ahead: AHEAD,
};
// A shorter trial, or of one page alone, is no result.
if (process.argv[3] === undefined && process.argv[4] === undefined)
  writeFileSync(path.join(folder, 'dashboard-page.json'), `${JSON.stringify({ conditions, results }, null, 2)}\n`);
