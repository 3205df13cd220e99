import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, type Database } from '#db/connect.ts';
import { users } from '#db/schema/identity.ts';
import { auditLog } from '#db/schema/platform.ts';
import { alarms as m } from '#client/src/lib/i18n/messages/alarms.fr.ts';
import { anomalies as a } from '#client/src/lib/i18n/messages/anomalies.fr.ts';
import { till as tillWords } from '#client/src/lib/i18n/messages/till.fr.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createCashService } from '#server/tills/cash.service.ts';
import { createTillsService, type TillAgent } from '#server/tills/tills.service.ts';
import { METRIC_WORDS } from '#shared/domain/alarms/words.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { inCash } from '#shared/domain/tills/cash.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, DESK, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';

/** A till that does not add up, from its count to the end of its alarm; a receipt that is shown where one car cannot have been. */
const { name: VARIANCE } = METRIC_WORDS.fr['till.variance'];
const money = (amount: number): string => formatMoney(amount, madagascar, 'fr');
let stack: RunningStack;
let database: Database;
let browser: Browser;
let supervisor: Page;
let administrator: Page;
let agent: TillAgent;
/** The same use-cases as the nodes', on the same database. */
const services = () => {
  const deps = { db: database.db, notifier: { wake: () => undefined }, clock: () => new Date(), country: madagascar };
  return { tills: createTillsService(deps), cash: createCashService(deps) };
};
const notes = (amount: number) => inCash(amount, madagascar).count;
const banner = (page: Page) => page.getByRole('region', { name: m.banner.label });
const Caught = z.array(z.object({ subject: z.string().optional(), text: z.string(), to: z.unknown() }));
const mails = async (): Promise<z.infer<typeof Caught>> =>
  Caught.parse(await (await fetch(`${stack.catcherUrl ?? ''}/messages.json`)).json()).filter(({ subject }) =>
    subject?.includes(VARIANCE),
  );
const noSideways = async (page: Page): Promise<void> =>
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
/** The page as it is, at both sizes, without faults. */
async function looked(page: Page, name: string): Promise<void> {
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, `${name}-1440`);
  await page.setViewportSize(PHONE);
  await noSideways(page);
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, `${name}-390`);
  await page.setViewportSize(DESK);
}

beforeAll(async () => {
  stack = await startTestStack('e2e-alarms');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-alarms' });
  browser = await launchBrowser();
  [supervisor, administrator] = [
    await (await openContext(browser, DESK)).newPage(),
    await (await openContext(browser, DESK)).newPage(),
  ];
  await Promise.all([signInStaff(supervisor, stack, 'supervisor'), signInStaff(administrator, stack, 'administrator')]);
  const [row] = await database.db.select().from(users).where(eq(users.role, 'agent'));
  agent = { userId: row?.id ?? '', role: 'agent', officeId: row?.officeId ?? '' };
});
afterAll(async () => {
  await browser.close();
  await database.close();
  await stack.stop();
});

it('an administrator tries a rule on the last day, and sets it', async () => {
  await administrator.goto(`${stack.origin}/bureau/alarmes`);
  await administrator.getByRole('heading', { name: m.rules.title }).waitFor();
  const row = administrator.getByRole('row').filter({ hasText: VARIANCE });
  // Measured already; what nobody measures says so.
  await row.getByText(money(0), { exact: true }).first().waitFor();
  await administrator
    .getByRole('row')
    .filter({ hasText: METRIC_WORDS.fr['replica.late'].name })
    .getByText(m.rules.unknown)
    .waitFor();
  await administrator.getByRole('button', { name: m.rules.changeOf(VARIANCE) }).click();
  const dialog = administrator.getByRole('dialog', { name: VARIANCE });
  await dialog.getByLabel(m.rules.warnAt('above')).fill('beaucoup');
  await dialog.getByRole('button', { name: m.rules.save }).click();
  await dialog.getByText(m.rules.numberFault).waitFor();
  await dialog.getByLabel(m.rules.warnAt('above')).fill('500');
  await dialog.getByLabel('Administrateur', { exact: true }).check();
  await dialog.getByRole('button', { name: m.rules.trial }).click();
  await dialog.getByText(/Ces seuils n’auraient ouvert aucune alarme/).waitFor();
  expect(await accessibilityFaults(administrator)).toEqual([]);
  await picture(administrator, 'alarms-rule-1440');
  await dialog.getByRole('button', { name: m.rules.save }).click();
  await row.getByText('plus de').first().waitFor();
  await row.getByText(new RegExp(money(500))).waitFor();
  const [kept] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'alarm_rule.changed'));
  expect(kept?.details).toMatchObject({ warnAt: 500, warnAtBefore: 0, roles: 'supervisor administrator' });
});

