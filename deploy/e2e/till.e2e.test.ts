import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { findReceipt } from '#db/receipts.repository.ts';
import { bureau } from '#client/src/lib/i18n/messages/bureau.fr.ts';
import { counter } from '#client/src/lib/i18n/messages/counter.fr.ts';
import { refunds } from '#client/src/lib/i18n/messages/refunds.fr.ts';
import { security } from '#client/src/lib/i18n/messages/security.fr.ts';
import { till as m } from '#client/src/lib/i18n/messages/till.fr.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { PlateLookup } from '#shared/contracts/tax.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { freshCode, signInStaff, staffOf } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** Cash at a counter, through the whole stack: a till opened, a tax taken, printed, given back, the till counted. */
const OFFICE_PC = { width: 1280, height: 720 };
const PLATE = '4821FCD';
const written = formatPlate(PLATE, 'MG');
const money = (amount: number): string => formatMoney(amount, madagascar, 'fr');
let stack: RunningStack;
let database: Database;
let browser: Browser;
const opened: Record<string, Page> = {};
const of = (who: string): Page => {
  const page = opened[who];
  if (!page) throw new Error(`no page of ${who}`);
  return page;
};

beforeAll(async () => {
  stack = await startTestStack('e2e-till');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-till' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

async function open(who: string, viewport = OFFICE_PC): Promise<Page> {
  const page = await (await openContext(browser, viewport)).newPage();
  opened[who] = page;
  return page;
}
const lookUp = async (): Promise<PlateLookup> =>
  PlateLookup.parse(await (await fetch(`${stack.origin}/api/plates/${PLATE}`)).json());
const noSideways = async (page: Page): Promise<void> =>
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);

/** Gives the second step again where it is asked for, and waits for what was meant. */
async function confirmed(page: Page, role: string, done: () => Promise<unknown>): Promise<void> {
  const dialog = page.getByRole('dialog', { name: security.stepUp.title });
  const asked = dialog.waitFor({ timeout: 30_000 }).then(
    () => true,
    () => false,
  );
  const went = done();
  if (await Promise.race([asked, went.then(() => false)])) {
    await dialog.getByRole('textbox').fill(await freshCode(staffOf(stack, role).totpSecret));
    await dialog.getByRole('button', { name: security.confirm }).click();
  }
  await went;
}

it('opens with a float, counted by the note', async () => {
  const neighbour = stack.signIns.find(({ role, identifier }) => role === 'citizen' && identifier.startsWith('solofo'));
  const phone = await open('neighbour', PHONE);
  await phone.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await phone.getByLabel(fr.auth.identifier).fill(neighbour?.identifier ?? 'solofo@demo.example');
  await phone.getByLabel(fr.auth.password, { exact: true }).fill(neighbour?.password ?? 'rano madio 26');
  await phone.getByRole('button', { name: fr.signIn }).click();
  await phone.waitForURL('**/vehicules');
  await phone.getByText(written).first().waitFor();

  const agent = await open('agent');
  await signInStaff(agent, stack, 'agent');
  await agent.goto(`${stack.origin}/bureau/guichet`);
  await agent.getByLabel(counter.open.label).fill('3');
  await agent.getByRole('button', { name: counter.open.button }).click();
  await agent.getByRole('heading', { name: m.open.title }).waitFor();
  await agent.getByLabel(m.count.piecesOf(money(10_000))).fill('4');
  await agent.getByLabel(m.count.piecesOf(money(1_000))).fill('x');
  await agent.getByText(m.count.fault).waitFor();
  expect(await agent.getByRole('button', { name: /^Ouvrir avec/ }).isDisabled()).toBe(true);
  await agent.getByLabel(m.count.piecesOf(money(1_000))).fill('10');
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'till-open-1280');
  await agent.getByRole('button', { name: m.open.button(money(50_000)) }).click();
  await agent.getByText(m.office.state.open, { exact: true }).waitFor();
});

