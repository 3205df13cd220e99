import { randomInt } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { collections } from '#client/src/lib/i18n/messages/collections.fr.ts';
import { dashboard as m } from '#client/src/lib/i18n/messages/dashboard.fr.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { CollectionPage } from '#shared/contracts/collections.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { payAs } from './pay-as.ts';
import { signInStaff, staffOf } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** The dashboard through the whole stack: a payment moves the desk, the wall and the telephone; what is under a figure adds up to it. */
const WALL = { width: 1920, height: 1080 };
let stack: RunningStack;
let database: Database;
let browser: Browser;
/** The administrator, who sees every office, with one page for each layout; and somebody who pays. */
let staff: BrowserContext;
let payer: BrowserContext;
let desk: Page;
let wall: Page;
let phone: Page;

beforeAll(async () => {
  stack = await startTestStack('e2e-dashboard');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-dashboard' });
  browser = await launchBrowser();
  [staff, payer] = [await openContext(browser, DESK), await openContext(browser, PHONE)];
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

/** A vehicle of nobody. */
async function newPlate(): Promise<string> {
  const plate = `${randomInt(1_000, 9_999)}T${String.fromCharCode(65 + randomInt(26), 65 + randomInt(26))}`;
  const vehicle = {
    country: 'MG',
    holderName: 'RABE SOLO',
    fuel: 'ES' as const,
    fiscalPower: 4,
    firstRegistration: '2020-05-01',
  };
  await database.db.insert(vehicles).values({ ...vehicle, plate });
  return plate;
}
const digits = (text: string): number => Number(text.replace(/[^\d-]/g, ''));
/** What a figure shows, once it shows a number; of one out of sight, too, which is not laid out. */
const figure = async (page: Page, name: string): Promise<number> =>
  digits((await page.locator(`[data-figure="${name}"]`, { hasText: /\d/ }).textContent()) ?? '');
async function opened(address: string, viewport: { width: number; height: number }): Promise<Page> {
  const page = await staff.newPage();
  await page.setViewportSize(viewport);
  await page.goto(`${stack.origin}${address}`);
  await page.locator('[data-figure="collected-day"]').waitFor();
  await page.locator('.uplot canvas').first().waitFor();
  // What a reload would lose.
  await page.evaluate('globalThis.sameDocument = true');
  return page;
}

it('shows the same at a desk, on a wall and on a telephone', async () => {
  const first = await staff.newPage();
  await signInStaff(first, stack, 'administrator');
  await first.getByRole('link', { name: m.title }).first().click();
  await first.waitForURL('**/bureau/tableau');
  await first.close();
  const citizen = stack.signIns.find(({ role }) => role === 'citizen');
  const page = await payer.newPage();
  await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(citizen?.identifier ?? '');
  await page.getByLabel(fr.auth.password, { exact: true }).fill(citizen?.password ?? '');
  await page.getByRole('button', { name: fr.signIn }).click();
  await page.waitForURL('**/vehicules');
  await page.close();
  [desk, wall, phone] = [
    await opened('/bureau/tableau', DESK),
    await opened('/bureau/mur', WALL),
    await opened('/bureau/tableau', PHONE),
  ];
  const before = await figure(desk, 'collected-day');
  expect([await figure(wall, 'collected-day'), await figure(phone, 'collected-day')]).toEqual([before, before]);
});

it('moves everywhere with a payment, without a reload', async () => {
  const before = await figure(desk, 'collected-day');
  const months = await figure(desk, 'collected-month');
  const paymentId = await payAs(payer, stack, await newPlate());
  await until(async () => (await figure(desk, 'collected-day')) > before, { what: 'the figure of the desk', timeoutMs: 30_000 });
  const now = await figure(desk, 'collected-day');
  const [row] = await database.db.execute<{ amount: string }>(`select amount from payment_intents where id = '${paymentId}'`);
  expect(now - before).toBe(Number(row?.amount));
  await until(async () => (await figure(wall, 'collected-day')) === now && (await figure(phone, 'collected-day')) === now, {
    what: 'the wall and the telephone',
  });
  expect(await figure(desk, 'collected-month')).toBe(months + now - before);
  for (const page of [desk, wall, phone]) expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
  for (const [page, name] of [
    [desk, 'dashboard-1440'],
    [wall, 'dashboard-wall-1920'],
    [phone, 'dashboard-390'],
  ] as const) {
    expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, name);
  }
});

it('can be paused: tells how far it is behind, and goes on with the newest', async () => {
  await desk.keyboard.press('p');
  const before = await figure(desk, 'collected-day');
  await payAs(payer, stack, await newPlate());
  await until(async () => (await figure(wall, 'collected-day')) > before, { what: 'the figure of the wall', timeoutMs: 30_000 });
  await until(async () => Number(await desk.locator('[data-behind]').getAttribute('data-behind')) > 0, { what: 'being behind' });
  expect(await figure(desk, 'collected-day')).toBe(before);
  await picture(desk, 'dashboard-paused-1440');
  await desk.keyboard.press('?');
  await desk.getByRole('dialog', { name: m.help.title }).waitFor();
  expect(await accessibilityFaults(desk)).toEqual([]);
  await desk.keyboard.press('Escape');
  // A key that comes while the help is still going away is the help's.
  await desk.getByRole('dialog', { name: m.help.title }).waitFor({ state: 'hidden' });
  await desk.keyboard.press('p');
  await until(async () => (await figure(desk, 'collected-day')) === (await figure(wall, 'collected-day')), {
    what: 'the newest',
  });
});

it('has the numbers of a chart as a table, by keyboard', async () => {
  const chart = desk.getByRole('figure', { name: m.hours.title });
  await chart.getByRole('button', { name: m.chart.table }).press('Enter');
  const hours = await chart.locator('tbody td:nth-of-type(1)').allInnerTexts();
  expect(hours.length).toBe(24);
  const sum = hours.map((text) => (text === '–' ? 0 : digits(text))).reduce((all, one) => all + one, 0);
  expect(sum).toBe(await figure(desk, 'collected-day'));
  await chart.getByRole('button', { name: m.chart.table }).press('Enter');

  // A bar opens as the figure does: to the movements of its hour.
  const hour = hours.findLastIndex((text) => text !== '–' && digits(text) !== 0);
  const plot = chart.locator('.u-over');
  // Once it has the size that it keeps: it was not there while its table was.
  await plot.hover();
  const { width = 0, height = 0 } = (await plot.boundingBox()) ?? {};
  await plot.click({ position: { x: ((hour + 0.5) / 24) * width, y: height / 2 } });
  await desk.waitForURL(`**/bureau/tableau/mouvements?**&hour=${hour}`);
  await until(async () => (await figure(desk, 'net')) === digits(hours[hour] ?? ''), { what: 'the sum of the hour' });
  await desk.getByRole('link', { name: `← ${collections.back}` }).click();
  await desk.locator('[data-figure="collected-day"]').waitFor();
});

it('opens a figure to what is under it: the same sum, exported whole, down to the payment', async () => {
  const shown = await figure(desk, 'collected-day');
  await desk.getByRole('link', { name: m.money.day }).click();
  await desk.waitForURL('**/bureau/tableau/mouvements?**');
  await desk.locator('[data-figure="net"]').waitFor();
  expect(await figure(desk, 'net')).toBe(shown);
  const query = new URL(desk.url()).search;
  const { totals, movements } = CollectionPage.parse(
    await (await staff.request.get(`${stack.origin}/api/collections${query}`)).json(),
  );
  expect([totals.net, movements.reduce((sum, { amount }) => sum + amount, 0)]).toEqual([shown, shown]);
  expect(await accessibilityFaults(desk)).toEqual([]);
  await picture(desk, 'dashboard-movements-1440');

  const [download] = await Promise.all([
    desk.waitForEvent('download'),
    desk.getByRole('link', { name: collections.csv }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^mouvements-\d{4}-\d\d-\d\d\.csv$/);
  const csv = await (await staff.request.get(`${stack.origin}/api/collections/export${query}&format=csv`)).text();
  const rows = parse(csv.replace(/^\ufeff/, '')).slice(1);
  const total = rows.pop();
  expect([rows.length, Number(total?.[8]), rows.reduce((sum, row) => sum + Number(row[8]), 0)]).toEqual([
    movements.length,
    shown,
    shown,
  ]);
  const book = new ExcelJS.Workbook();
  const file = await (await staff.request.get(`${stack.origin}/api/collections/export${query}&format=xlsx`)).body();
  await book.xlsx.load(file as never);
  const sheet = book.worksheets[0];
  expect(sheet?.getRow(sheet.rowCount).getCell(9).value).toBe(shown);

  await desk.setViewportSize(PHONE);
  expect(await desk.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await picture(desk, 'dashboard-movements-390');
  await desk.setViewportSize(DESK);
  await desk
    .getByRole('link', { name: /^Voir le paiement/ })
    .first()
    .click();
  await desk.getByRole('heading', { level: 1, name: collections.payment.title }).waitFor();
  await desk.getByText(collections.payment.privacy).waitFor();
  expect(await accessibilityFaults(desk)).toEqual([]);
  await picture(desk, 'dashboard-payment-1440');
});

it('shows a supervisor their office alone', async () => {
  const context = await openContext(browser, DESK);
  const page = await context.newPage();
  await signInStaff(page, stack, 'supervisor');
  await page.goto(`${stack.origin}/bureau/tableau`);
  await page.locator('[data-figure="collected-day"]').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).not.toContain(m.national);
  expect(await page.getByLabel(m.scope).count()).toBe(0);
  const today = new Date().toISOString().slice(0, 10);
  const nation = await context.request.get(`${stack.origin}/api/collections?from=${today}&to=${today}`);
  expect(nation.status()).toBe(403);
  expect(staffOf(stack, 'supervisor').role).toBe('supervisor');
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'dashboard-office-1440');
  await context.close();
});

it('says on the wall that it is not live, and comes back by itself', async () => {
  await staff.setOffline(true);
  await wall.getByText(m.wall.stopped('').trim()).waitFor({ timeout: 30_000 });
  await picture(wall, 'dashboard-wall-offline-1920');
  const before = await figure(wall, 'collected-day');
  await payAs(payer, stack, await newPlate());
  await staff.setOffline(false);
  await until(async () => (await figure(wall, 'collected-day')) > before, {
    what: 'the wall after the break',
    timeoutMs: 30_000,
  });
  expect(await wall.getByText(m.wall.stopped('').trim()).count()).toBe(0);
});

it('is left on the wall without a session, which shows these figures and nothing else', async () => {
  await wall.mouse.move(600, 500);
  await wall.mouse.move(620, 520);
  await wall.getByRole('button', { name: m.wall.keep }).click();
  await wall.waitForURL((url) => url.pathname === '/mur');
  await staff.clearCookies();
  await wall.reload();
  await wall.locator('[data-figure="collected-day"]').waitFor();
  const before = await figure(wall, 'collected-day');
  await payAs(payer, stack, await newPlate());
  await until(async () => (await figure(wall, 'collected-day')) > before, {
    what: 'the wall without a session',
    timeoutMs: 30_000,
  });
  expect(await accessibilityFaults(wall)).toEqual([]);
  const [office] = await database.db.execute<{ id: string }>('select id from offices limit 1');
  await wall.goto(`${stack.origin}/mur?perimetre=office-${office?.id ?? ''}`);
  await wall.getByRole('heading', { name: m.wall.notSetUp }).waitFor();
  expect((await staff.request.get(`${stack.origin}/api/collections?from=2026-01-01&to=2026-01-01`)).status()).toBe(401);
});
