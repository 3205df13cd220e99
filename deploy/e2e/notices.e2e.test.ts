import { randomInt, randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, type Database } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { reminderRuns } from '#db/schema/notices.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { common } from '#client/src/lib/i18n/messages/common.fr.ts';
import { notices as words } from '#client/src/lib/i18n/messages/notices.fr.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createDeliveriesService } from '#server/notices/deliveries.service.ts';
import { createRemindersService } from '#server/notices/reminders.service.ts';
import { PaymentView } from '#shared/contracts/payments.ts';
import { GridInForce } from '#shared/contracts/tax.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { addDays } from '#shared/domain/dates.ts';
import { dueDateOf } from '#shared/domain/tax/calendar.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp } from './citizen-pages.ts';
import { payAs } from './pay-as.ts';
import { startTestStack } from './test-stack.ts';

/** What a person is told, as they see it: two tabs, a phone-sized window, and the mails as the catcher has them. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let context: BrowserContext;
let tabs: [Page, Page];
const email = `avis-${randomInt(1e9)}@example.mg`;
const plates = ['TYA', 'TYB'].map((letters) => `${randomInt(1_000, 9_999)}${letters}`);
let userId: string;

const Caught = z.array(
  z.object({ id: z.number(), subject: z.string().optional(), text: z.string(), html: z.string().optional() }),
);
const mails = async (): Promise<z.infer<typeof Caught>> =>
  Caught.parse(await (await fetch(`${stack.catcherUrl ?? ''}/messages.json?to=${encodeURIComponent(email)}`)).json());
const mailAbout = (subject: RegExp) =>
  until(async () => (await mails()).find((mail) => subject.test(mail.subject ?? '')), {
    what: `a mail ${subject.source}`,
    timeoutMs: 30_000,
  });
const bell = (page: Page) => page.locator('header a[href="/avis"]');
const bellSays = (page: Page, count: number) =>
  until(
    async () =>
      (await bell(page).getAttribute('aria-label')) === (count === 0 ? common.bell.name : common.bell.unread(String(count))),
    {
      what: `a bell of ${count}`,
      timeoutMs: 40_000,
    },
  );

beforeAll(async () => {
  stack = await startTestStack('e2e-notices');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-notices' });
  browser = await launchBrowser();
  context = await openContext(browser, DESK);
  tabs = [await context.newPage(), await context.newPage()];
  await signUp(tabs[0], stack, email);
  const { db } = database;
  const [user] = await db.select().from(users).where(eq(users.email, email));
  userId = user?.id ?? '';
  await db.insert(owners).values({ userId, name: 'Rakoto Andry' }).onConflictDoNothing();
  const [owner] = await db.select().from(owners).where(eq(owners.userId, userId));
  const common = { country: 'MG', holderName: 'RAKOTO ANDRY', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await db.insert(vehicles).values(plates.map((plate) => ({ ...common, plate, ownerId: owner?.id ?? null })));
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

describe('a payment that succeeds', () => {
  it('moves the bell in two tabs, and its receipt comes by e-mail', async () => {
    const [first, second] = tabs;
    await first.goto(`${stack.origin}/avis`);
    await first.getByText(words.empty).waitFor();
    expect(await accessibilityFaults(first)).toEqual([]);
    await second.goto(`${stack.origin}/vehicules`);
    await bellSays(second, 0);
    const paymentId = await payAs(context, stack, plates[0] ?? '');
    await bellSays(first, 1);
    await bellSays(second, 1);
    await first.getByRole('heading', { name: words.kind.payment_succeeded.title }).waitFor();
    const payment = PaymentView.parse(await (await context.request.get(`${stack.origin}/api/payments/${paymentId}`)).json());
    const mail = await mailAbout(/^Payé/);
    expect(mail.text).toContain(`${stack.origin}/paiements/${paymentId}`);
    expect(mail.html).toContain(`href="${stack.origin}/paiements/${paymentId}"`);
    expect(mail.text).toContain(payment.items[0]?.receipt?.number ?? 'no receipt');
    await picture(first, 'notices-one-desk');
  });

  it('marked as read in one tab is read in the other', async () => {
    const [first, second] = tabs;
    await first.getByRole('button', { name: words.markReadOf(words.kind.payment_succeeded.title) }).click();
    await bellSays(first, 0);
    await bellSays(second, 0);
    await first.getByText(words.allRead).waitFor();
  });
});

describe('reminders', () => {
  it('of a day to come go out once, however often they are asked for, and the bell moves', async () => {
    const { grid, fiscalYear } = GridInForce.parse(await (await fetch(`${stack.origin}/api/grid`)).json());
    const dueDate = dueDateOf(grid.rules, fiscalYear + 1, '2020-05-01');
    // Nine in the morning of Antananarivo, a week before.
    const clock = (): Date => new Date(`${addDays(dueDate, -7)}T06:00:00Z`);
    const reminders = createRemindersService({
      db: database.db,
      notifier: { wake: () => undefined },
      clock,
      country: madagascar,
    });
    // The stack's directory outlives a run of the tests, and with it that day.
    await database.db.delete(reminderRuns);
    await reminders.run();
    await reminders.run();
    await mailAbout(/encore quelques jours/);
    await bellSays(tabs[1], 1);
    expect((await mails()).filter(({ subject }) => subject?.includes('encore quelques jours'))).toHaveLength(1);
    const [reminder] = (await mails()).filter(({ subject }) => subject?.includes('encore quelques jours'));
    // The tax of this year is paid for one of them; next year's is for both, in one mail.
    expect(reminder?.text).toContain('2 véhicules');
  });

  it('can be stopped from the mail without signing in; what is obligatory still comes', async () => {
    const reminder = await mailAbout(/encore quelques jours/);
    const link = /https?:\/\/\S+\/api\/unsubscribe\/\S+/.exec(reminder.text)?.[0] ?? '';
    const stranger = await openContext(browser, PHONE);
    const page = await stranger.newPage();
    await page.goto(link);
    await page.waitForURL('**/desabonnement?*');
    const button = page.getByRole('button', { name: words.unsubscribe.action });
    await button.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'notices-unsubscribe-phone');
    await button.click();
    await page.getByRole('heading', { name: words.unsubscribe.done }).waitFor();
    await page.goto(`${link.slice(0, -3)}AAA`);
    await page.getByText(words.unsubscribe.refused).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    // As a mail program does it: no page, no cookie, no Origin (RFC 8058); and once more changes nothing.
    const oneClick = await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect([oneClick.status, await oneClick.json()]).toEqual([200, { category: 'reminders', channel: 'email', wanted: false }]);
    await stranger.close();

    const before = (await mails()).length;
    const clock = (): Date => new Date();
    const deliveries = createDeliveriesService({ db: database.db, notifier: { wake: () => undefined }, clock });
    await deliveries.deliver(randomUUID(), { event: 'user.password_changed', userId });
    await mailAbout(/mot de passe a changé/);
    expect((await mails()).length).toBe(before + 1);
    await tabs[1].goto(`${stack.origin}/compte`);
    const box = tabs[1]
      .getByRole('group', { name: words.preferences.category.reminders.name })
      .getByLabel(words.preferences.email);
    await box.waitFor();
    expect(await box.isChecked()).toBe(false);
  });

  it('are wished for again on the page of the account, which says what cannot be wished away', async () => {
    const [, page] = tabs;
    const group = page.getByRole('group', { name: words.preferences.category.reminders.name });
    await group.getByLabel(words.preferences.email).check();
    await page.getByRole('button', { name: words.preferences.save }).click();
    await page.getByText(words.preferences.saved).waitFor();
    await page.reload();
    await group.getByLabel(words.preferences.email).waitFor();
    expect(await group.getByLabel(words.preferences.email).isChecked()).toBe(true);
    expect(await group.getByLabel(words.preferences.sms).isDisabled()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'notices-preferences-desk');
    await page.setViewportSize(PHONE);
    await picture(page, 'notices-preferences-phone');
  });
});

