import { and, eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { counter as c } from '#client/src/lib/i18n/messages/counter.fr.ts';
import { dossier as d } from '#client/src/lib/i18n/messages/dossier.fr.ts';
import { notices as n } from '#client/src/lib/i18n/messages/notices.fr.ts';
import { connectDatabase, type Database } from '#db/connect.ts';
import { documentFields, documents } from '#db/schema/documents.ts';
import { users } from '#db/schema/identity.ts';
import { auditLog } from '#db/schema/platform.ts';
import { tickets } from '#db/schema/tickets.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createDocumentsService } from '#server/documents/documents.service.ts';
import { createVehiclesService } from '#server/vehicles/vehicles.service.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { accessibilityFaults, launchBrowser, openContext, PHONE, picture } from './browser.ts';
import { submitPhotographs } from './citizen-pages.ts';
import { payAs } from './pay-as.ts';
import { anySample } from './samples.ts';
import { signInStaff } from './staff.ts';
import { startTestStack } from './test-stack.ts';
import { fr } from './texts.ts';

/** The agent's screen: the search, the file of a vehicle, a claim decided while its claimant looks on, a payment seen, a line that is away. */
const OFFICE_PC = { width: 1280, height: 720 };
const WIDE = { width: 1920, height: 1080 };
const FORMER = 'Ravelojaonina Sitraka';
let stack: RunningStack;
let database: Database;
let browser: Browser;
let citizen: Page;
let agent: Page;
let plate: string;
let vehicleId: string;
let claimant: { id: string; name: string };
let setAway: (away: boolean) => void;
const faults: string[] = [];

beforeAll(async () => {
  // A counter that is open already, and a claim that was decided, are of an earlier run.
  stack = await startTestStack('e2e-counter');
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', applicationName: 'e2e-counter' });
  browser = await launchBrowser();
  const known = stack.signIns.find(({ role }) => role === 'citizen');
  const [user] = await database.db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(eq(users.email, known?.identifier ?? ''));
  if (!user || !known) throw new Error('the demo has no citizen');
  claimant = user;
  citizen = await (await openContext(browser, PHONE)).newPage();
  await citizen.goto(`${stack.origin}/connexion`, { waitUntil: 'networkidle' });
  await citizen.getByLabel(fr.auth.identifier).fill(known.identifier);
  await citizen.getByLabel(fr.auth.password, { exact: true }).fill(known.password);
  await citizen.getByRole('button', { name: fr.signIn }).click();
  await citizen.waitForURL('**/vehicules');
  await claim();
});
afterAll(async () => {
  await browser?.close();
  await database?.close();
  await stack?.stop();
});

/** The citizen photographs a card; its plate turns out to be registered to somebody else. */
async function claim(): Promise<void> {
  const { db } = database;
  const documentId = await submitPhotographs(citizen, stack, anySample('001_mild_malagasy.jpg').files);
  await until(async () => (await db.select().from(documents).where(eq(documents.id, documentId)))[0]?.status === 'read', {
    what: 'the card to be read',
    timeoutMs: 120_000,
  });
  const [read] = await db
    .select()
    .from(documentFields)
    .where(and(eq(documentFields.documentId, documentId), eq(documentFields.name, 'plate')));
  plate = read?.value ?? '';
  const [owner] = await db.insert(owners).values({ name: FORMER }).returning();
  const car = {
    plate,
    country: 'MG',
    holderName: FORMER.toUpperCase(),
    make: 'PEUGEOT',
    model: '206',
    fuel: 'ES',
    fiscalPower: 6,
  };
  const values = { ...car, firstRegistration: '2004-03-01', ownerId: owner?.id ?? null };
  const [vehicle] = await db
    .insert(vehicles)
    .values(values)
    .onConflictDoUpdate({ target: [vehicles.country, vehicles.plate], set: values })
    .returning();
  vehicleId = vehicle?.id ?? '';
  const deps = { db, notifier: { wake: () => undefined }, clock: () => new Date() };
  const service = createDocumentsService({
    ...deps,
    vehicles: createVehiclesService(deps),
    country: 'MG',
    timeZone: 'Indian/Antananarivo',
  });
  await service.confirm(claimant.id, documentId, true);
}

/** Makes a page's line one that can be cut: Chromium's own switch leaves open sockets alone. What is tried while it is away fails. */
async function cuttable(page: Page): Promise<(away: boolean) => void> {
  let isAway = false;
  const lines = new Set<{ close(): Promise<void> }>();
  await page.routeWebSocket(/\/socket\.io\//, (line) => {
    if (isAway) return void line.close();
    line.connectToServer();
    lines.add(line);
  });
  await page.route(/\/socket\.io\//, (route) => (isAway ? route.abort() : route.continue()));
  return (away) => {
    isAway = away;
    if (away) for (const line of lines) void line.close();
    lines.clear();
  };
}

it('finds a vehicle by a name with a typing error, by keyboard alone', async () => {
  agent = await (await openContext(browser, OFFICE_PC)).newPage();
  setAway = await cuttable(agent);
  agent.on('pageerror', (error) => faults.push(error.message));
  await signInStaff(agent, stack, 'agent');
  await agent.goto(`${stack.origin}/bureau/guichet`);
  await agent.getByLabel(c.open.label).fill('3');
  await agent.getByRole('checkbox').first().check();
  await agent.getByRole('button', { name: c.open.button }).click();
  await agent.getByRole('button', { name: c.queue.walkIn }).waitFor();

  await agent.keyboard.press('n');
  const dialog = agent.getByRole('dialog');
  await dialog.getByRole('combobox').first().selectOption({ index: 1 });
  await dialog.getByRole('button', { name: c.walkIn.button }).click();
  await dialog.getByRole('status').first().waitFor();
  await agent.keyboard.press('Escape');
  await agent.keyboard.press('s');
  await agent.locator('.ticket.called').waitFor();
  await agent.keyboard.press('l');
  await agent.locator('.ticket.serving').waitFor();

  await agent.keyboard.press('/');
  await agent.keyboard.type('ravelojoanina sit');
  const option = agent.getByRole('option', { selected: true });
  await option.filter({ hasText: d.search.fit.typo }).waitFor();
  expect(await option.innerText()).toContain(formatPlate(plate, 'MG'));
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'counter-search-1280');
  await agent.keyboard.press('Enter');
  await agent.getByRole('heading', { name: d.title }).waitFor();
  await agent.getByText(FORMER).first().waitFor();
});

