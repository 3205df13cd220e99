import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { auditLog } from '#db/schema/platform.ts';
import { bureau } from '#client/src/lib/i18n/messages/bureau.fr.ts';
import { reviews as m } from '#client/src/lib/i18n/messages/reviews.fr.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signUp, submitPhotographs } from './citizen-pages.ts';
import { anySample, keyFieldsOf } from './samples.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** A doubtful card through the whole stack: its citizen on a telephone, two of the staff at the office's PCs. */
const OFFICE_PC = { width: 1280, height: 720 };
const card = anySample('001_mild_malagasy.jpg');
const plate = formatPlate(keyFieldsOf(card).plate, 'MG');
let stack: RunningStack;
let database: Database;
let browser: Browser;
let citizen: Page;
let agent: Page;
let supervisor: Page;
let id: string;

beforeAll(async () => {
  stack = await startTestStack('e2e-review');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 2, applicationName: 'e2e-review' });
  browser = await launchBrowser();
  const open = async (viewport: typeof PHONE) => (await openContext(browser, viewport)).newPage();
  [citizen, agent, supervisor] = [await open(PHONE), await open(OFFICE_PC), await open(OFFICE_PC)];
  await signUp(citizen, stack, `revue-${Date.now()}@exemple.mg`);
  await signInStaff(agent, stack, 'agent');
  await signInStaff(supervisor, stack, 'supervisor');
});
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});

const fields = fr.documents.fields;

/** From a card that was read to one that is confirmed; ends on the list of vehicles. */
async function confirm(page: Page): Promise<void> {
  await page.getByRole('heading', { name: fr.documents.reading.readTitle }).waitFor({ timeout: 90_000 });
  await page.getByRole('link', { name: fr.documents.reading.next }).click();
  await page.getByRole('checkbox', { name: fr.documents.check.declare }).check();
  await page.getByRole('button', { name: fr.documents.check.confirm }).click();
  await page.waitForURL(/\/vehicules\?ajoute=/);
}

/** The page's own content policy forbids Playwright's `waitForFunction`. */
const photographShown = () =>
  until(() => agent.evaluate<boolean>("document.querySelector('figure img')?.naturalWidth > 0"), { what: 'the photograph' });

it('a citizen is told that the list is not theirs', async () => {
  await citizen.goto(`${stack.origin}/bureau/documents`);
  await citizen.getByRole('heading', { name: bureau.refusedTitle }).waitFor();
  expect(await citizen.getByRole('heading', { name: m.title }).count()).toBe(0);
});

it('a card that its citizen changed comes into the agents’ open list; taken, the others see by whom', async () => {
  for (const page of [agent, supervisor]) {
    await page.goto(`${stack.origin}/bureau/documents`);
    await page.getByText(m.none.open).waitFor();
  }
  await picture(agent, 'review-1-empty-1280');
  id = await submitPhotographs(citizen, stack, card.files);
  await citizen.getByRole('heading', { name: fr.documents.reading.readTitle }).waitFor({ timeout: 90_000 });
  await citizen.getByRole('button', { name: fields.editOf(fields.name.fiscal_power) }).click();
  await citizen.getByLabel(fields.name.fiscal_power, { exact: true }).fill('3');
  await citizen.getByRole('button', { name: fr.save, exact: true }).click();
  await citizen.getByText(fields.saved(fields.name.fiscal_power)).waitFor();
  await confirm(citizen);
  await citizen.goto(`${stack.origin}/vehicules/documents/${id}`);
  await citizen.getByText(m.citizen.openTitle).waitFor();

  await agent.getByRole('link', { name: m.openOf(plate) }).waitFor();
  await supervisor.getByRole('link', { name: m.openOf(plate) }).waitFor();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'review-2-list-1280');
  await agent.getByRole('button', { name: m.next }).click();
  await agent.getByRole('heading', { name: m.desk.title(plate) }).waitFor();
  await supervisor.getByText(/^Chez /).waitFor();
  expect(await supervisor.getByRole('link', { name: m.openOf(plate) }).count()).toBe(0);
  await picture(supervisor, 'review-3-held-1280');
  await supervisor.goto(`${stack.origin}/bureau/documents/${id}`);
  await supervisor.getByText(/examine déjà ce document/).waitFor();
  expect((await supervisor.request.get(`${stack.origin}/api/reviews/${id}/pages/recto/image`)).status()).toBe(404);
});