it('a till with a difference: the banner comes by itself, one e-mail each; one takes it on, the other sees who', async () => {
  const { tills } = services();
  const till = await tills.open(agent, { idempotencyKey: randomUUID(), float: notes(20_000) });
  await tills.close(agent, { tillId: till.id, count: notes(18_000), reason: 'Deux billets manquent.' });
  const counted = Date.now();
  await banner(supervisor).getByText(money(2_000)).waitFor({ timeout: 20_000 });
  console.log(`the banner stood ${Date.now() - counted} ms after the till was closed`);
  await banner(administrator).getByText(money(2_000)).waitFor({ timeout: 20_000 });
  expect(await supervisor.getByRole('status').filter({ hasText: VARIANCE }).count()).toBe(1);
  await until(async () => (await mails()).length === 2, { what: 'an e-mail for each', timeoutMs: 20_000 });
  await looked(supervisor, 'alarms-banner');

  // Folded away it still stands there, in one line.
  await banner(supervisor).getByRole('button', { name: m.banner.fold }).click();
  await banner(supervisor).getByText(m.banner.lasting(1)).waitFor();
  await supervisor.reload();
  await banner(supervisor).getByText(m.banner.lasting(1)).waitFor();
  await banner(supervisor).getByRole('button', { name: m.banner.unfold }).click();

  await banner(supervisor).getByRole('link', { name: m.banner.see }).click();
  const card = supervisor.getByRole('article').filter({ hasText: VARIANCE });
  await card.getByRole('img').waitFor();
  await card.getByRole('button', { name: m.take }).click();
  const dialog = supervisor.getByRole('dialog', { name: m.takeTitle });
  await dialog.getByRole('button', { name: m.take }).click();
  await dialog.getByText(m.noteFault).waitFor();
  await dialog.getByLabel(m.note).fill('Je recompte avec Fanja.');
  await dialog.getByRole('button', { name: m.take }).click();
  await card.getByText('Je recompte avec Fanja.').waitFor();
  await administrator.getByRole('article').filter({ hasText: 'Je recompte avec Fanja.' }).waitFor();
  await banner(administrator)
    .getByText(/prise en charge par/)
    .waitFor();
  await looked(administrator, 'alarms-open');
});

it('closes by itself when the supervisor takes note of the difference, with how long it lasted', async () => {
  await supervisor.goto(`${stack.origin}/bureau/caisses`);
  await supervisor.getByRole('button', { name: tillWords.office.note }).click();
  await banner(supervisor).waitFor({ state: 'detached', timeout: 20_000 });
  await banner(administrator).waitFor({ state: 'detached', timeout: 20_000 });
  await administrator.getByText(m.none).waitFor();
  const item = administrator.getByRole('listitem').filter({ hasText: VARIANCE });
  await item.getByText(/pendant \d+ s/).waitFor();
  await item.getByText(`Pire valeur\u00a0: ${money(2_000)}.`).waitFor();
  await administrator.getByLabel(m.metric).selectOption('relay.late');
  await administrator.getByText(m.noHistory).waitFor();
  expect(new URL(administrator.url()).searchParams.get('mesure')).toBe('relay.late');
  await administrator.getByLabel(m.metric).selectOption('till.variance');
  await item.waitFor();
  // While it lasted, and at its end, nobody was written to again.
  expect(await mails()).toHaveLength(2);
});

it('a receipt that two inspectors saw far apart within minutes stands before the supervisor, who settles it', async () => {
  await supervisor.goto(`${stack.origin}/bureau/anomalies`);
  await supervisor.getByText(a.none).waitFor();
  const { tills, cash } = services();
  const till = await tills.open(agent, { idempotencyKey: randomUUID(), float: notes(20_000) });
  const items = [{ plate: '4821FCD', fiscalYear: new Date().getFullYear() }];
  const { amount } = await cash.quote(agent, items);
  const taking = await cash.take(agent, { idempotencyKey: randomUUID(), tillId: till.id, items, amount, given: amount });
  const reference = taking.items[0]?.receipt.reference ?? '';
  const scan = (place: string, minutesAgo: number) => ({
    ...{ id: randomUUID(), reference, place },
    scannedAt: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
  });
  const answer = await fetch(`${stack.origin}/api/verify/scans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stack.origin },
    body: JSON.stringify({ scans: [scan('MG-T', 9), scan('MG-ATS', 1)] }),
  });
  expect(await answer.json()).toEqual({ kept: 2 });
  const article = supervisor.getByRole('article').filter({ hasText: a.kind.scanned_far_apart });
  await article.getByText(/Antananarivo.*Toamasina/).waitFor({ timeout: 60_000 });
  await article.getByText(a.receipts(1), { exact: true }).click();
  expect(await article.getByRole('link', { name: reference }).getAttribute('href')).toContain(taking.paymentId);
  await article.getByText(a.rule, { exact: true }).click();
  await looked(supervisor, 'anomalies-open');
  await article.getByRole('button', { name: a.confirm }).click();
  const dialog = supervisor.getByRole('dialog', { name: a.confirmTitle });
  await dialog.getByLabel(a.note).fill('Photocopie saisie à Toamasina.');
  await dialog.getByRole('button', { name: a.confirm }).click();
  await supervisor.getByText(a.none).waitFor();
  await supervisor.getByLabel(a.stateLabel).selectOption('confirmed');
  await supervisor.getByText('Photocopie saisie à Toamasina.').waitFor();
});
