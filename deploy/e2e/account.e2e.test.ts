import { randomInt } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, type Database } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { account as words } from '#client/src/lib/i18n/messages/account.fr.ts';
import { transfers } from '#client/src/lib/i18n/messages/transfers.fr.ts';
import { errors } from '#client/src/lib/i18n/messages/errors.fr.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp } from './citizen-pages.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** An account's life through the pages: a lost password, another address, a vehicle sold, a copy of the data, the end. */
let stack: RunningStack;
let database: Database;
let browser: Browser;
let [seller, buyer]: [BrowserContext, BrowserContext] = [] as never;
let [sellerPage, buyerPage]: [Page, Page] = [] as never;
let mine = `vendeur-${randomInt(1e9)}@example.mg`;
const theirs = `acheteur-${randomInt(1e9)}@example.mg`;
const plate = `${randomInt(1_000, 9_999)}TVE`;
const NEXT = 'lalana vaovao 34';

const Caught = z.array(z.object({ subject: z.string().optional(), text: z.string() }));
const codeIn = (to: string, subject: RegExp) =>
  until(
    async () => {
      const answer = await fetch(`${stack.catcherUrl ?? ''}/messages.json?to=${encodeURIComponent(to)}`);
      const mail = Caught.parse(await answer.json()).find((one) => subject.test(one.subject ?? ''));
      return mail && /\b\d{6}\b/.exec(mail.text)?.[0];
    },
    { what: `a mail ${subject.source} to ${to}`, timeoutMs: 20_000 },
  );
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

