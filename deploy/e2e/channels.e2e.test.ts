import { randomInt } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, picture } from './browser.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** The sandbox's page, its hosted page, and the public status of the ways to pay, in a browser against the whole stack. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let payer: Page;
let control: Page;
/** Vehicles of nobody, registered by this run: taxes stay paid in the stack's directory. */
let plates: string[];

beforeAll(async () => {
  stack = await startTestStack('e2e-channels');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-channels' });
  plates = ['TXC', 'TXD', 'TXE', 'TXF'].map((letters) => `${randomInt(1_000, 9_999)}${letters}`);
  const common = { country: 'MG', holderName: 'RABE SOLO', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await database.db.insert(vehicles).values(plates.map((plate) => ({ ...common, plate })));
  browser = await launchBrowser();
  payer = await (await openContext(browser)).newPage();
  control = await (await openContext(browser, DESK)).newPage();
  const [citizen] = stack.signIns;
  await payer.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await payer.getByLabel(fr.auth.identifier).fill(citizen?.identifier ?? '');
  await payer.getByLabel(fr.auth.password, { exact: true }).fill(citizen?.password ?? '');
  await payer.getByRole('button', { name: fr.signIn, exact: true }).click();
  await payer.waitForURL('**/vehicules');
  await control.goto(stack.sandboxUrl ?? '');
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

const tell = async (command: string, body: object): Promise<void> => {
  const answer = await fetch(`${stack.sandboxUrl ?? ''}/control/${command}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(204);
};

/** Orders the tax of a plate; ends on the payment's page, or on the provider's. */
async function order(plate: string, provider: 'mvola' | 'stripe'): Promise<void> {
  await payer.goto(`${stack.origin}/payer?plaque=${plate}`, { waitUntil: 'networkidle' });
  await payer.getByRole('radio', { name: fr.payments.provider[provider] }).check();
  if (provider === 'mvola') await payer.getByLabel(fr.payments.phone).fill('034 00 001 50');
  await payer.locator('form button[type=submit]').click();
}
const paid = () => payer.getByText(fr.payments.status.paid).first();

it('a visitor pays by pressing on the payer’s telephone, and sees it arrive on the other page', async () => {
  await tell('ordinary', { vice: 'wait' });
  await order(plates[0] ?? '', 'mvola');
  const accept = control.getByRole('button', { name: /^Accepter/ });
  await accept.waitFor({ timeout: 30_000 });
  expect(await accessibilityFaults(control)).toEqual([]);
  await picture(control, 'sandbox-1440');
  await control.setViewportSize({ width: 390, height: 844 });
  await picture(control, 'sandbox-390');
  await accept.click();
  await control.locator('[data-status=SUCCESSFUL]').first().waitFor();
  await paid().waitFor({ timeout: 30_000 });
  await tell('ordinary', { vice: 'ordinary' });
});

it('a test card is declined, then accepted after the bank was asked', async () => {
  await order(plates[1] ?? '', 'stripe');
  await payer.getByRole('heading', { name: 'Payer par carte' }).waitFor({ timeout: 30_000 });
  expect(await accessibilityFaults(payer)).toEqual([]);
  const type = async (number: string): Promise<void> => {
    await payer.getByLabel(/^Numéro de carte/).fill(number);
    await payer.getByLabel(/^Expire fin/).fill('12 / 34');
    await payer.getByLabel(/^Code de sécurité/).fill('123');
    await payer.getByRole('button', { name: 'Payer' }).click();
  };
  await type('4000 0000 0000 9995');
  await payer.getByRole('alert').waitFor();
  expect(await accessibilityFaults(payer)).toEqual([]);
  await picture(payer, 'card-declined-390');
  await type('4000 0025 0000 3155');
  await payer.getByRole('heading', { name: /banque/ }).waitFor();
  expect(await accessibilityFaults(payer)).toEqual([]);
  await picture(payer, 'card-bank-390');
  await payer.getByRole('button', { name: 'Confirmer le paiement' }).click();
  await payer.waitForURL(`${stack.origin}/**`);
  await paid().waitFor({ timeout: 30_000 });
});

it('the public page says failing while the operator is down, and works again by itself', async () => {
  const anybody = await (await openContext(browser)).newPage();
  await anybody.goto(`${stack.origin}/etat`);
  const shown = (status: string) => anybody.locator(`article[aria-labelledby=canal-mvola][data-status=${status}]`);
  // A run that was cut off left word of an outage in the stack's directory: it has to end by itself first.
  await shown('working').waitFor({ timeout: 120_000 });
  // What was paid above is told of, by both ways, in the first look of a minute.
  await until(async () => (await anybody.getByText(fr.channels.never).count()) === 0, {
    timeoutMs: 90_000,
    what: 'the last payments',
  });
  expect(await accessibilityFaults(anybody)).toEqual([]);
  await picture(anybody, 'etat-working-390');
  await tell('outage', { operator: 'mvola', kind: 'unavailable', seconds: 600 });
  await order(plates[2] ?? '', 'mvola');
  await shown('failing').waitFor({ timeout: 90_000 });
  expect(await anybody.getByText(fr.channels.status.failing, { exact: true }).isVisible()).toBe(true);
  expect(await accessibilityFaults(anybody)).toEqual([]);
  await picture(anybody, 'etat-failing-390');
  // Who is about to pay is told beside that way to pay, and may take it all the same.
  await payer.goto(`${stack.origin}/payer?plaque=${plates[3] ?? ''}`, { waitUntil: 'networkidle' });
  await payer.getByText(fr.channels.notice.failing).first().waitFor();
  expect(await accessibilityFaults(payer)).toEqual([]);
  await picture(payer, 'payer-failing-390');
  await anybody.setViewportSize(DESK);
  await picture(anybody, 'etat-failing-1440');
  await tell('outage', { operator: 'mvola', kind: 'unavailable', seconds: 0 });
  await shown('working').waitFor({ timeout: 150_000 });
  // What was ordered meanwhile is paid, once.
  const answer = async () => (await (await fetch(`${stack.origin}/api/plates/${plates[2] ?? ''}`)).json()) as { paid: boolean };
  await until(async () => (await answer()).paid, { timeoutMs: 60_000, what: 'the payment ordered during the outage' });
}, 400_000);
