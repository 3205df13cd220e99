import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { backupCodes, secondFactors, sessions, users } from '#db/schema/identity.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { security as en } from '#client/src/lib/i18n/messages/security.en.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { freshCode, signInStaff, staffOf } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** The second step of the staff through the whole stack: set up, given, lost, asked again; and the end of a session that is not used. */
const OFFICE_PC = { width: 1280, height: 720 };
const m = fr.security;
let stack: RunningStack;
let database: Database;
let browser: Browser;

beforeAll(async () => {
  stack = await startTestStack('e2e-second-step');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-second-step' });
  // Of an earlier run in the same directory.
  await database.db.delete(backupCodes);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

const open = async (viewport = OFFICE_PC): Promise<Page> => (await openContext(browser, viewport)).newPage();
async function givePassword(page: Page, role: string): Promise<void> {
  const known = staffOf(stack, role);
  await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(known.identifier);
  await page.getByLabel(fr.auth.password, { exact: true }).fill(known.password);
  await page.getByRole('button', { name: fr.signIn }).click();
}
async function userOf(role: string): Promise<string> {
  const [user] = await database.db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.email, staffOf(stack, role).identifier));
  return user?.id ?? '';
}
const noSideways = async (page: Page): Promise<void> => {
  const { width } = page.viewportSize() ?? DESK;
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
};
const codes = (page: Page) => page.getByRole('list', { name: m.codesList }).getByRole('listitem');
/** Everything that is left of five minutes is taken away. */
const longAgo = async (role: string): Promise<unknown> =>
  database.db
    .update(sessions)
    .set({ secondFactorAt: new Date(Date.now() - 6 * 60_000) })
    .where(eq(sessions.userId, await userOf(role)));

it('a new one of the staff is led to set a device up, on a telephone, and can go nowhere else', async () => {
  const auditor = await userOf('auditor');
  await database.db.delete(secondFactors).where(eq(secondFactors.userId, auditor));
  const page = await open(PHONE);
  await givePassword(page, 'auditor');
  await page.getByRole('heading', { level: 1, name: m.enrolTitle }).waitFor();
  const key = page.getByLabel(m.steps.secret);
  await key.waitFor();
  const secret = (await key.innerText()).replace(/\s/g, '');
  await page.getByRole('img', { name: m.steps.qr }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await noSideways(page);
  await picture(page, 'second-step-enrol-390');
  for (const elsewhere of ['/bureau', '/bureau/remboursements', '/compte', '/vehicules']) {
    await page.goto(`${stack.origin}${elsewhere}`);
    await page.waitForURL('**/connexion/securiser?suite=*');
  }
  // Loaded again, the page shows the same key: the telephone's stays good.
  await key.waitFor();
  expect((await key.innerText()).replace(/\s/g, '')).toBe(secret);
  await page.getByRole('button', { name: m.enrol }).click();
  await page.getByText(m.faults.code).first().waitFor();
  await page.getByLabel(m.code).fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  await page.getByRole('button', { name: m.enrol }).click();
  await page.getByRole('heading', { level: 1, name: m.codesTitle }).waitFor();
  expect(await codes(page).count()).toBe(10);
  expect(await accessibilityFaults(page)).toEqual([]);
  await noSideways(page);
  await picture(page, 'second-step-codes-390');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: m.download }).click();
  expect((await download).suggestedFilename()).toBe(m.fileName);
  const first = (await codes(page).first().innerText()).trim();
  await page.reload();
  expect(await codes(page).first().innerText()).toContain(first);
  await page.getByRole('button', { name: m.goOn }).click();
  await page.getByText(m.keptFault).waitFor();
  await page.getByLabel(m.kept).check();
  await page.getByRole('button', { name: m.goOn }).click();
  await page.waitForURL('**/vehicules');

  // The telephone is lost: a code on paper lets in once.
  for (const outcome of ['in', 'refused'] as const) {
    const again = await open();
    await givePassword(again, 'auditor');
    await again.getByLabel(m.code).fill(first.toLowerCase());
    await again.getByRole('button', { name: m.confirm }).click();
    if (outcome === 'in') await again.waitForURL('**/bureau');
    else await again.getByRole('alert').getByText(fr.errors.SECOND_FACTOR_USED).first().waitFor();
    await again.context().close();
  }
});

