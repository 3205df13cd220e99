import { eq, sql } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { documentFields, documents } from '#db/schema/documents.ts';
import { outbox } from '#db/schema/platform.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { KEY_FIELDS } from '#shared/contracts/documents.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { formatPlate, normalisePlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { DESK, PHONE, accessibilityFaults, launchBrowser, openContext, picture } from './browser.ts';
import { signUp, submitPhotographs, watchProgress } from './citizen-pages.ts';
import { witnessLive } from './live-witness.ts';
import { anySample, keyFieldsOf } from './samples.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** A citizen photographs a carte grise and watches it being read: the real pages in Chromium, through the balancer, on the real stack. */
let stack: RunningStack;
let browser: Browser;
let database: Database;
let context: BrowserContext;
let page: Page;
let faults: string[];
let people = 0;

beforeAll(async () => {
  stack = await startTestStack('e2e');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 2, applicationName: 'e2e' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});

beforeEach(async () => {
  context = await openContext(browser, PHONE);
  page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  people += 1;
  await signUp(page, stack, `citoyen-${people}-${Date.now()}@exemple.mg`);
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const shows = (where: Page, text: string): Promise<boolean> =>
  where
    .getByText(text, { exact: false })
    .first()
    .isVisible()
    .catch(() => false);
const isRead = (where: Page): Promise<boolean> => shows(where, fr.documents.reading.readTitle);

/** How often the database was told that the document had been read, and how often a reader began. */
async function readings(documentId: string): Promise<{ told: number; begun: number }> {
  const { db } = database;
  const rows = await db
    .select({ name: outbox.name })
    .from(outbox)
    .where(sql`${outbox.name} = 'document.read' and ${outbox.payload}->>'documentId' = ${documentId}`);
  const [document] = await db.select().from(documents).where(eq(documents.id, documentId));
  return { told: rows.length, begun: document?.attemptsTotal ?? 0 };
}

/** The key fields as the database holds them. */
async function keyFieldsRead(documentId: string): Promise<Record<string, string>> {
  const rows = await database.db.select().from(documentFields).where(eq(documentFields.documentId, documentId));
  const key = rows.filter(({ name }) => KEY_FIELDS.some((one) => one === name));
  return Object.fromEntries(key.map(({ name, value }) => [name, value]));
}

it('the first page weighs under 80 KB of JavaScript as it travels', async () => {
  const fresh = await openContext(browser, PHONE);
  const tab = await fresh.newPage();
  const devtools = await fresh.newCDPSession(tab);
  await devtools.send('Network.enable');
  const scripts = new Set<string>();
  let bytes = 0;
  devtools.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await tab.goto(stack.origin, { waitUntil: 'networkidle' });
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(80 * 1024);
  expect(await accessibilityFaults(tab)).toEqual([]);
  await fresh.close();
});

it('signs up, gives a photograph, sees it read step by step, confirms, and the vehicle is in the list', async () => {
  const given = anySample('007_mild_mg_a5.jpg', '001_mild_malagasy.jpg');
  await picture(page, 'vehicules-vide');
  const documentId = await submitPhotographs(page, stack, given.files);
  const moments = await watchProgress(page, () => isRead(page));
  const percents = moments.map(({ percent }) => percent);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(moments.length).toBeGreaterThanOrEqual(10);
  expect(new Set(moments.map(({ step }) => step)).size).toBeGreaterThanOrEqual(3);
  console.log(`progress states seen: ${moments.length}, from ${percents[0] ?? '-'} to ${percents.at(-1) ?? '-'} %`);

  expect(await keyFieldsRead(documentId)).toEqual(keyFieldsOf(given));
  const plate = formatPlate(normalisePlate(given.fields.plate), 'MG');
  for (const value of [plate, given.fields.make, given.fields.owner]) {
    await until(() => shows(page, value), { what: `${value} on the page` });
  }
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'lecture-terminee');
  const second = await context.newPage();
  const witness = witnessLive(second);
  await second.goto(page.url());
  for (const value of [plate, given.fields.make, given.fields.owner]) {
    await until(() => shows(second, value), { what: `${value} in the second tab` });
  }
  expect(await readings(documentId)).toEqual({ told: 1, begun: 1 });

  await page.getByRole('link', { name: fr.documents.reading.next }).click();
  await page.waitForURL('**/verifier');
  await page.getByLabel(fr.documents.check.declare).check();
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'verifier');
  const pressedAt = performance.now();
  const followed = until(() => shows(second, fr.documents.reading.confirmedTitle), { what: 'the second tab', timeoutMs: 30_000 });
  const followedAfter = followed.then(
    () => Math.round(performance.now() - pressedAt),
    () => null,
  );
  await page.getByRole('button', { name: fr.documents.check.confirm }).click();
  await page.waitForURL('**/vehicules**');
  await until(() => shows(page, plate), { what: 'the vehicle in the list' });
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'vehicules');
  // It was told as well. Later than this means that the message was lost, and found again by the question "am I behind?".
  const tookMs = await followedAfter;
  console.log(`the second tab followed after ${tookMs ?? 'more than 30,000'} ms`);
  if (tookMs === null || tookMs > 10_000)
    throw new Error(`the second tab came too late\n${await witness.account(database.db, topicOf('document', documentId))}`);
  await page.setViewportSize(DESK);
  await picture(page, 'vehicules-bureau');
});