it('the desk goes by the keyboard, magnifies, keeps what was typed, and says when the line is gone', async () => {
  const photograph = agent.getByRole('img', { name: /Photographie de la carte grise/ });
  await photograph.waitFor();
  await photographShown();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'review-4-desk-1280');
  await agent.setViewportSize(PHONE);
  await picture(agent, 'review-4-desk-390');
  expect(await agent.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await agent.setViewportSize(OFFICE_PC);

  // The first value to check has the focus; Enter goes through those to check, then to the button that accepts all.
  const focused = (): Promise<unknown> => agent.evaluate('document.activeElement?.id');
  const toCheck = await agent.locator('.row-field.doubt').count();
  expect(toCheck).toBeGreaterThan(0);
  const seen = new Set<unknown>();
  for (let i = 0; i < toCheck; i += 1) {
    seen.add(await focused());
    await agent.keyboard.press('Enter');
  }
  expect(seen.size).toBe(toCheck);
  expect(await focused()).toBe('decide');
  await agent.getByText(m.desk.left(0)).waitFor();

  const view = agent.getByRole('region', { name: m.desk.photo });
  await view.focus();
  await agent.keyboard.press('0');
  const measure = async (what: string): Promise<number> =>
    Number(await agent.evaluate(`document.querySelector('[aria-describedby="photo-help"]')?.${what}`));
  const widthOf = (): Promise<number> => measure('scrollWidth');
  await expect.poll(widthOf).toBeLessThanOrEqual(await measure('clientWidth'));
  const whole = await widthOf();
  await agent.keyboard.press('+');
  await expect.poll(widthOf).toBeGreaterThan(whole * 1.2);
  await view.hover();
  await agent.mouse.wheel(0, -400);
  await expect.poll(widthOf).toBeGreaterThan(whole * 2);

  const make = agent.getByLabel(fields.name.make, { exact: true });
  await make.fill('RENAULT MADAGASIKARA');
  await agent.getByRole('button', { name: m.desk.save(1) }).waitFor();
  await agent.context().setOffline(true);
  await agent.getByText(m.desk.down).waitFor();
  expect(await agent.getByRole('button', { name: m.desk.save(1) }).isDisabled()).toBe(true);
  await make.fill('RENAULT MADAGASCAR');
  await picture(agent, 'review-5-down-1280');
  await agent.context().setOffline(false);
  await expect.poll(() => agent.getByRole('button', { name: m.desk.save(1) }).isEnabled(), { timeout: 20_000 }).toBe(true);
  await agent.reload();
  await expect.poll(() => make.inputValue(), { timeout: 15_000 }).toBe('RENAULT MADAGASCAR');
  await agent.getByLabel(fields.name.fiscal_power, { exact: true }).fill('beaucoup');
  await agent.getByText(fields.fault.not_a_number).waitFor();
});

it('asks for another photograph, which the citizen’s open page shows, and gets it into the same review', async () => {
  await agent.keyboard.press('F2');
  await agent.getByRole('heading', { name: m.askTitle }).waitFor();
  await agent.getByRole('radio', { name: m.photoReason.other, exact: true }).check();
  await agent.getByRole('button', { name: m.askSend }).click();
  await agent.getByText(m.askNoteFault).waitFor();
  await agent.getByRole('radio', { name: m.photoReason.cut }).check();
  await agent.getByLabel(m.askNote).fill('Le coin en bas à droite manque.');
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'review-6-ask-1280');
  await agent.getByRole('button', { name: m.askSend }).click();
  await agent.getByText(m.desk.done.asked).waitFor();

  await citizen.getByRole('heading', { name: m.asked.title }).waitFor();
  await citizen.getByText('Le coin en bas à droite manque.').waitFor();
  expect(await accessibilityFaults(citizen)).toEqual([]);
  await picture(citizen, 'review-7-asked-390');
  expect(await citizen.getByRole('button', { name: fr.documents.reading.discard }).count()).toBe(0);
  const [recto] = card.files;
  await citizen
    .locator('input[type=file]')
    .first()
    .setInputFiles(recto ?? '');
  await confirm(citizen);
  await citizen.goto(`${stack.origin}/vehicules/documents/${id}`);

  await agent.getByText(m.reason.returned).waitFor();
  await picture(agent, 'review-8-returned-1280');
});

it('is accepted by the keyboard; the citizen’s open page says so, and every photograph shown is in the audit log', async () => {
  await citizen.getByText(m.citizen.openTitle).waitFor();
  await agent.getByRole('link', { name: m.openOf(plate) }).click();
  await agent.getByRole('button', { name: m.desk.accept }).waitFor();
  await photographShown();
  await agent.keyboard.press('Control+Enter');
  await agent.getByText(m.desk.done.accepted).waitFor();
  await agent.getByText(m.none.open).waitFor();
  await citizen.getByText(m.citizen.accepted).waitFor();
  await picture(citizen, 'review-9-accepted-390');
  const audited = (await database.db.select().from(auditLog).where(eq(auditLog.entityId, id))).map(({ action }) => action);
  const wanted = ['review.take', 'document.photograph_shown', 'review.ask_photo', 'review.accept'];
  expect(audited).toEqual(expect.arrayContaining(wanted));
});
