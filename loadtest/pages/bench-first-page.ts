import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { z } from 'zod';
import { connectDatabase } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { launchBrowser } from '#deploy/e2e/browser.ts';
import { signUp } from '#deploy/e2e/citizen-pages.ts';
import { localDirectory, checkout } from '#deploy/local/paths.ts';
import { startStack, type RunningStack } from '#deploy/local/stack.ts';

// `npm run bench:pages`: how heavy the public pages and the one that pays are, and how soon they are usable on a cheap phone: Chromium with the CPU slowed
// four times and a slow 4G line (1.6 Mbit/s down, 750 kbit/s up, 150 ms a round trip: Lighthouse's figures).
const PUBLIC_PAGES = ['/', '/connexion', '/inscription'];
const RUNS = 5;
const LINE = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const CPU_SLOWDOWN = 4;

const Timings = z.object({ firstPaint: z.number(), usable: z.number() });

/**
 * Evaluated in the page: waits until it reacts, which is when a press on the language button changes the page's language.
 * Milliseconds since the navigation began.
 */
const UNTIL_USABLE = `new Promise((resolve) => {
  const before = document.documentElement.lang;
  const look = () => {
    document.querySelector('header button')?.click();
    if (document.documentElement.lang === before) return setTimeout(look, 20);
    const usable = performance.now();
    const firstPaint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? usable;
    resolve({ firstPaint, usable });
  };
  look();
})`;

/** Evaluated in the page: the same of a page that is waited for until it shows something. */
const untilShown = (selector: string): string => `new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector(${JSON.stringify(selector)})) return setTimeout(look, 20);
    const usable = performance.now();
    resolve({ firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? usable, usable });
  };
  look();
})`;

/** A page to measure; signed in with the cookies of `as`. */
interface Subject {
  page: string;
  /** Its address where it is not its name: one plate is as good as another. */
  address?: string;
  usable: string;
  as?: Cookies;
}
type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

interface Measured {
  page: string;
  scriptBytes: number;
  totalBytes: number;
  requests: number;
  firstPaintMs: number;
  usableMs: number;
}

async function measure(
  browser: Browser,
  origin: string,
  { page, address = page, usable: until, as }: Subject,
): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: 'fr-FR' });
  if (as) await context.addCookies(as);
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', LINE);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  const scripts = new Set<string>();
  const sizes = { script: 0, total: 0, requests: 0 };
  devtools.on('Network.responseReceived', ({ requestId, type }) => {
    sizes.requests += 1;
    if (type === 'Script') scripts.add(requestId);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    sizes.total += encodedDataLength;
    if (scripts.has(requestId)) sizes.script += encodedDataLength;
  });
  await tab.goto(`${origin}${address}`, { waitUntil: 'commit' });
  const { firstPaint, usable } = Timings.parse(await tab.evaluate(until));
  await tab.waitForLoadState('networkidle');
  await context.close();
  return {
    page,
    scriptBytes: sizes.script,
    totalBytes: sizes.total,
    requests: sizes.requests,
    firstPaintMs: Math.round(firstPaint),
    usableMs: Math.round(usable),
  };
}

const median = (rows: Measured[], of: (row: Measured) => number): number =>
  rows.map(of).sort((a, b) => a - b)[Math.floor(rows.length / 2)] ?? 0;

/** A vehicle of nobody, and a person who is about to pay its tax. */
async function subjects(browser: Browser, stack: RunningStack): Promise<Subject[]> {
  const plate = `${randomInt(1_000, 9_999)}TPB`;
  const database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'bench-pages' });
  const vehicle = {
    country: 'MG',
    holderName: 'RABE SOLO',
    fuel: 'ES' as const,
    fiscalPower: 4,
    firstRegistration: '2020-05-01',
  };
  await database.db
    .insert(vehicles)
    .values({ ...vehicle, plate })
    .onConflictDoNothing();
  await database.close();
  const context = await browser.newContext({ locale: 'fr-FR' });
  await signUp(await context.newPage(), stack, `bench-${randomInt(1_000_000_000)}@example.test`);
  const as = await context.cookies(stack.origin);
  await context.close();
  return [
    ...PUBLIC_PAGES.map((page) => ({ page, usable: UNTIL_USABLE })),
    // What is owed stands there, and can be paid.
    { page: '/plate/<plate>', address: `/plate/${plate}`, usable: untilShown('a[href^="/payer?"]') },
    { page: '/payer', address: `/payer?plaque=${plate}`, usable: untilShown('form button[type=submit]'), as },
  ];
}

const stack = await startStack({ directory: path.join(localDirectory, 'bench-pages'), disposable: true });
const browser = await launchBrowser();
try {
  const results: Measured[] = [];
  for (const subject of await subjects(browser, stack)) {
    const { page } = subject;
    const runs: Measured[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await measure(browser, stack.origin, subject));
    results.push({
      page,
      scriptBytes: median(runs, (row) => row.scriptBytes),
      totalBytes: median(runs, (row) => row.totalBytes),
      requests: median(runs, (row) => row.requests),
      firstPaintMs: median(runs, (row) => row.firstPaintMs),
      usableMs: median(runs, (row) => row.usableMs),
    });
  }
  console.table(results);
  const folder = path.join(checkout, 'loadtest', 'results');
  mkdirSync(folder, { recursive: true });
  const conditions = { runs: RUNS, cpuSlowdown: CPU_SLOWDOWN, line: LINE, viewport: '360x740', values: 'median' };
  writeFileSync(path.join(folder, 'pages.json'), `${JSON.stringify({ conditions, results }, null, 2)}\n`);
} finally {
  await browser.close();
  await stack.stop();
}