it('a reload in the middle loses nothing, and a second tab shows the same', async () => {
  await submitPhotographs(page, stack, anySample('004_mild_ci_card_recto.jpg', '002_mild_card_recto.jpg').files);
  await watchProgress(page, async () => (await page.locator('[aria-current="step"]').count()) > 0);
  const second = await context.newPage();
  await Promise.all([page.reload(), second.goto(page.url())]);
  await Promise.all([
    watchProgress(page, () => isRead(page)),
    until(() => isRead(second), { what: 'read in the second tab', timeoutMs: 90_000 }),
  ]);
  const texts = await Promise.all([page, second].map((one) => one.locator('main').innerText()));
  const values = texts.map((text) => text.replace(/\d\d:\d\d(:\d\d)?|\d+ s\b/g, ''));
  expect(values[0]).toBe(values[1]);
});

it('the node that the page is connected to is killed with -9 in the middle: the page arrives all the same', async () => {
  const documentId = await submitPhotographs(page, stack, anySample('003_mild_french.jpg').files);
  await until(() => page.locator('[aria-current="step"]').count(), { what: 'the reading goes on', timeoutMs: 30_000 });
  const cookies = await context.cookies();
  const node = ['node-1', 'node-2'].find((name) => cookies.some(({ value }) => value === name)) ?? 'node-1';
  stack.processes.get(node)?.kill('SIGKILL');
  await watchProgress(page, () => isRead(page));
  expect(await readings(documentId)).toEqual({ told: 1, begun: 1 });
  await stack.processes.get(node)?.restart();
});

it('the worker is killed with -9 in the middle: the job is done once', async () => {
  const documentId = await submitPhotographs(page, stack, anySample('001_mild_malagasy.jpg').files);
  await until(() => page.locator('[aria-current="step"]').count(), { what: 'the reading goes on', timeoutMs: 30_000 });
  const worker = stack.processes.get('ocr');
  worker?.kill('SIGKILL');
  await worker?.restart();
  await watchProgress(page, () => isRead(page));
  expect(await readings(documentId)).toEqual({ told: 1, begun: 2 });
});

it('the worker is frozen: the screen stops, says so, and goes on when it thaws', async () => {
  await submitPhotographs(page, stack, anySample('001_mild_malagasy.jpg').files);
  await until(() => page.locator('[aria-current="step"]').count(), { what: 'the reading goes on', timeoutMs: 30_000 });
  const worker = stack.processes.get('ocr');
  worker?.kill('SIGSTOP');
  const [before = ''] = fr.documents.reading.stalled('§').split('§');
  // The figure that is seen; what is read out to the blind says it once and does not tick.
  const notice = page.locator('p.figures').filter({ hasText: before.trim() });
  const told = await until(() => notice.textContent({ timeout: 100 }).catch(() => null), {
    what: 'the page says that nothing moves',
    timeoutMs: 15_000,
  });
  const frozen = await page.getByRole('progressbar').getAttribute('aria-valuenow');
  await picture(page, 'lecture-figee');
  // The silence is counted on, the progress stands.
  await until(async () => (await notice.textContent()) !== told, { what: 'the silence grows' });
  expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe(frozen);
  worker?.kill('SIGCONT');
  await watchProgress(page, () => isRead(page));
});

it('signing out in one tab closes the other', async () => {
  const other = await context.newPage();
  await other.goto(`${stack.origin}/vehicules`);
  await page.goto(`${stack.origin}/compte`);
  await page.getByRole('button', { name: fr.signOut }).first().click();
  await other.waitForURL('**/connexion**', { timeout: 5_000 });
});
