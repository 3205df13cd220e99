import { randomInt } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import type { PaymentFailure } from '#shared/contracts/payments.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp } from './citizen-pages.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** Paying by MTN Mobile Money in Benin, on a dark screen: it tells why it refuses, and gives the payer five minutes. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let page: Page;
let plate: string;
const m = fr.payments;

beforeAll(async () => {
  stack = await startTestStack('e2e-paying-benin', { environment: { COUNTRY: 'bj' } });
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-paying-benin' });
  plate = `BE${randomInt(1_000, 9_999)}RB`;
  const vehicle = {
    country: 'BJ',
    holderName: 'RABE SOLO',
    fuel: 'ES' as const,
    fiscalPower: 6,
    firstRegistration: '2020-05-01',
  };
  await database.db
    .insert(vehicles)
    .values({ ...vehicle, plate })
    .onConflictDoNothing();
  browser = await launchBrowser();
  page = await (await openContext(browser, PHONE, true)).newPage();
  await signUp(page, stack, `payer-${randomInt(1_000_000_000)}@example.test`);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});

const heading = (text: string) => page.getByRole('heading', { level: 1, name: text, exact: true });
const look = async (name: string): Promise<void> => {
  expect(await accessibilityFaults(page), name).toEqual([]);
  await picture(page, `paying-benin-${name}-390-dark`);
};

/** Orders with a telephone whose last two digits choose what becomes of it. */
async function order(digits: string): Promise<void> {
  await page.getByRole('radio', { name: m.provider.mtn_momo }).check();
  await page.getByLabel(m.phone).fill(`01 90 01 10 ${digits}`);
  await page.locator('form button[type=submit]').click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
}

it('is refused with each reason and what can be done about it, then waits five minutes for the payer', async () => {
  await page.goto(`${stack.origin}/payer?plaque=${plate}`, { waitUntil: 'networkidle' });
  await look('choose');
  const reasons: [string, PaymentFailure][] = [
    ['25', 'not_enough_funds'],
    ['26', 'payer_declined'],
    ['27', 'payer_not_found'],
    ['28', 'payer_too_late'],
    ['38', 'limit_reached'],
  ];
  for (const [digits, failure] of reasons) {
    await order(digits);
    await heading(m.status.failed).waitFor({ timeout: 40_000 });
    await page.getByText(m.failure[failure]).waitFor();
    if (digits === '25') await look('refused');
    await page.getByRole('link', { name: m.again }).click();
    await page.waitForURL(`**/payer?plaque=${plate}`);
  }
  await order('37');
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  expect(await page.getByRole('timer').innerText()).toMatch(/^Il reste (4:|5:00)/);
  await page.getByText(m.todo.mtn_momo[2] ?? '').waitFor();
  await look('asked');
}, 200_000);
