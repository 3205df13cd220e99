import { randomUUID } from 'node:crypto';
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { offices } from '#db/schema/identity.ts';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { officeServices, tickets } from '#db/schema/tickets.ts';
import { users } from '#db/schema/identity.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { BoardView } from '#shared/contracts/tickets.ts';
import { SetOffice } from '#shared/contracts/office.ts';
import { USUAL_RULES } from '#shared/domain/tickets/rank.ts';
import { createOfficeSettingsService, type OfficeSettingsService } from './office.service.ts';
import { createTicketsService } from './tickets.service.ts';

const now = new Date('2026-01-12T06:00:00Z');
const [officeId, serviceId, supervisor] = [randomUUID(), randomUUID(), randomUUID()];
let database: TestDatabase;
let settings: OfficeSettingsService;
const deps = (): Parameters<typeof createOfficeSettingsService>[0] => ({
  ...{ db: database.db, notifier: { wake: () => undefined }, clock: () => now, timeZone: 'Indian/Antananarivo' },
});

beforeAll(async () => {
  database = await createTestDatabase();
  settings = createOfficeSettingsService(deps());
  await database.db.insert(offices).values({ id: officeId, code: 'HALL', name: 'Centre', city: 'Ville' });
  await database.db
    .insert(users)
    .values({ id: supervisor, name: 'Vola', email: 'vola@office.example', role: 'supervisor', officeId });
  await database.db
    .insert(officeServices)
    .values({ id: serviceId, officeId, prefix: 'A', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 6 });
});
afterAll(() => database.drop());

async function board(): Promise<BoardView> {
  const [row] = await database.db
    .select()
    .from(outbox)
    .where(eq(outbox.name, 'office.changed'))
    .orderBy(desc(outbox.position))
    .limit(1);
  return row?.topics.find(({ topic }) => topic === `board:${officeId}`)?.states['public'] as BoardView;
}

it('tells the board of a new message in the change itself, and keeps who wrote it', async () => {
  const message = { fr: 'Fermé à midi', en: 'Closed at noon' };
  await settings.set(supervisor, officeId, { what: 'message', message });
  expect((await board()).message).toEqual(message);
  const [entry] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'office.changed'));
  expect(entry).toMatchObject({ actorId: supervisor, entityId: officeId, details: { what: 'message' } });
  await settings.set(supervisor, officeId, { what: 'message', message: null });
  expect((await board()).message).toBeNull();
});

it('closes a service: nobody takes a ticket for it, and it opens again', async () => {
  const line = createTicketsService(deps());
  const take = (): Promise<unknown> =>
    line.take({ clientId: randomUUID(), officeId, serviceId, priority: 'none' }, { source: 'kiosk', userId: null });
  const closed = await settings.set(supervisor, officeId, { what: 'service', serviceId, open: false, usualMinutes: 9 });
  expect(closed.services).toEqual([expect.objectContaining({ id: serviceId, open: false, usualMinutes: 9 })]);
  await expect(take()).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  await settings.set(supervisor, officeId, { what: 'service', serviceId, open: true, usualMinutes: 9 });
  await take();
});

it('keeps the message when the rules change, and goes by the new rules for who comes next', async () => {
  await settings.set(supervisor, officeId, { what: 'message', message: { fr: 'Bonjour', en: 'Hello' } });
  const rules = { ...USUAL_RULES, headStartMinutes: { ...USUAL_RULES.headStartMinutes, elderly: 10 } };
  const after = await settings.set(supervisor, officeId, { what: 'rules', rules });
  expect([after.message?.fr, after.rules]).toEqual(['Bonjour', rules]);
  const line = createTicketsService(deps());
  const { id } = await line.take(
    { clientId: randomUUID(), officeId, serviceId, priority: 'elderly' },
    { source: 'kiosk', userId: null },
  );
  const [row] = await database.db.select().from(tickets).where(eq(tickets.id, id));
  expect(row?.rankAt).toEqual(new Date(now.getTime() - 10 * 60_000));
});

it('sets hours and closed days, and refuses hours that overlap or end before they begin: nothing of them is kept', async () => {
  const hours = [{ weekday: 1, opens: '08:00', closes: '12:00' }];
  await settings.set(supervisor, officeId, { what: 'hours', hours });
  const overlap = [...hours, { weekday: 1, opens: '11:00', closes: '13:00' }];
  await expect(settings.set(supervisor, officeId, { what: 'hours', hours: overlap })).rejects.toMatchObject({
    code: 'HOURS_OVERLAP',
  });
  await settings.set(supervisor, officeId, { what: 'closed-day', day: '2026-06-26', closed: true });
  await settings.set(supervisor, officeId, { what: 'closed-day', day: '2026-06-26', closed: true });
  expect(await settings.read(officeId)).toMatchObject({ hours, closedDays: ['2026-06-26'] });
  await settings.set(supervisor, officeId, { what: 'closed-day', day: '2026-06-26', closed: false });
  expect((await settings.read(officeId)).closedDays).toEqual([]);
  for (const [opens, closes] of [
    ['12:00', '08:00'],
    ['8:00', '12:00'],
    ['08:00', '24:00'],
  ])
    expect(SetOffice.safeParse({ officeId, change: { what: 'hours', hours: [{ weekday: 1, opens, closes }] } }).success).toBe(
      false,
    );
});

it('refuses what is not the office’s', async () => {
  const other = { what: 'service' as const, serviceId: randomUUID(), open: true, usualMinutes: 5 };
  await expect(settings.set(supervisor, officeId, other)).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  await expect(settings.read(randomUUID())).rejects.toMatchObject({ code: 'OFFICE_NOT_FOUND' });
});
