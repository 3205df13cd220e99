import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser } from '#deploy/e2e/browser.ts';
import { localDirectory, checkout } from '#deploy/local/paths.ts';
import { startStack } from '#deploy/local/stack.ts';

// `npm run bench:pages`: how heavy the public pages are, and how soon they are usable on a cheap phone: Chromium with the CPU slowed
// four times and a slow 4G line (1.6 Mbit/s down, 750 kbit/s up, 150 ms a round trip: Lighthouse's figures).
const PAGES = ['/', '/connexion', '/inscription'];
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

interface Measured {
  page: string;
  scriptBytes: number;
  totalBytes: number;
  requests: number;
  firstPaintMs: number;
  usableMs: number;
}

async function measure(browser: Browser, origin: string, page: string): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, locale: 'fr-FR' });
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
  await tab.goto(`${origin}${page}`, { waitUntil: 'commit' });
  const { firstPaint, usable } = Timings.parse(await tab.evaluate(UNTIL_USABLE));
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

const stack = await startStack({ directory: path.join(localDirectory, 'bench-pages'), disposable: true });
const browser = await launchBrowser();
try {
  const results: Measured[] = [];
  for (const page of PAGES) {
    const runs: Measured[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await measure(browser, stack.origin, page));
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
