import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { reports as table } from '#db/schema/reports.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createReportLinks, LINK_MS } from '#server/reports/report-links.ts';
import { errors } from '#client/src/lib/i18n/messages/errors.fr.ts';
import { reports as m } from '#client/src/lib/i18n/messages/reports.fr.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';

/** Reports through the whole stack: asked for on the page, made by the worker, followed live, fetched, given up. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  stack = await startTestStack('e2e-reports');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-reports' });
  browser = await launchBrowser();
  page = await (await openContext(browser, DESK)).newPage();
  await signInStaff(page, stack, 'supervisor');
  await page.goto(`${stack.origin}/bureau/rapports`);
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

const ask = () => page.getByRole('button', { name: m.ask.submit });
const items = () => page.getByRole('article');

it('a report is asked for, followed until it is ready, and fetched', async () => {
  await page.getByText(m.list.none).waitFor();
  await ask().focus();
  await page.keyboard.press('Enter');
  await page.getByText(m.ask.asked).waitFor();
  // No reload: its state comes by itself.
  const download = items()
    .first()
    .getByRole('button', { name: /^Télécharger PDF/ });
  await download.waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), download.press('Enter')]);
  expect(file.suggestedFilename()).toMatch(/^rapport-journalier-\d{4}-\d\d-\d\d-national\.pdf$/);
  expect((await readFile(await file.path())).subarray(0, 5).toString()).toBe('%PDF-');
  expect(await items().first().getByText(m.provisional).count()).toBe(1);
});

it('the list of receipts is no PDF, and comes as a spreadsheet of an office', async () => {
  await page.locator('#rapport-periode').selectOption('month');
  await page.locator('#rapport-portee').selectOption({ index: 1 });
  await page.locator('#rapport-contenu').selectOption('movements');
  expect(await page.locator('#rapport-format').inputValue()).toBe('xlsx');
  expect(await page.locator('#rapport-format option').allTextContents()).toEqual([m.ask.formats.xlsx, m.ask.formats.csv]);
  await ask().click();
  const first = items().first();
  await first.getByRole('button', { name: /^Télécharger XLSX/ }).waitFor();
  expect(await items().count()).toBe(2);
  const again = first.getByRole('button', { name: new RegExp(`^${m.again}`) });
  await again.click();
  await until(async () => (await items().count()) === 3, { what: 'the same once more' });
});

it('a period that has not begun is refused in words; a link that has ended is gone, in words', async () => {
  await page.locator('#rapport-periode').selectOption('day');
  await page.getByLabel(m.ask.when.day, { exact: true }).fill('2099-01-01');
  await ask().click();
  await page.getByText(String(errors.REPORT_PERIOD_AHEAD)).waitFor();
  const [row] = await database.db.select().from(table).limit(1);
  const past = {
    key: deriveKey(stack.env['AUTH_SECRET'] ?? '', 'report-links'),
    clock: () => new Date(Date.now() - 2 * LINK_MS),
  };
  const { token } = createReportLinks(past).make(row?.id ?? '', row?.askedBy ?? '');
  const answer = await page.request.get(`${stack.origin}/api/reports/files/${token}`);
  expect([answer.status(), ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
    410,
    'REPORT_LINK_EXPIRED',
  ]);
});

it('looks right and says what it is, large and small', async () => {
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'reports-1440');
  await page.setViewportSize(PHONE);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await picture(page, 'reports-390');
});