it('links the vehicle to the ticket, for whoever gets it next', async () => {
  const number = await agent.locator('#current-title').innerText();
  await agent.getByRole('button', { name: d.link(number) }).click();
  await agent.getByText(d.linked(number)).waitFor();
  const [ticket] = await database.db.select().from(tickets).where(eq(tickets.number, number));
  expect(ticket?.vehicleId).toBe(vehicleId);
});

it('decides a claim with both documents side by side while the claimant looks on', async () => {
  await citizen.goto(`${stack.origin}/vehicules`);
  await citizen.getByText(fr.garage.claims.status.open).first().waitFor();
  await agent.getByRole('button', { name: d.claims.look }).click();
  const dialog = agent.getByRole('dialog', { name: d.claims.dialog(formatPlate(plate, 'MG')) });
  const photo = dialog.getByRole('img').first();
  await until(async () => photo.evaluate((image: object) => Number(Reflect.get(image, 'naturalWidth')) > 100), {
    what: 'the photograph',
    timeoutMs: 20_000,
  });
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'counter-claim-1280');
  await dialog.getByRole('button', { name: d.claims.accept(claimant.name) }).click();
  await agent.getByText(d.claims.accepted(claimant.name)).waitFor();
  // Nobody touched the citizen's page.
  await citizen.getByText(fr.garage.claims.status.accepted).first().waitFor();
  await citizen.getByText(formatPlate(plate, 'MG')).first().waitFor();
  await citizen.goto(`${stack.origin}/avis`);
  await citizen.getByText(n.kind.claim_accepted.title).first().waitFor();
  await agent.getByText(claimant.name).first().waitFor();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'counter-file-1280');
  await agent.setViewportSize(WIDE);
  await picture(agent, 'counter-file-1920');
  await agent.setViewportSize(PHONE);
  expect(await agent.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await picture(agent, 'counter-file-390');
  await agent.setViewportSize(OFFICE_PC);
  const kept = await database.db.select().from(auditLog).where(eq(auditLog.entityId, vehicleId));
  expect(kept.map(({ action }) => action)).toContain('vehicle_file.opened');
});

it('shows at once what the citizen pays with their telephone', async () => {
  await payAs(citizen.context(), stack, plate);
  const payments = agent.getByRole('region', { name: d.payments });
  await payments.getByText(/^W\d-\d{4}-\d{8}$/).waitFor({ timeout: 60_000 });
  await agent.getByText(fr.tax.status.paid).first().waitFor();
});

it('says at once that the line is away, lets nothing be decided, keeps what is typed and goes on by itself', async () => {
  onTestFailed(() => picture(agent, 'counter-offline-failed-1280'));
  const note = agent.getByLabel(d.notes.label);
  const add = agent.getByRole('button', { name: d.notes.add });
  const away = agent.getByText(/Connexion coupée\. Ce dossier/);
  await note.fill('A présenté l’original.');
  expect(await add.isEnabled()).toBe(true);
  setAway(true);
  await away.waitFor({ timeout: 15_000 });
  expect(await add.isDisabled()).toBe(true);
  await agent.getByRole('combobox', { name: d.search.label }).fill('ravelojaonina');
  await agent.getByText(d.search.offline).waitFor();
  expect(await accessibilityFaults(agent)).toEqual([]);
  await picture(agent, 'counter-offline-1280');
  setAway(false);
  await away.waitFor({ state: 'detached', timeout: 20_000 });
  expect(await note.inputValue()).toBe('A présenté l’original.');
  await agent.keyboard.press('Escape');
  await add.click();
  await agent.getByRole('listitem').filter({ hasText: 'A présenté l’original.' }).waitFor();
  expect(await note.inputValue()).toBe('');
});

it('shows nothing of it to citizens, photographs neither', async () => {
  const [document] = await database.db.select().from(documents).where(eq(documents.vehicleId, vehicleId));
  const address = `/api/vehicle-files/documents/${document?.id ?? ''}/pages/recto/image?size=320x240`;
  const statusOf = (page: Page) => page.evaluate(async (url) => (await fetch(url)).status, address);
  expect([await statusOf(agent), await statusOf(citizen)]).toEqual([200, 403]);
  expect((await fetch(`${stack.origin}${address}`)).status).toBe(401);
  expect(faults).toEqual([]);
});
