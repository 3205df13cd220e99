import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { checkout } from '#deploy/local/paths.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { PlateLookup } from '#shared/contracts/tax.ts';
import { bureau } from '#client/src/lib/i18n/messages/bureau.fr.ts';
import { payments } from '#client/src/lib/i18n/messages/payments.fr.ts';
import { refunds as m } from '#client/src/lib/i18n/messages/refunds.fr.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** Money back through the whole stack: an agent proposes, a supervisor approves, the payer's open page shows it. */
const OFFICE_PC = { width: 1280, height: 720 };
let stack: RunningStack;
let database: Database;
let browser: Browser;
let plate: string;
const opened: Record<string, Page> = {};

beforeAll(async () => {
  // The country whose mobile money pays back by itself; elsewhere a person does, as the integration tests show.
  const environment = { COUNTRY: 'bj' };
  stack = await startTestStack('e2e-refund', { environment });
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-refund' });
  browser = await launchBrowser();
  plate = `BC${randomInt(1_000, 9_999)}RB`;
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
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

/** Signs in through the page; answers it where the person lands. */
async function signIn(role: string, viewport = OFFICE_PC): Promise<Page> {
  const page = await (await openContext(browser, viewport)).newPage();
  opened[role] = page;
  if (role !== 'citizen') {
    await signInStaff(page, stack, role);
    return page;
  }
  const known = stack.signIns.find((one) => one.role === role);
  await page.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await page.getByLabel(fr.auth.identifier).fill(known?.identifier ?? '');
  await page.getByLabel(fr.auth.password, { exact: true }).fill(known?.password ?? '');
  await page.getByRole('button', { name: fr.signIn }).click();
  await page.waitForURL('**/vehicules');
  return page;
}
const of = (role: string): Page => {
  const page = opened[role];
  if (!page) throw new Error(`no page of the ${role}`);
  return page;
};
const lookUp = async (): Promise<PlateLookup> =>
  PlateLookup.parse(await (await fetch(`${stack.origin}/api/plates/${plate}`)).json());

/** Pays the car's tax through the page; ends on the confirmation. Answers the receipt's number. */
async function pay(page: Page): Promise<string> {
  await page.goto(`${stack.origin}/payer?plaque=${plate}`, { waitUntil: 'networkidle' });
  await page.getByRole('radio', { name: payments.provider.mtn_momo }).check();
  await page.getByLabel(payments.phone, { exact: true }).fill('01 90 00 01 50');
  await page.getByRole('button', { name: /^Payer / }).click();
  await page.waitForURL(/\/paiements\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { level: 1, name: payments.status.paid }).waitFor({ timeout: 60_000 });
  const text = await page
    .getByText(/W\d-\d{4}-\d{8}/)
    .first()
    .innerText();
  return /W\d-\d{4}-\d{8}/.exec(text)?.[0] ?? '';
}

async function checkLedger(): Promise<void> {
  const env = { ...process.env, DATABASE_URL: stack.env['DATABASE_URL'] };
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'ledger:check'], { cwd: checkout, env });
  expect(stdout).toContain('the books agree');
}

