import { randomInt } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { formatPlate, normalisePlate } from '#shared/domain/plates.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { UNKNOWN_VEHICLE } from '#shared/domain/tax/vehicle.ts';
import { FuelCode } from '#shared/contracts/documents.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { DESK, PHONE, accessibilityFaults, launchBrowser, openContext, picture } from './browser.ts';
import { signUp, submitPhotographs } from './citizen-pages.ts';
import { anySample } from './samples.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** What is owed as people see it: a stranger looks a plate up, and who gives a photograph sees the price settle. */
let stack: RunningStack;
let browser: Browser;
let database: Database;
let context: BrowserContext;
let page: Page;
let faults: string[];

const COMMON = {
  country: 'MG',
  holderName: 'RABE SOLO',
  make: 'PEUGEOT',
  fuel: 'ES',
  fiscalPower: 7,
  firstRegistration: '2014-05-01',
};
/** Vehicles of nobody, registered by this run. */
const number = randomInt(1_000, 9_999);
const DUE = `${number}TLA`;
const EXEMPT = `${number}TLB`;
const UNDETERMINED = `${number}TLC`;

/** Of this run alone: look-ups are counted for an hour, and the samples' vehicles stay registered. */

beforeAll(async () => {
  stack = await startTestStack('e2e-look-up');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 2, applicationName: 'e2e-look-up' });
  await database.db.insert(vehicles).values([
    { ...COMMON, plate: DUE },
    { ...COMMON, plate: EXEMPT, category: 'AMBULANCE' },
    { ...COMMON, plate: UNDETERMINED, fiscalPower: null },
  ]);
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
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const tax = fr.tax;
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ').trim();
const ariary = (amount: number): string => plain(formatMoney(amount, countryOf('MG'), 'fr'));
const textsOf = async (selector: string): Promise<string[]> => (await page.locator(selector).allInnerTexts()).map(plain);
const lookUp = async (plate: string): Promise<PlateLookup> =>
  PlateLookup.parse(await (await fetch(`${stack.origin}/api/plates/${plate}`)).json());
const seen = (text: string): Promise<unknown> => page.getByText(text, { exact: false }).first().waitFor();

/** Looks a plate up by the box of the page that is open. */
async function search(typed: string): Promise<void> {
  await page.getByLabel(tax.lookup.label).fill(typed);
  await page.getByRole('button', { name: tax.lookup.search }).click();
}

it('a stranger looks a plate up, sees each line, presses pay, signs in, and checks that very vehicle', async () => {
  const { assessment } = await lookUp(DUE);
  const amounts = assessment.lines.map(({ amount }) => ariary(amount));
  const total = assessment.total ?? 0;
  await page.goto(stack.origin, { waitUntil: 'networkidle' });
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'accueil');
  await search(`${number} tla`);
  await page.waitForURL(`**/plate/${DUE}`);
  await page.locator('table').waitFor();
  expect(await textsOf('tbody td')).toEqual(amounts);
  expect(await textsOf('tfoot td')).toEqual([ariary(total)]);
  expect(assessment.lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
  const marks = assessment.lines.filter(({ source }) => source === 'assumption').length;
  expect(await page.locator('tbody').getByText(tax.assumed).count()).toBe(marks);
  expect(plain(await page.title())).toContain(`${formatPlate(DUE, 'MG')} : taxe ${assessment.fiscalYear}`);
  expect(await page.locator('meta[name=robots]').getAttribute('content')).toBe('noindex');
  expect(await page.content()).not.toContain('RABE');
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'plaque');

  await page.getByRole('link', { name: /^Payer/ }).click();
  await page.waitForURL('**/connexion?suite=*');
  const [citizen] = stack.signIns;
  await page.getByLabel(fr.auth.identifier).fill(citizen?.identifier ?? '');
  await page.getByLabel(fr.auth.password, { exact: true }).fill(citizen?.password ?? '');
  await page.getByRole('button', { name: fr.signIn }).click();
  await page.waitForURL(`**/payer?plaque=${DUE}`);
  await page.locator('table').waitFor();
  expect(await page.locator('caption').allInnerTexts()).toHaveLength(1);
  expect(await textsOf('tbody td')).toEqual(amounts);
  expect(plain(await page.getByRole('button', { name: /^Payer/ }).innerText())).toBe(`Payer ${ariary(total)}`);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'payer-plaque');
});