it('takes cash for the neighbour’s vehicle: change, number and the neighbour’s open page at once', async () => {
  const [agent, phone] = [of('agent'), of('neighbour')];
  // What is owed online, with its fee; at the counter it is without.
  const { assessment } = await lookUp();
  const amount = assessment.lines.filter(({ kind }) => kind !== 'fee').reduce((sum, line) => sum + line.amount, 0);
  expect(assessment.total).toBeGreaterThan(amount);
  await agent.locator('body').click({ position: { x: 5, y: 5 } });
  await agent.keyboard.press('c');
  expect(await agent.evaluate('document.activeElement?.id')).toBe('till-plate');
  await agent.keyboard.type('9999zzz');
  await agent.keyboard.press('Enter');
  await agent.getByText(fr.errors.VEHICLE_NOT_FOUND).first().waitFor();
  await agent.getByLabel(m.take.plate).fill('4821 fcd');
  await agent.keyboard.press('Enter');
  await agent.getByRole('button', { name: m.take.button(money(amount)) }).waitFor();
  const given = Math.ceil((amount + 1) / 20_000) * 20_000;
  await agent.getByLabel(m.take.given, { exact: true }).fill(String(amount - 1));
  await agent.getByText(m.take.missing).waitFor();
  expect(await agent.getByRole('button', { name: m.take.button(money(amount)) }).isDisabled()).toBe(true);
  await agent.getByLabel(m.take.given, { exact: true }).fill(String(given));
  await agent
    .getByText(money(given - amount), { exact: true })
    .first()
    .waitFor();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await noSideways(agent);
  await picture(agent, 'till-take-1280');

  // The line goes down: nothing can be taken, nothing that was typed is lost.
  await agent.context().setOffline(true);
  await agent.getByText(m.offline).waitFor({ timeout: 60_000 });
  expect(await agent.getByRole('button', { name: m.take.button(money(amount)) }).isDisabled()).toBe(true);
  expect(await agent.getByLabel(m.take.given, { exact: true }).inputValue()).toBe(String(given));
  await agent.context().setOffline(false);
  const button = agent.getByRole('button', { name: m.take.button(money(amount)), disabled: false });
  await button.waitFor({ timeout: 60_000 });

  const owner = phone.getByRole('listitem').filter({ hasText: written });
  const shown = owner
    .getByText(/payée/i)
    .first()
    .waitFor({ timeout: 20_000 })
    .then(() => Date.now());
  await button.dblclick();
  await agent.getByText(m.done.title(money(amount))).waitFor();
  const taken = Date.now();
  expect(await agent.locator('.change').innerText()).toContain(money(given - amount));
  const number = /C\d\d-\d{4}-\d{8}/.exec(await agent.locator('.done').innerText())?.[0];
  expect(number).toMatch(/-00000001$/);
  const late = (await shown) - taken;
  console.log(`the owner's page showed it ${late} ms after the agent's page had the number`);
  expect((await lookUp()).paid).toBe(true);
  const [counted] = await database.db.execute<{ count: number }>('select count(*)::int as count from cash_takings');
  expect(counted?.count).toBe(1);
  await agent.getByRole('button', { name: new RegExp(`^${m.done.print}`), disabled: false }).waitFor({ timeout: 20_000 });
  await picture(agent, 'till-taken-1280');
  await picture(phone, 'till-owner-390');
  expect(await accessibilityFaults(agent)).toEqual([]);
});