it('gives a code after the password, by the keyboard alone', async () => {
  const page = await open();
  await givePassword(page, 'agent');
  await page.waitForURL('**/connexion/code');
  await picture(page, 'second-step-code-1280');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.goto(`${stack.origin}/bureau`);
  await page.waitForURL('**/connexion/code?suite=%2Fbureau');
  const field = page.getByLabel(m.code);
  await field.fill('12');
  await field.press('Enter');
  await page.getByText(m.faults.code).first().waitFor();
  await field.fill('000 000');
  await field.press('Enter');
  await page.getByText(fr.errors.SECOND_FACTOR_INVALID).first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await field.fill(await freshCode(staffOf(stack, 'agent').totpSecret));
  await field.press('Enter');
  await page.waitForURL('**/bureau');
  await page.setViewportSize(PHONE);
  await page.goto(`${stack.origin}/connexion/code`);
  await page.getByRole('heading', { level: 1, name: m.codeTitle }).waitFor();
  await noSideways(page);
  await picture(page, 'second-step-code-390');
});

it('asks again before new codes on paper are made, and then makes them', async () => {
  const page = await open(DESK);
  await signInStaff(page, stack, 'supervisor');
  await longAgo('supervisor');
  await page.goto(`${stack.origin}/compte`);
  await page.getByText(m.account.left(0)).waitFor();
  await page.getByRole('button', { name: m.account.renew }).click();
  const dialog = page.getByRole('dialog', { name: m.stepUp.title });
  await dialog.waitFor();
  await picture(page, 'second-step-again-1440');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByText(fr.errors.STEP_UP_REQUIRED).waitFor();
  expect(await database.db.$count(backupCodes, eq(backupCodes.userId, await userOf('supervisor')))).toBe(0);
  await page.getByRole('button', { name: m.account.renew }).click();
  await dialog.getByLabel(m.code).fill(await freshCode(staffOf(stack, 'supervisor').totpSecret));
  await dialog.getByLabel(m.code).press('Enter');
  await page.getByRole('heading', { name: m.codesTitle }).waitFor();
  expect(await codes(page).count()).toBe(10);
  await picture(page, 'second-step-account-1440');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByLabel(m.kept).check();
  await page.getByRole('button', { name: m.goOn }).click();
  await page.getByText(m.account.left(10)).waitFor();
});

it('warns before a session ends that is not used, keeps it on a word, and ends it without', async () => {
  const page = await open();
  await signInStaff(page, stack, 'administrator');
  const mine = eq(sessions.userId, await userOf('administrator'));
  const expires = (seconds: number) =>
    database.db
      .update(sessions)
      .set({ expiresAt: new Date(Date.now() + seconds * 1000) })
      .where(mine);
  await expires(55);
  // As when the tab is looked at again.
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  const dialog = page.getByRole('dialog', { name: m.idle.title });
  await dialog.waitFor();
  await picture(page, 'second-step-idle-1280');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: m.idle.stay }).click();
  await dialog.waitFor({ state: 'hidden' });
  const [kept] = await database.db.select().from(sessions).where(mine);
  expect((kept?.expiresAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(10 * 60_000);

  await expires(4);
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  await dialog.waitFor();
  // The page counts, and so does the server: whoever says it first.
  await page.waitForURL(/\/connexion\?suite=.*&fin=(idle|expired)$/, { timeout: 15_000 });
  const { idle, expired } = fr.auth.sessionEnds;
  await page.getByText(idle).or(page.getByText(expired)).waitFor();
});

it('says all of it in English as well', async () => {
  const page = await open();
  await page.addInitScript(`localStorage.setItem('vignette-locale', 'en')`);
  await givePasswordIn(page);
  await until(() => page.getByRole('heading', { level: 1, name: en.codeTitle }).isVisible(), { what: 'the page in English' });
  expect(await accessibilityFaults(page)).toEqual([]);

  async function givePasswordIn(there: Page): Promise<void> {
    const known = staffOf(stack, 'agent');
    await there.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
    await there.locator('#identifier').fill(known.identifier);
    await there.locator('#password').fill(known.password);
    await there.locator('form button[type=submit]').click();
  }
});