it('a shared address says what is owed, or why that cannot be said', async () => {
  const answer = await fetch(`${stack.origin}/plate/${DUE}`);
  expect(answer.headers.get('x-robots-tag')).toBe('noindex');
  expect(answer.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  await page.setViewportSize(DESK);
  await page.goto(`${stack.origin}/plate/${EXEMPT}`);
  await seen(tax.lookup.exemptText);
  expect(await textsOf('tfoot td')).toEqual([ariary(0)]);
  expect(await page.getByRole('link', { name: /^Payer/ }).count()).toBe(0);
  await picture(page, 'plaque-exoneree');
  await search(formatPlate(UNDETERMINED, 'MG'));
  await seen(tax.missing(tax.field.fiscal_power));
  expect(await accessibilityFaults(page)).toEqual([]);
  await search('9999 TZZ');
  await seen(tax.lookup.unknownTitle);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'plaque-inconnue');
  await search('BE 8762 RB');
  await seen(tax.lookup.foreignTitle);
  await search('?!');
  await seen(tax.lookup.empty);
  await search('12');
  await seen(tax.lookup.invalid);
  // A form that was sent before the page's code was there.
  await page.goto(`${stack.origin}/plate?plaque=${number}+tla`);
  await page.waitForURL(`**/plate/${DUE}`);
  await seen(tax.lookup.privacy);
  await context.setOffline(true);
  await search(EXEMPT);
  await seen(tax.lookup.awayTitle);
  await context.setOffline(false);
  await page.getByRole('button', { name: fr.retry }).click();
  await seen(tax.lookup.exemptText);
});

it('the price settles while a carte grise is read, follows a correction, and is what the vehicle then owes', async () => {
  await signUp(page, stack, `prix-${Date.now()}@exemple.mg`);
  const given = anySample('007_mild_mg_a5.jpg', '001_mild_malagasy.jpg');
  await submitPhotographs(page, stack, given.files);
  const figures: string[] = [];
  await until(
    async () => {
      const [figure] = await textsOf('.price .figure');
      if (figure && figure !== figures.at(-1)) figures.push(figure);
      return page.getByRole('heading', { name: fr.documents.reading.readTitle }).isVisible();
    },
    { what: 'the end of the reading', timeoutMs: 90_000, everyMs: 30 },
  );
  console.log(`prices seen: ${figures.join(' → ')}`);
  const { grid, today, fiscalYear } = GridInForce.parse(await (await fetch(`${stack.origin}/api/grid`)).json());
  const { fuel, fiscal_power: fiscalPower, first_reg: firstRegistration } = given.fields;
  const owed = (power: number): number => {
    const vehicle = { ...UNKNOWN_VEHICLE, fuel: FuelCode.parse(fuel), fiscalPower: power, firstRegistration };
    return assess({ vehicle, fiscalYear, on: today, grid }).total ?? NaN;
  };
  expect(figures[0]).toMatch(/^Entre /);
  const settled = async (amount: number) =>
    until(async () => (await textsOf('.price .figure')).join() === ariary(amount), { what: `the price ${amount}` });
  await settled(owed(fiscalPower));
  await until(
    async () => (await textsOf('.price [aria-live]')).join() === plain(tax.price.saysSettled(ariary(owed(fiscalPower)))),
    {
      what: 'the price said once it rests',
    },
  );
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'prix-lecture');

  await page.getByRole('button', { name: fr.documents.fields.editOf(fr.documents.fields.name.fiscal_power) }).click();
  await page.locator('#saisie-fiscal_power').fill('3');
  await page.getByRole('button', { name: fr.save }).click();
  await settled(owed(3));
  expect(owed(3)).not.toBe(owed(fiscalPower));

  await page.getByRole('link', { name: fr.documents.reading.next }).click();
  await page.waitForURL('**/verifier');
  await settled(owed(3));
  await page.getByText(tax.explain).click();
  expect(await textsOf('tfoot td')).toEqual([ariary(owed(3))]);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'prix-verifier');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: fr.documents.check.confirm }).click();
  await page.waitForURL('**/vehicules?ajoute=*');
  await seen(formatPlate(normalisePlate(given.fields.plate), 'MG'));
  expect(await textsOf('.due .sum')).toEqual([ariary(owed(3))]);
  await page.getByText(tax.explain).click();
  expect(await textsOf('tfoot td')).toEqual([ariary(owed(3))]);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'vehicules-du');
  await page.setViewportSize(DESK);
  await picture(page, 'vehicules-du-large');
});

it('a French carte grise is read, shown and filed as French, with no price of here', async () => {
  await signUp(page, stack, `francais-${Date.now()}@exemple.mg`);
  await submitPhotographs(page, stack, anySample('003_mild_french.jpg').files);
  await page.getByRole('heading', { name: fr.documents.reading.readTitle }).waitFor({ timeout: 90_000 });
  await seen(tax.elsewhere('France'));
  expect(await page.locator('.price .figure').count()).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'prix-francais');
  await page.getByRole('link', { name: fr.documents.reading.next }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: fr.documents.check.confirm }).click();
  // The demo's neighbour has this vehicle, in the French part of the register.
  await page.locator('#doublon').getByText('GJ-782-PW').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('after fifty look-ups in an hour it says when the next is taken', async () => {
  // From the browser's own address: what another process asks is another visitor's.
  await page.goto(stack.origin);
  const refused = (plate: string): Promise<boolean> =>
    page.evaluate(async (address) => (await fetch(address)).status === 429, `/api/plates/${plate}`);
  await until(() => refused(DUE), { what: 'the limit', everyMs: 1 });
  await page.goto(`${stack.origin}/plate/${DUE}`);
  await seen(tax.lookup.limitedTitle);
  expect(plain(await page.getByText('Vous pourrez recommencer').innerText())).toMatch(/dans \d+ (s|min|h), vers \d\d:\d\d\./);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'plaque-limite');
});