beforeAll(async () => {
  stack = await startTestStack('e2e-account');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-account' });
  browser = await launchBrowser();
  [seller, buyer] = [await openContext(browser, DESK), await openContext(browser, PHONE)];
  [sellerPage, buyerPage] = [await seller.newPage(), await buyer.newPage()];
  await signUp(sellerPage, stack, mine);
  await signUp(buyerPage, stack, theirs);
  const { db } = database;
  const [user] = await db.select().from(users).where(eq(users.email, mine));
  const [owner] = await db
    .insert(owners)
    .values({ userId: user?.id ?? '', name: 'Rakoto Andry' })
    .returning();
  await db.insert(vehicles).values({
    ...{ country: 'MG', plate, ownerId: owner?.id ?? null, holderName: 'RAKOTO ANDRY', make: 'PEUGEOT', model: '208' },
    ...{ fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' },
  });
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

describe('a lost password', () => {
  it('is replaced by the code of the message, also after a reload; other browsers are signed out', async () => {
    const other = await openContext(browser, PHONE);
    const page = await other.newPage();
    await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
    await page.getByRole('link', { name: fr.auth.lost.link }).click();
    await page.getByRole('heading', { name: fr.auth.lost.title }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.getByLabel(fr.auth.identifier).fill(mine);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, fr.auth.sendCode).click();
    await page.getByLabel(fr.auth.code).waitFor();
    await page.reload({ waitUntil: 'networkidle' });
    const code = await codeIn(mine, /nouveau mot de passe/);
    await page.getByLabel(fr.auth.code).fill(code);
    await page.getByLabel(fr.auth.newPassword).fill(NEXT);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'account-lost-phone');
    await sellerPage.goto(`${stack.origin}/vehicules`);
    await sellerPage.getByText(formatPlate(plate, 'MG')).first().waitFor();
    await button(page, fr.auth.lost.action).click();
    await page.waitForURL('**/vehicules');
    await sellerPage.waitForURL('**/connexion**', { timeout: 15_000 });
    await sellerPage.waitForLoadState('networkidle');
    await sellerPage.getByLabel(fr.auth.identifier).fill(mine);
    await sellerPage.getByLabel(fr.auth.password, { exact: true }).fill(NEXT);
    await button(sellerPage, fr.signIn).click();
    await sellerPage.waitForURL('**/vehicules');
    await other.close();
  });
});

describe('another address', () => {
  it('is taken by its code, and is shown', async () => {
    const next = `nouveau-${mine}`;
    await sellerPage.goto(`${stack.origin}/compte`, { waitUntil: 'networkidle' });
    expect(await accessibilityFaults(sellerPage)).toEqual([]);
    await picture(sellerPage, 'account-desk');
    await button(sellerPage, words.changeEmail).click();
    await sellerPage.getByLabel(words.newEmail).fill(next);
    await sellerPage.getByLabel(words.passwordAgain, { exact: true }).first().fill(NEXT);
    await button(sellerPage, fr.auth.sendCode).click();
    await sellerPage.getByLabel(fr.auth.code).fill(await codeIn(next, /nouvelle adresse/));
    expect(await accessibilityFaults(sellerPage)).toEqual([]);
    await button(sellerPage, words.confirm).click();
    await sellerPage.getByText(words.contactChanged).waitFor();
    await sellerPage.getByText(next).first().waitFor();
    mine = next;
  });
});

describe('a vehicle sold', () => {
  it('goes over once both have agreed, and leaves the other tab of the seller at once', async () => {
    const list = await seller.newPage();
    await list.goto(`${stack.origin}/vehicules`);
    await list.getByRole('button', { name: transfers.actionOf(formatPlate(plate, 'MG')) }).waitFor();
    await sellerPage.goto(`${stack.origin}/vehicules`);
    await sellerPage.getByRole('button', { name: transfers.actionOf(formatPlate(plate, 'MG')) }).click();
    await button(sellerPage, transfers.start).click();
    await sellerPage.waitForURL('**/vehicules/cession/*');
    const code = await sellerPage.locator('[data-code]').getAttribute('data-code');
    expect(await accessibilityFaults(sellerPage)).toEqual([]);
    await picture(sellerPage, 'account-transfer-code-desk');

    // Scanned by who is not signed in, the code is still there after signing in.
    const stranger = await openContext(browser, PHONE);
    const scanned = await stranger.newPage();
    await scanned.goto(`${stack.origin}/vehicules/recevoir#${code ?? ''}`);
    await scanned.waitForURL((address) => decodeURIComponent(address.search).endsWith(`/vehicules/recevoir#${code ?? ''}`));
    await stranger.close();
    await buyerPage.goto(`${stack.origin}/vehicules/recevoir`, { waitUntil: 'networkidle' });
    await buyerPage.getByLabel(transfers.code, { exact: true }).fill('ABCD-1234');
    await button(buyerPage, transfers.look).click();
    await buyerPage.getByText(errors.TRANSFER_CODE_INVALID).first().waitFor();
    await buyerPage.getByLabel(transfers.code, { exact: true }).fill((code ?? '').toLowerCase());
    await button(buyerPage, transfers.look).click();
    await button(buyerPage, transfers.accept).waitFor();
    expect(await accessibilityFaults(buyerPage)).toEqual([]);
    await picture(buyerPage, 'account-transfer-preview-phone');
    await button(buyerPage, transfers.accept).click();
    await buyerPage.getByRole('heading', { name: transfers.acceptedBuyer }).waitFor();
    await button(sellerPage, transfers.confirm('Rakoto Andry')).click();
    await sellerPage.getByRole('heading', { name: transfers.completedSeller }).waitFor();
    await buyerPage.getByRole('heading', { name: transfers.completedBuyer }).waitFor();
    await picture(buyerPage, 'account-transfer-done-phone');
    await list.getByText(fr.garage.empty.title).waitFor();
    await buyerPage.goto(`${stack.origin}/vehicules`);
    await buyerPage.getByRole('button', { name: transfers.actionOf(formatPlate(plate, 'MG')) }).waitFor();
    await picture(buyerPage, 'account-garage-phone');
    await list.close();
  });
});

describe('the end', () => {
  it('comes after a copy of all that is held', async () => {
    await sellerPage.goto(`${stack.origin}/compte`, { waitUntil: 'networkidle' });
    await button(sellerPage, words.export.action).first().click();
    const dialog = sellerPage.locator('dialog[open]');
    await dialog.getByLabel(words.passwordAgain, { exact: true }).fill(NEXT);
    expect(await accessibilityFaults(sellerPage)).toEqual([]);
    await dialog.getByRole('button', { name: words.export.action }).click();
    const link = sellerPage.getByRole('link', { name: /^Télécharger/ });
    await link.waitFor({ timeout: 20_000 });
    const address = `${stack.origin}${(await link.getAttribute('href')) ?? ''}`;
    const answer = await seller.request.get(address);
    expect([answer.status(), (await answer.body()).subarray(0, 2).toString()]).toEqual([200, 'PK']);
    expect((await buyer.request.get(address)).status()).toBe(404);
  });

  it('erases, signs out, and signing in is refused', async () => {
    await picture(sellerPage, 'account-closing-desk');
    await button(sellerPage, words.closing.open).click();
    const dialog = sellerPage.locator('dialog[open]');
    await dialog.getByLabel(words.passwordAgain, { exact: true }).fill('wrong words');
    await dialog.getByRole('button', { name: words.closing.action }).click();
    await dialog.getByText(words.passwordWrong).first().waitFor();
    await dialog.getByLabel(words.passwordAgain, { exact: true }).fill(NEXT);
    await dialog.getByRole('button', { name: words.closing.action }).click();
    await sellerPage.waitForURL('**/connexion?ferme=1');
    await sellerPage.getByText(words.closing.done).waitFor();
    await sellerPage.waitForLoadState('networkidle');
    await sellerPage.getByLabel(fr.auth.identifier).fill(mine);
    await sellerPage.getByLabel(fr.auth.password, { exact: true }).fill(NEXT);
    await button(sellerPage, fr.signIn).click();
    await sellerPage.getByText(errors.INVALID_CREDENTIALS).first().waitFor();
    expect((await database.db.select().from(users).where(eq(users.email, mine))).length).toBe(0);
  });

  it('looks right on a telephone', async () => {
    await buyerPage.goto(`${stack.origin}/compte`, { waitUntil: 'networkidle' });
    expect(await accessibilityFaults(buyerPage)).toEqual([]);
    await picture(buyerPage, 'account-phone');
  });
});
