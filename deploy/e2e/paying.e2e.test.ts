import { randomInt } from 'node:crypto';
import { eq, inArray } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, type Database } from '#db/connect.ts';
import { approveGrid, draftGrid, proposeGrid } from '#db/price-grid-versions.ts';
import { findGrid, versionInForce } from '#db/price-grids.repository.ts';
import { users } from '#db/schema/identity.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp } from './citizen-pages.ts';
import { payAs } from './pay-as.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** Paying by mobile money as a citizen lives it, on a telephone's screen, against the whole stack: every way that it can go. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let page: Page;
const m = fr.payments;
const email = `payer-${randomInt(1_000_000_000)}@example.test`;

/** A vehicle of nobody, registered for this test: taxes stay paid in the stack's directory. */
async function newPlate(): Promise<string> {
  const plate = `${randomInt(1_000, 9_999)}T${String.fromCharCode(65 + randomInt(26), 65 + randomInt(26))}`;
  const common = { country: 'MG', holderName: 'RABE SOLO', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  const added = await database.db
    .insert(vehicles)
    .values({ ...common, plate })
    .onConflictDoNothing()
    .returning();
  return added.length === 1 ? plate : newPlate();
}

/** Makes it a vehicle of the one who pays here. */
async function giveToPayer(plate: string): Promise<void> {
  const { db } = database;
  const [user] = await db.select().from(users).where(eq(users.email, email));
  const userId = user?.id ?? '';
  await db.insert(owners).values({ userId, name: 'Rakoto Andry' }).onConflictDoNothing();
  const [owner] = await db.select().from(owners).where(eq(owners.userId, userId));
  await db
    .update(vehicles)
    .set({ ownerId: owner?.id ?? null })
    .where(eq(vehicles.plate, plate));
}

const Orders = z.object({ orders: z.array(z.object({ id: z.string(), externalId: z.string(), status: z.string() })) });
/** The order that the operator has for a payment. */
const orderOf = (paymentId: string): Promise<string> =>
  until(
    async () => {
      const { orders } = Orders.parse(await (await fetch(`${stack.sandboxUrl ?? ''}/control/state`)).json());
      return orders.find(({ externalId, id }) => externalId === paymentId || id === paymentId)?.id;
    },
    { what: 'the order at the operator', timeoutMs: 30_000 },
  );

async function tell(address: string, body: object): Promise<void> {
  const answer = await fetch(`${stack.sandboxUrl ?? ''}${address}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(204);
}
const accept = async (paymentId: string): Promise<void> =>
  tell('/settle', { id: await orderOf(paymentId), status: 'SUCCESSFUL' });

const heading = (text: string, on = page) => on.getByRole('heading', { level: 1, name: text, exact: true });
const pay = () => page.locator('form button[type=submit]');
const paymentId = (): string => new URL(page.url()).pathname.split('/').at(-1) ?? '';

async function check(name: string, on = page): Promise<void> {
  expect(await accessibilityFaults(on), name).toEqual([]);
  await picture(on, `paying-${name}-390`);
  await on.setViewportSize(DESK);
  await picture(on, `paying-${name}-1440`);
  await on.setViewportSize(PHONE);
}

async function toCheckPage(plates: readonly string[]): Promise<void> {
  await page.goto(`${stack.origin}/payer?${plates.map((plate) => `plaque=${plate}`).join('&')}`, { waitUntil: 'networkidle' });
  await page.getByRole('radio', { name: m.provider.mvola }).check();
}
/** Orders and waits for the payment's page; answers its id. */
async function order(plates: readonly string[], phone = '034 00 001 50'): Promise<string> {
  await toCheckPage(plates);
  await page.getByLabel(m.phone).fill(phone);
  await pay().click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  return paymentId();
}

beforeAll(async () => {
  stack = await startTestStack('e2e-paying');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-paying' });
  browser = await launchBrowser();
  page = await (await openContext(browser)).newPage();
  await signUp(page, stack, email);
  await tell('/control/ordinary', { vice: 'wait' });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});

it('is paid by telephone: reload in the middle, a second tab, the line cut and back, announced once', async () => {
  const plate = await newPlate();
  await toCheckPage([plate]);
  await page.getByLabel(m.phone).fill('034 00 0');
  await page.getByLabel(m.phone).blur();
  await page.getByText(m.phoneCheck).waitFor();
  await page.getByLabel(m.phone).fill('034 00 001 50');
  await page.getByText(m.phoneRead('+261 34 00 001 50')).waitFor();
  await page.getByText(fr.channels.status.working).first().waitFor({ timeout: 30_000 });
  await check('choose');
  await pay().click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  await page.getByText(m.todo.title).waitFor();
  await check('asked');
  const id = paymentId();
  await page.reload({ waitUntil: 'networkidle' });
  await heading(m.status.asked).waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await heading(m.status.asked, second).waitFor();
  // What the page announces, one sentence for each change.
  await page.evaluate(`{
    const region = document.querySelector('p[aria-live=polite]');
    window.said = [];
    new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  }`);
  await page.context().setOffline(true);
  await accept(id);
  expect(await heading(m.status.asked).isVisible()).toBe(true);
  await page.context().setOffline(false);
  await heading(m.status.paid).waitFor({ timeout: 30_000 });
  await heading(m.status.paid, second).waitFor({ timeout: 30_000 });
  const said = z.array(z.string()).parse(await page.evaluate('window.said'));
  expect(said.filter((text) => text === m.status.paid)).toHaveLength(1);
  await page.getByRole('link', { name: /^Reçu en PDF/ }).waitFor({ timeout: 20_000 });
  await check('paid');
  await second.close();
  // Kept as a bookmark, it says the same.
  await page.goto(`${stack.origin}/paiements/${id}`);
  await heading(m.status.paid).waitFor();
  await page
    .getByRole('button', { name: /^Présenter|^Montrer|^Afficher/ })
    .first()
    .click();
  await page.locator('dialog[open] svg.qr').waitFor();
  await check('code');

  // Who comes to pay it again is told, and cannot.
  await page.goto(`${stack.origin}/payer?plaque=${plate}`);
  await page.getByText(m.left.paid).waitFor();
  expect(await pay().count()).toBe(0);
  await check('already-paid');
}, 180_000);

it('is refused, says what can be done, and trying again keeps somebody else’s plate and the telephone', async () => {
  const plate = await newPlate();
  await order([plate], '034 00 001 26');
  await heading(m.status.failed).waitFor({ timeout: 40_000 });
  // MVola tells no reason; those of MTN are shown in Benin.
  await page.getByText(m.failure.refused).waitFor();
  await check('refused');
  await page.getByRole('link', { name: m.again }).click();
  await page.waitForURL(`**/payer?plaque=${plate}`);
  await page.getByRole('radio', { name: m.provider.mvola }).check();
  expect(await page.getByLabel(m.phone).inputValue()).toBe('034 00 001 26');
  await page.getByLabel(m.phone).fill('034 00 001 50');
  await pay().click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  await accept(paymentId());
  await heading(m.status.paid).waitFor({ timeout: 30_000 });
}, 120_000);

it('is uncertain while the operator is silent, says when it is asked again, and is paid when it speaks', async () => {
  const id = await order([await newPlate()]);
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  await orderOf(id);
  await tell('/control/outage', { operator: 'mvola', kind: 'unavailable', seconds: 600 });
  await heading(m.status.uncertain).waitFor({ timeout: 120_000 });
  await page.getByText(m.text.stillOnPhone).waitFor();
  await page.getByText(/Nous redemandons à \d|Nous redemandons en ce moment/).waitFor();
  await check('uncertain');
  await page.reload();
  await heading(m.status.uncertain).waitFor();
  await tell('/control/outage', { operator: 'mvola', kind: 'unavailable', seconds: 0 });
  await accept(id);
  await heading(m.status.paid).waitFor({ timeout: 90_000 });
}, 300_000);

it('expires, says what becomes of money that comes late, and is paid when it does', async () => {
  const id = await order([await newPlate()]);
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  await orderOf(id);
  const { db } = database;
  const past = new Date(Date.now() - 1_000);
  const sooner = { expiresAt: past, createdAt: new Date(past.getTime() - 600_000), nextCheckAt: past };
  await db.update(paymentIntents).set(sooner).where(eq(paymentIntents.id, id));
  await heading(m.status.expired).waitFor({ timeout: 60_000 });
  await page.getByText(m.text.expired).waitFor();
  await check('expired');
  await accept(id);
  await heading(m.status.paid).waitFor({ timeout: 60_000 });
}, 200_000);

it('of three vehicles leaves out the one that somebody else is paying at that moment, and pays the others', async () => {
  const plates = [await newPlate(), await newPlate(), await newPlate()];
  const other = await openContext(browser);
  await signUp(await other.newPage(), stack, `other-${randomInt(1_000_000_000)}@example.test`);
  await toCheckPage(plates);
  await page.getByLabel(m.phone).fill('034 00 001 50');
  const before = await pay().innerText();
  const theirs = await payAs(other, stack, plates[1] ?? '');
  await pay().click();
  await page
    .getByText(`${formatPlate(plates[1] ?? '', 'MG')}\u00a0: ${m.left.being_paid}`)
    .first()
    .waitFor();
  expect(await pay().innerText()).not.toBe(before);
  await check('basket-one-held');
  await pay().click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await accept(paymentId());
  await heading(m.status.paid).waitFor({ timeout: 30_000 });
  expect(await page.getByText(/^Reçu n°/).count()).toBe(2);
  await check('basket-paid');
  await tell('/settle', { id: await orderOf(theirs), status: 'FAILED', reason: 'APPROVAL_REJECTED' });
  await other.close();
}, 200_000);

/** Puts a grid in force, from today on, whose stamp duty is higher. */
async function raisePrices(): Promise<void> {
  const { db } = database;
  const staff = await db
    .select()
    .from(users)
    .where(inArray(users.role, ['administrator', 'supervisor']));
  const [author, approver] = ['administrator', 'supervisor'].map((role) => staff.find((one) => one.role === role)?.id ?? '');
  const today = civilDate(new Date(), madagascar.timeZone);
  const grid = await findGrid(db, 'MG', (await versionInForce(db, 'MG', today)) ?? 0);
  if (!grid || !author || !approver) throw new Error('no grid, or nobody to approve another');
  const { version: _version, ...content } = grid;
  const stampDuty = content.rules.stampDuty.map((band) => ({ ...band, amount: band.amount + 100 }));
  const dearer = { ...content, effectiveFrom: today, rules: { ...content.rules, stampDuty } };
  const version = await draftGrid(db, dearer, author);
  await proposeGrid(db, 'MG', version, author, new Date());
  await approveGrid(db, 'MG', version, approver, new Date());
}

it('is asked for again when the price changed between the check and the press', async () => {
  const plate = await newPlate();
  await giveToPayer(plate);
  await toCheckPage([plate]);
  await page.getByLabel(m.phone).fill('034 00 001 50');
  const before = await pay().innerText();
  await raisePrices();
  await pay().click();
  await page
    .getByText(/Le montant a changé pendant que vous vérifiiez/)
    .first()
    .waitFor();
  expect(page.url()).toContain('/payer?');
  await until(async () => (await pay().innerText()) !== before, { what: 'the new amount on the button' });
  await check('price-changed');
  await pay().click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await accept(paymentId());
  await heading(m.status.paid).waitFor({ timeout: 30_000 });
}, 120_000);

it('is paid although the worker that asks the operator is killed while the person waits', async () => {
  const id = await order([await newPlate()]);
  await heading(m.status.asked).waitFor({ timeout: 30_000 });
  await orderOf(id);
  const jobs = stack.processes.get('jobs');
  jobs?.kill('SIGKILL');
  await accept(id);
  expect(await heading(m.status.asked).isVisible()).toBe(true);
  await jobs?.restart();
  await heading(m.status.paid).waitFor({ timeout: 90_000 });
}, 200_000);

it('is found again among the payments of five years, by plate and by how it ended', async () => {
  await page.goto(`${stack.origin}/paiements`, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 2, name: String(new Date().getFullYear()) }).waitFor();
  const all = await page.locator('section li').count();
  await check('history');
  await page.getByLabel(m.history.show).selectOption({ label: m.history.shows.ended });
  const ended = await page.locator('section li').count();
  expect([ended > 0, ended < all]).toEqual([true, true]);
  await page.getByLabel(m.history.filter).fill('0000 zzz');
  await page.getByText(m.history.none).waitFor();
  await page.getByRole('button', { name: m.history.clear }).click();
  expect(await page.locator('section li').count()).toBe(all);
}, 60_000);