it('prints the receipt on a roll and on a sheet, signed', async () => {
  const agent = of('agent');
  await agent.evaluate('window.print = () => { window.printed = (window.printed ?? 0) + 1 }');
  for (const [paper, name] of [
    ['narrow', m.paper.narrow],
    ['a4', m.paper.a4],
  ] as const) {
    await agent.getByLabel(name).check();
    await agent.evaluate('document.activeElement?.blur()');
    const before = await agent.evaluate<number>('window.printed ?? 0');
    await agent.keyboard.press('p');
    await until(async () => (await agent.evaluate<number>('window.printed ?? 0')) > before, { what: 'the print window' });
    await agent.emulateMedia({ media: 'print' });
    const sheet = agent.locator('.till-sheets article');
    await sheet.waitFor();
    const text = await sheet.innerText();
    for (const words of [written, m.sheet.way, m.sheet.total, '-00000001']) expect(text).toContain(words);
    // Nothing of the page itself is on the paper.
    expect(await agent.getByRole('button', { name: m.close.button }).isVisible()).toBe(false);
    await sheet.screenshot({ path: path.join(localDirectory, 'screenshots', `till-receipt-${paper}.png`) });
    const pdf = await agent.pdf({ preferCSSPageSize: true });
    const [, width] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) /.exec(pdf.toString('latin1')) ?? [];
    // Points: 80 mm are 227, A4 is 595 wide.
    expect(Math.round(Number(width))).toBe(paper === 'narrow' ? 227 : 595);
    const box = await sheet.boundingBox();
    if (paper === 'narrow') expect(box?.width).toBeLessThan(280);
    await agent.emulateMedia({ media: 'screen' });
  }
  const [row] = await database.db.execute<{ reference: string }>('select reference from receipts');
  expect((await findReceipt(database.db, row?.reference ?? ''))?.qr).toMatch(/^V1\|/);
  await until(async () => (await findReceipt(database.db, row?.reference ?? ''))?.pdfReady, {
    what: 'the PDF',
    timeoutMs: 30_000,
  });
  const pdf = await agent.context().request.get(`${stack.origin}/api/receipts/${row?.reference ?? ''}/pdf`);
  expect([pdf.status(), (await pdf.body()).subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
  const stranger = await of('neighbour')
    .context()
    .request.get(`${stack.origin}/api/receipts/${row?.reference ?? ''}`);
  expect(stranger.status()).toBe(404);
});

it('gives a mistake back when a supervisor has approved it, and closes with a variance that is noted', async () => {
  const agent = of('agent');
  const supervisor = await open('supervisor');
  await signInStaff(supervisor, stack, 'supervisor');
  await supervisor.getByRole('link', { name: bureau.pages.tills.title }).first().click();
  const row = supervisor.getByRole('row').filter({ hasText: 'Fanja' }).first();
  await row.waitFor();
  await agent.getByText(m.list.title).click();
  await agent.getByRole('button', { name: m.list.mistakeOf(written) }).click();
  const dialog = agent.getByRole('dialog', { name: m.list.mistakeTitle });
  await dialog.getByLabel(m.list.why).selectOption('wrong_vehicle');
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'till-mistake-1280');
  await dialog.getByRole('button', { name: m.list.ask }).click();
  await agent.getByText(m.list.refund.proposed).waitFor();
  await supervisor.goto(`${stack.origin}/bureau/remboursements`);
  await supervisor.getByRole('button', { name: new RegExp(`^${refunds.approve}`) }).click();
  await supervisor.getByRole('dialog', { name: refunds.approveTitle }).getByRole('button', { name: refunds.approve }).click();
  // The till, open before, has it.
  await confirmed(supervisor, 'supervisor', () => agent.getByText(m.payBack.title).waitFor({ timeout: 90_000 }));
  await picture(agent, 'till-pay-back-1280');
  await agent.getByRole('button', { name: /^J’ai rendu/ }).click();
  await agent.getByText(m.list.refund.paid, { exact: true }).first().waitFor();
  await until(async () => !(await lookUp()).paid, { what: 'the tax owed again' });

  await agent.getByRole('button', { name: m.close.button }).click();
  await agent.getByLabel(m.count.piecesOf(money(10_000))).fill('4');
  await agent.getByLabel(m.count.piecesOf(money(1_000))).fill('9');
  await agent.getByText(m.close.short(money(1_000))).waitFor();
  await agent.getByRole('button', { name: m.close.confirmSafe }).click();
  await agent.getByText(m.close.reasonFault).waitFor();
  await picture(agent, 'till-close-1280');
  expect(await accessibilityFaults(agent)).toEqual([]);
  await agent.getByLabel(m.close.reason).fill('Un billet de mille rendu en trop à midi.');
  await agent.getByRole('button', { name: m.close.confirmSafe }).click();
  await confirmed(agent, 'agent', () => agent.getByRole('link', { name: m.close.report }).waitFor({ timeout: 90_000 }));

  await supervisor.goto(`${stack.origin}/bureau/caisses`);
  await supervisor.getByText('Un billet de mille rendu en trop à midi.').waitFor();
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  await picture(supervisor, 'till-office-1280');
  await supervisor.getByRole('button', { name: m.office.note }).click();
  await supervisor.getByText(/Relevé par/).waitFor();
  await supervisor.setViewportSize(PHONE);
  await noSideways(supervisor);
  await picture(supervisor, 'till-office-390');
  await supervisor.setViewportSize(OFFICE_PC);
  await supervisor
    .getByRole('link', { name: /^Rapport de la caisse/ })
    .first()
    .click();
  await supervisor.getByRole('heading', { level: 1, name: m.report.title }).waitFor();
  expect(await accessibilityFaults(supervisor)).toEqual([]);
  await picture(supervisor, 'till-report-1280');
  await supervisor.emulateMedia({ media: 'print' });
  await picture(supervisor, 'till-report-print');
  await supervisor.emulateMedia({ media: 'screen' });

  const env = { ...process.env, DATABASE_URL: stack.env['DATABASE_URL'] };
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'ledger:check'], { cwd: checkout, env });
  expect(stdout).toContain('the books agree');
});
