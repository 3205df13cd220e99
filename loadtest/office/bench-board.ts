// `npm run bench:board`: a day of the board in one page that is never reloaded. The page's clock is run forward, 600 people are taken and
// called at its times through the whole stack; the heap is read after a collection, at the start, the middle and the end. Writes
// loadtest/results/board.json.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import type { CDPSession, Page } from 'playwright-core';
import { connectDatabase, type Db } from '#db/connect.ts';
import { offices, users } from '#db/schema/identity.ts';
import { launchBrowser, openContext } from '#deploy/e2e/browser.ts';
import { localDirectory, checkout } from '#deploy/local/paths.ts';
import { startStack } from '#deploy/local/stack.ts';
import { createCountersService } from '#server/tickets/counters.service.ts';
import { createTicketsService } from '#server/tickets/tickets.service.ts';
import { servicesOf } from '#db/tickets.repository.ts';
import { createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';

const HOURS = 24;
const CALLS_AN_HOUR = 25;
const STEP_MS = 3_600_000 / CALLS_AN_HOUR;
/** Less than a question of the page may stay without an answer, by its own clock: between two slices what came is let in. */
const SLICE_MS = 9_000;

/** In the page before all else: voices that Chromium on a server does not have, and what they were given to say. */
const VOICES = `
  window.spoken = 0;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => [{ lang: 'fr-FR' }, { lang: 'en-GB' }],
    speak: (one) => { window.spoken += 1; queueMicrotask(() => one.onend()); },
  } });
`;

/**
 * The server's pings come by the real clock, the page would miss them by its own and call its line dead all day: it is told to be patient. Nothing
 * else on the line is touched.
 */
async function patient(page: Page): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (line) => {
    const server = line.connectToServer();
    line.onMessage((message) => server.send(message));
    server.onMessage((message) =>
      line.send(typeof message === 'string' ? message.replace(/^(0\{.*"pingTimeout":)\d+/, '$11000000000') : message),
    );
  });
}

async function runFor(page: Page, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SLICE_MS) {
    await page.clock.runFor(Math.min(SLICE_MS, left));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Reading {
  hour: number;
  heapBytes: number;
  nodes: number;
  listeners: number;
}

async function read(devtools: CDPSession, hour: number): Promise<Reading> {
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN;
  return { hour, heapBytes: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

const stack = await startStack({ directory: path.join(localDirectory, 'bench-board'), disposable: true });
const database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 3, applicationName: 'bench-board' });
const browser = await launchBrowser();
try {
  const page = await (await openContext(browser, { width: 1920, height: 1080 })).newPage();
  await page.clock.install({ time: new Date() });
  await page.addInitScript(VOICES);
  await patient(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const { readings, shown, spoken } = await aDay(page, devtools, database.db);
  console.table(readings);
  const [first, last] = [readings[0], readings.at(-1)];
  const growth = first && last ? last.heapBytes - first.heapBytes : NaN;
  console.log(
    `${shown} calls shown, ${spoken} phrases spoken; heap after a day ${growth >= 0 ? '+' : ''}${Math.round(growth / 1024)} KiB`,
  );
  const results = path.join(checkout, 'loadtest/results');
  mkdirSync(results, { recursive: true });
  const report = { hours: HOURS, callsAnHour: CALLS_AN_HOUR, callsShown: shown, phrasesSpoken: spoken, readings };
  writeFileSync(path.join(results, 'board.json'), `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await browser.close();
  await database.close();
  await stack.stop();
}

async function aDay(page: Page, devtools: CDPSession, db: Db): Promise<{ readings: Reading[]; shown: number; spoken: number }> {
  const identifier = stack.signIns.find(({ role }) => role === 'agent')?.identifier ?? '';
  const [agent] = await db
    .select({ id: users.id, officeId: offices.id, code: offices.code })
    .from(users)
    .innerJoin(offices, eq(offices.id, users.officeId))
    .where(eq(users.email, identifier));
  if (!agent) throw new Error('the demo has no agent of an office');
  const { officeId } = agent;
  let now = new Date();
  const notifier = createOutboxNotifier({ notify: () => Promise.resolve(), logger: silentLogger() });
  const deps = { db, notifier, clock: () => now, timeZone: 'Indian/Antananarivo' };
  const [line, counters] = [createTicketsService(deps), createCountersService(deps)];
  const at = { userId: agent.id, officeId };
  const [service] = await servicesOf(db, [officeId]);
  if (!service) throw new Error('the office has no services');
  await counters.open(at, { label: '1', serviceIds: [service.id] });
  await page.goto(`${stack.origin}/board/${agent.code}`);
  await page.locator('.nobody').waitFor();

  const latest = async (): Promise<string> => page.evaluate("document.querySelector('.latest .number')?.textContent ?? ''");
  const readings: Reading[] = [];
  let shown = 0;
  for (let hour = 0; hour <= HOURS; hour += 1) {
    // After the first hour everything that is made once is made.
    if (hour === 1 || hour === HOURS / 2 || hour === HOURS) readings.push(await read(devtools, hour));
    if (hour === HOURS) break;
    for (let call = 0; call < CALLS_AN_HOUR; call += 1) {
      await runFor(page, STEP_MS);
      now = new Date(await page.evaluate<number>('Date.now()'));
      await line.take(
        { clientId: randomUUID(), officeId, serviceId: service.id, priority: 'none' },
        { source: 'kiosk', userId: null },
      );
      const called = await counters.callNext(at);
      if (!called) throw new Error('nobody was called');
      await until(async () => (await latest()) === called.number, { what: `${called.number} on the board`, timeoutMs: 40_000 });
      shown += 1;
      await counters.act(at, called.id, 'serve');
      await counters.act(at, called.id, 'finish');
    }
  }
  return { readings, shown, spoken: await page.evaluate<number>('window.spoken') };
}
