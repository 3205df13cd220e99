import { randomInt } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp } from './citizen-pages.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** A tax paid by card: chosen here, typed on the provider's page, confirmed here; and left half-way. */
let stack: RunningStack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const plates = ['TCA', 'TCB'].map((letters) => `${randomInt(1_000, 9_999)}${letters}`);

beforeAll(async () => {
  stack = await startTestStack('e2e-card');
  const database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-card' });
  const common = { country: 'MG', holderName: 'RABE SOLO', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await database.db.insert(vehicles).values(plates.map((plate) => ({ ...common, plate })));
  await database.close();
  browser = await launchBrowser();
  context = await openContext(browser);
  page = await context.newPage();
  await signUp(page, stack, `carte-${randomInt(1e9)}@example.test`);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Chooses the card for a plate and presses "pay"; ends on the provider's page. */
async function toCardPage(plate: string): Promise<void> {
  await page.goto(`${stack.origin}/payer?plaque=${plate}`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.payments.provider.stripe).check();
  expect(await page.getByLabel(fr.payments.phone).count()).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, `card-choose-${page.viewportSize()?.width ?? 0}`);
  await page.getByRole('button', { name: /^Payer/ }).click();
  await page.waitForURL(/\/card\/cs_test_/, { timeout: 30_000 });
}

it('is paid on the provider’s page and confirmed here', async () => {
  await toCardPage(plates[0] ?? '');
  await page.locator('input[name=number]').fill('4242 4242 4242 4242');
  await page.locator('input[name=expiry]').fill('12 / 34');
  await page.locator('input[name=code]').fill('123');
  await page.locator('main form button').click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { name: fr.payments.status.paid }).waitFor({ timeout: 30_000 });
  expect(await page.getByText(fr.payments.provider.stripe).count()).toBeGreaterThan(0);
  expect(await page.getByText(fr.payments.askedPhone, { exact: true }).count()).toBe(0);
  await picture(page, 'card-paid-390');
});

it('that is left can be gone back to or cancelled; nobody is sent there twice', async () => {
  await page.setViewportSize(DESK);
  await toCardPage(plates[1] ?? '');
  await page.goBack({ waitUntil: 'networkidle' });
  if (!page.url().includes('/paiements/')) await page.goForward();
  const payments = await page.evaluate<{ payments: { id: string }[] }>(
    `fetch('${stack.origin}/api/payments').then((a) => a.json())`,
  );
  await page.goto(`${stack.origin}/paiements/${payments.payments[0]?.id ?? ''}`);
  await page.getByRole('heading', { name: fr.payments.card.asked }).waitFor();
  const link = page.getByRole('link', { name: fr.payments.card.open });
  expect(await link.getAttribute('href')).toMatch(/\/card\/cs_test_/);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'card-asked-1440');
  await page.setViewportSize(PHONE);
  await picture(page, 'card-asked-390');
  await page.getByRole('button', { name: fr.payments.card.cancel }).click();
  await page.getByRole('heading', { name: fr.payments.status.failed }).waitFor({ timeout: 30_000 });
  await page.getByText(fr.payments.failure.payer_cancelled).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'card-cancelled-390');
});