it('a citizen is told that the office is not theirs', async () => {
  const page = await signIn('citizen', PHONE);
  await page.goto(`${stack.origin}/bureau/remboursements`);
  await page.getByRole('heading', { name: bureau.refusedTitle }).waitFor();
  expect(await page.getByRole('heading', { name: m.title }).count()).toBe(0);
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('is proposed by an agent, approved by a supervisor, and seen by the payer on the page that is open', async () => {
  const citizen = of('citizen');
  const number = await pay(citizen);
  expect((await lookUp()).paid).toBe(true);

  const agent = await signIn('agent');
  await agent.getByRole('link', { name: bureau.pages.refunds.title }).first().click();
  await agent.getByLabel(m.propose.field).fill(number.toLowerCase());
  await agent.keyboard.press('Enter');
  await agent.getByLabel(m.propose.reason).selectOption('paid_twice');
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'refund-propose-1280');

  const supervisor = await signIn('supervisor');
  await supervisor.goto(`${stack.origin}/bureau/remboursements`);
  await supervisor.getByText(m.none.proposed).waitFor();

  await agent.getByRole('button', { name: /^Proposer de rendre/ }).click();
  await agent.getByText(m.propose.done).waitFor();
  await agent.getByText(m.ownProposal).waitFor();
  expect(await agent.getByRole('button', { name: new RegExp(`^${m.approve}`) }).count()).toBe(0);
  await citizen.getByText('est à l’étude').waitFor({ timeout: 5_000 });
  await picture(agent, 'refund-proposed-agent-1280');

  // The supervisor's list, open before, has it; all by the keyboard from here.
  const approve = supervisor.getByRole('button', { name: new RegExp(`^${m.approve}`) });
  await approve.waitFor({ timeout: 5_000 });
  await picture(supervisor, 'refund-decide-1280');
  await approve.focus();
  await supervisor.keyboard.press('Enter');
  const dialog = supervisor.getByRole('dialog', { name: m.approveTitle });
  await dialog.waitFor();
  await picture(supervisor, 'refund-approve-dialog-1280');
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  await dialog.getByRole('button', { name: m.approve }).press('Enter');

  // Approved: the receipt says so at once; then the operator confirms.
  await citizen.getByText(/^Reçu annulé le/).waitFor({ timeout: 5_000 });
  await citizen.getByRole('heading', { level: 1, name: m.payer.heading, exact: true }).waitFor({ timeout: 60_000 });
  await supervisor.getByText(m.state.succeeded, { exact: true }).waitFor({ timeout: 10_000 });
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  expect(await accessibilityFaults(citizen)).toEqual([]);
  await picture(citizen, 'refund-payer-390');
  await picture(supervisor, 'refund-settled-1280');
  await supervisor.setViewportSize(PHONE);
  expect(await supervisor.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await picture(supervisor, 'refund-settled-390');
});

it('leaves the tax owed again, a PDF that says so, and books that agree', async () => {
  const citizen = of('citizen');
  await until(async () => !(await lookUp()).paid, { what: 'the tax owed again in public' });
  const href = await until(() => citizen.getByRole('link', { name: /PDF/ }).getAttribute('href'), { timeoutMs: 20_000 });
  const pdf = await citizen.context().request.get(`${stack.origin}${href}`);
  expect(pdf.status()).toBe(200);
  await citizen.goto(`${stack.origin}/vehicules`);
  const item = citizen.getByRole('listitem').filter({ hasText: formatPlate(plate, 'BJ') });
  await item
    .getByRole('link', { name: /^Payer/ })
    .first()
    .waitFor();
  await citizen.goto(`${stack.origin}/paiements`);
  await citizen.getByText(m.payer.history.paid_back, { exact: true }).first().waitFor();
  await picture(citizen, 'refund-history-390');
  expect(await accessibilityFaults(citizen)).toEqual([]);

  await checkLedger();
});

it('is paid by hand when the operator says no: one of the staff says so, another confirms', async () => {
  const [citizen, agent, supervisor] = [of('citizen'), of('agent'), of('supervisor')];
  const number = await pay(citizen);
  await agent.reload();
  await agent.getByLabel(m.propose.field).fill(number);
  await agent.getByRole('button', { name: m.propose.find }).click();
  await agent.getByLabel(m.propose.reason).selectOption('other');
  await agent.getByRole('button', { name: /^Proposer de rendre/ }).click();
  await agent.getByText(m.propose.noteFault).waitFor();
  await agent.getByLabel(m.propose.note).fill('Le véhicule a été détruit en janvier.');
  await agent.getByRole('button', { name: /^Proposer de rendre/ }).click();
  const told = await fetch(`${stack.sandboxUrl ?? ''}/control/next`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ vice: 'limit', count: 1 }),
  });
  expect(told.status).toBe(204);
  await supervisor.getByRole('button', { name: new RegExp(`^${m.approve}`) }).click();
  await supervisor.getByRole('dialog').getByRole('button', { name: m.approve }).click();
  await agent.getByText(m.state.failed, { exact: true }).waitFor({ timeout: 60_000 });

  await agent.getByRole('button', { name: new RegExp(`^${m.payByHand}`) }).click();
  const dialog = agent.getByRole('dialog', { name: m.handTitle });
  await dialog.getByRole('button', { name: fr.save }).click();
  await dialog.getByText(m.handFault).waitFor();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await dialog.getByLabel(m.handField).fill('VIR-2026-0042');
  await picture(agent, 'refund-by-hand-1280');
  await dialog.getByRole('button', { name: fr.save }).click();
  await agent.getByText(m.ownHand).waitFor();
  const confirm = supervisor.getByRole('button', { name: new RegExp(`^${m.handConfirm}`) });
  await confirm.waitFor({ timeout: 5_000 });
  await picture(supervisor, 'refund-confirm-hand-390');
  await confirm.click();
  await citizen.getByRole('heading', { level: 1, name: m.payer.heading, exact: true }).waitFor({ timeout: 10_000 });
  await checkLedger();
});

it('is looked at by an auditor, who has no button', async () => {
  const auditor = await signIn('auditor');
  await auditor.goto(`${stack.origin}/bureau/remboursements`);
  await auditor.getByText(m.state.succeeded, { exact: true }).first().waitFor();
  expect(await auditor.getByRole('heading', { name: m.propose.title }).count()).toBe(0);
});