it('a sign-in with another browser is told of, one with the same is not', async () => {
  const before = (await mails()).filter(({ subject }) => subject?.includes('nouvel appareil')).length;
  const signIn = (request: BrowserContext['request']) =>
    request.post(`${stack.origin}/api/auth/sign-in`, {
      headers: { origin: stack.origin },
      data: { identifier: email, password: 'vary amin anana 77' },
    });
  expect((await signIn(context.request)).status()).toBe(200);
  const thief = await openContext(browser, PHONE);
  expect((await signIn(thief.request)).status()).toBe(200);
  await mailAbout(/nouvel appareil/);
  await thief.close();
  expect((await mails()).filter(({ subject }) => subject?.includes('nouvel appareil'))).toHaveLength(before + 1);
});

it('the list is used with the keyboard alone, on a phone, in English', async () => {
  const [page] = tabs;
  await page.setViewportSize(PHONE);
  await page.goto(`${stack.origin}/avis`);
  const all = page.getByRole('button', { name: words.markAll });
  await all.waitFor();
  await picture(page, 'notices-list-phone');
  expect(await accessibilityFaults(page)).toEqual([]);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(PHONE.width);
  await all.focus();
  await page.keyboard.press('Enter');
  await page.getByText(words.allRead).waitFor();
  await bellSays(page, 0);
  await page.getByRole('button', { name: 'Read this page in English' }).click();
  await page.getByText('Everything is read.').waitFor();
  await picture(page, 'notices-list-phone-en');
  await page.setViewportSize(DESK);
  await picture(page, 'notices-list-desk-en');
});
