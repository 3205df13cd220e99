import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { checkout } from '#deploy/local/paths.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { benin } from '#shared/domain/countries/benin.ts';
import { bureau } from '#client/src/lib/i18n/messages/bureau.fr.ts';
import { payments } from '#client/src/lib/i18n/messages/payments.fr.ts';
import { reconciliation as m } from '#client/src/lib/i18n/messages/reconciliation.fr.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** A provider's statement through the whole stack: brought on the page, compared, one difference settled by two persons. */
const OFFICE_PC = { width: 1280, height: 720 };
let stack: RunningStack;
let database: Database;
let browser: Browser;
let supervisor: Page;
let administrator: Page;
let folder: string;

beforeAll(async () => {
  const environment = { COUNTRY: 'bj' };
  stack = await startTestStack('e2e-reconcile', { environment });
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-reconcile' });
  browser = await launchBrowser();
  folder = await mkdtemp(path.join(tmpdir(), 'statements-'));
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

const today = (): string => civilDate(new Date(), benin.timeZone);
const control = async (fault: string | null): Promise<void> => {
  const told = await fetch(`${stack.sandboxUrl ?? ''}/control/statement`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ fault }),
  });
  expect(told.status).toBe(204);
};
async function statement(fault: string | null): Promise<string> {
  await control(fault);
  const file = path.join(folder, `mtn-${today()}-${fault ?? 'true'}.csv`);
  await writeFile(file, await (await fetch(`${stack.sandboxUrl ?? ''}/statements/mtn/${today()}.csv`)).text());
  return file;
}
async function bring(page: Page, file: string): Promise<void> {
  await page.locator('#releve-operateur').selectOption('mtn_momo');
  await page.getByLabel(m.import.day).fill(today());
  await page.getByLabel(m.import.file).setInputFiles(file);
  await page.getByRole('button', { name: m.import.submit }).click();
}
const reconcile = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  promisify(execFile)('npm', ['run', '--silent', 'reconcile', '--', ...args], {
    cwd: checkout,
    env: { ...process.env, ...stack.env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

it('a payment is made', async () => {
  const plate = `BC${randomInt(1_000, 9_999)}RB`;
  const citizen = stack.signIns.find(({ role }) => role === 'citizen');
  const [user] = await database.db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(eq(users.email, citizen?.identifier ?? ''));
  if (!user) throw new Error('the demo has no citizen');
  await database.db.insert(owners).values({ userId: user.id, name: user.name }).onConflictDoNothing();
  const [owner] = await database.db.select().from(owners).where(eq(owners.userId, user.id));
  const car = { country: 'BJ', holderName: 'DOSSOU AFIAVI', fuel: 'ES', fiscalPower: 4, firstRegistration: '2020-05-01' };
  await database.db.insert(vehicles).values({ ...car, plate, ownerId: owner?.id ?? null });
  const page = await (await openContext(browser, PHONE)).newPage();
  await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(citizen?.identifier ?? '');
  await page.getByLabel(fr.auth.password, { exact: true }).fill(citizen?.password ?? '');
  await page.getByRole('button', { name: fr.signIn }).click();
  await page.waitForURL('**/vehicules');
  await page.goto(`${stack.origin}/payer?plaque=${plate}`, { waitUntil: 'networkidle' });
  await page.getByRole('radio', { name: payments.provider.mtn_momo }).check();
  await page.getByLabel(payments.phone, { exact: true }).fill('01 90 00 01 50');
  await page.getByRole('button', { name: /^Payer / }).click();
  await page.getByRole('heading', { level: 1, name: payments.status.paid }).waitFor({ timeout: 60_000 });
  await page.goto(`${stack.origin}/bureau/rapprochement`);
  await page.getByRole('heading', { name: bureau.refusedTitle }).waitFor();
  await page.context().close();
});

it('its statement, brought on the page, shows in a second browser; a strange file is refused in words', async () => {
  supervisor = await (await openContext(browser, OFFICE_PC)).newPage();
  await signInStaff(supervisor, stack, 'supervisor');
  await supervisor.getByRole('link', { name: bureau.pages.reconciliation.title }).first().click();
  await supervisor.getByRole('heading', { level: 1, name: m.title }).waitFor();
  administrator = await (await openContext(browser, OFFICE_PC)).newPage();
  await signInStaff(administrator, stack, 'administrator');
  await administrator.goto(`${stack.origin}/bureau/rapprochement`);
  await administrator.getByText(m.list.none).waitFor();

  await supervisor.getByRole('button', { name: m.import.submit }).click();
  await supervisor.getByText(m.import.faultProvider).waitFor();
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  const strange = path.join(folder, 'strange.csv');
  await writeFile(strange, 'a;b\n1;2\n');
  await bring(supervisor, strange);
  await administrator.getByText(m.fault.columns_missing).waitFor({ timeout: 15_000 });

  await bring(supervisor, await statement('extra'));
  await supervisor.getByText(m.import.done).waitFor();
  const found = administrator.getByRole('article').filter({ hasText: m.kind.unbooked });
  await found.waitFor({ timeout: 15_000 });
  await found.getByText(m.sides).click();
  await found.getByText('9999999999').first().waitFor();
  expect(await accessibilityFaults(administrator)).toEqual([]);
  await picture(administrator, 'reconcile-1280');

  await bring(supervisor, await statement('extra'));
  await supervisor.getByText(m.import.known).waitFor();

  // Written anew between the choice and the press.
  const rewritten = path.join(folder, 'rewritten.csv');
  await writeFile(rewritten, 'a;b\n');
  await supervisor.getByLabel(m.import.file).setInputFiles(rewritten);
  await writeFile(rewritten, 'a;b\n1;2\n');
  await supervisor.getByRole('button', { name: m.import.submit }).click();
  await supervisor.getByText(m.import.faultChanged).waitFor();
});

it('is settled by two persons, by the keyboard, and the books agree', async () => {
  const propose = supervisor.getByRole('button', { name: new RegExp(`^${m.propose}`) }).first();
  await propose.focus();
  await supervisor.keyboard.press('Enter');
  const dialog = supervisor.getByRole('dialog', { name: m.proposeTitle });
  await dialog.getByRole('button', { name: m.propose }).press('Enter');
  await dialog.getByText(m.noteFault).waitFor();
  await dialog.getByLabel(m.reasonField).selectOption('money_received');
  await dialog.getByLabel(m.noteField).fill('Versement sans commande, à éclaircir avec MTN.');
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  await picture(supervisor, 'reconcile-propose-1280');
  await dialog.getByRole('button', { name: m.propose }).press('Enter');
  await supervisor.getByText(m.own).waitFor();
  expect(await supervisor.getByRole('button', { name: new RegExp(`^${m.approve}`) }).count()).toBe(0);

  const approve = administrator.getByRole('button', { name: new RegExp(`^${m.approve}`) });
  await approve.waitFor({ timeout: 10_000 });
  await approve.press('Enter');
  await administrator.getByRole('dialog', { name: m.approveTitle }).getByRole('button', { name: m.approve }).press('Enter');
  await supervisor.getByText(m.list.none).waitFor({ timeout: 10_000 });
  await supervisor.getByLabel(m.list.state).selectOption('settled');
  await supervisor.getByText(m.done.approved).waitFor();
  await supervisor.setViewportSize(PHONE);
  expect(await supervisor.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width);
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  await picture(supervisor, 'reconcile-390');
  const csv = await supervisor.context().request.get(`${stack.origin}/api/reconciliations/differences.csv?state=all`);
  expect([csv.status(), (await csv.text()).includes('9999999999')]).toEqual([200, true]);

  const env = { ...process.env, DATABASE_URL: stack.env['DATABASE_URL'] };
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'ledger:check'], { cwd: checkout, env });
  expect(stdout).toContain('the books agree');
  expect(stdout).toMatch(/^0 differences/m);
});

it('is brought by the command line as well, which says what it found', async () => {
  const { code, stdout } = await reconcile('mtn_momo', await statement('doubled'));
  expect([code, /1 differences, 1 of them open/.test(stdout)]).toEqual([1, true]);
  await supervisor.getByLabel(m.list.state).selectOption('unsettled');
  await supervisor.getByRole('article').filter({ hasText: m.kind.doubled }).waitFor({ timeout: 10_000 });
  expect((await reconcile('nobody', 'x.csv')).stderr).toContain('npm run reconcile');
});

it('of yesterday comes by itself', async () => {
  await administrator.getByText(m.runs.auto).first().waitFor({ timeout: 90_000 });
});
