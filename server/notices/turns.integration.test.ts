import { randomUUID } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appointmentPlans, appointments, officeHours } from '#db/schema/appointments.ts';
import { offices, users } from '#db/schema/identity.ts';
import { notices } from '#db/schema/notices.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import { officeServices } from '#db/schema/tickets.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { JOBS_OF_EVENTS } from '#shared/contracts/jobs.ts';
import type { NoticeContent } from '#shared/contracts/notices.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createAppointmentsService } from '../appointments/appointments.service.ts';
import { createCountersService, type CounterAgent } from '../tickets/counters.service.ts';
import { createTicketsService } from '../tickets/tickets.service.ts';
import { createAppointmentRemindersService } from './appointment-reminders.service.ts';
import { createDeliveriesService } from './deliveries.service.ts';

/** Whose turn comes, and whose appointment is near, is told: on a real database, with the clock turned. */
const MINUTE = 60_000;
// Monday the 12th, nine in Antananarivo.
const MORNING = Date.parse('2026-01-12T06:00:00Z');
let now = MORNING;
let database: TestDatabase;
let officeId: string;
let serviceId: string;
let agent: CounterAgent;
const deps = () => ({
  ...{ db: database.db, notifier: { wake: () => undefined }, clock: () => new Date(now) },
  ...{ timeZone: 'Indian/Antananarivo', country: madagascar },
});
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = MORNING;
  [officeId, serviceId] = [randomUUID(), randomUUID()];
  const { db } = database;
  await db.delete(outbox);
  await db.insert(offices).values({ id: officeId, code: officeId.slice(0, 8), name: 'Centre d’essai', city: 'Ville' });
  await db
    .insert(officeServices)
    .values({ id: serviceId, officeId, prefix: 'A', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 8 });
  await db.insert(appointmentPlans).values({ serviceId, slotMinutes: 30, capacity: 3 });
  await db.insert(officeHours).values([1, 2].map((weekday) => ({ officeId, weekday, opens: '08:00', closes: '12:00' })));
  agent = { userId: await person(), officeId };
  await createCountersService(deps()).open(agent, { label: '4', serviceIds: [serviceId] });
});

async function person(phone?: string): Promise<string> {
  const id = randomUUID();
  await database.db
    .insert(users)
    .values({ id, name: 'Rakoto', email: `${id}@example.mg`, emailVerified: true, ...(phone && { phone, phoneVerified: true }) });
  return id;
}
const take = async (userId: string | null): Promise<string> => {
  // Nobody takes one in the very millisecond of another.
  now += 1_000;
  const order = { clientId: randomUUID(), officeId, serviceId, priority: 'none' as const };
  return (await createTicketsService(deps()).take(order, { source: 'phone', userId })).id;
};
/** Does the jobs of all calls that the outbox has. */
async function tell(): Promise<void> {
  const rows = await database.db.select().from(outbox).where(eq(outbox.name, 'ticket.called')).orderBy(asc(outbox.position));
  const deliveries = createDeliveriesService(deps());
  for (const { id, payload } of rows)
    for (const { name, payload: job } of JOBS_OF_EVENTS['ticket.called']?.(payload as never, id) ?? [])
      if (name === 'notice.deliver') await deliveries.deliver(job.eventId, job.source);
}
const told = async (userId: string): Promise<NoticeContent[]> => {
  const rows = await database.db.select().from(notices).where(eq(notices.userId, userId)).orderBy(asc(notices.createdAt));
  return rows.map(({ kind, params }) => ({ kind, params }) as NoticeContent);
};
const sentTo = (recipient: string) => database.db.select().from(messages).where(eq(messages.recipient, recipient));

describe('who waits', () => {
  it('is told that their turn is near, then that they are called, each once whatever is doubled', async () => {
    await take(null);
    const rakoto = await person(`+26134${String(Date.now()).slice(-7)}`);
    const ticketId = await take(rakoto);
    for (let more = 0; more < 3; more += 1) await take(null);
    const last = await person();
    await take(last);
    now += 20 * MINUTE;
    const counters = createCountersService(deps());
    const first = await counters.callNext(agent);
    await tell();
    await tell();
    expect(await told(rakoto)).toMatchObject([
      { kind: 'ticket_near', params: { ticketId, office: 'Centre d’essai', minutes: 8 } },
    ]);
    // Three before them, eight minutes each.
    expect(await told(last)).toEqual([]);
    await counters.act(agent, first?.id ?? '', 'serve');
    await counters.act(agent, first?.id ?? '', 'finish');
    now += MINUTE;
    const called = await counters.callNext(agent);
    expect(called?.id).toBe(ticketId);
    await tell();
    expect(await told(rakoto)).toMatchObject([
      { kind: 'ticket_near' },
      { kind: 'ticket_called', params: { ticketId, counter: '4' } },
    ]);
    expect((await sentTo(`${rakoto}@example.mg`)).length).toBe(2);
  });

  it('hears of another call in the app alone, and of none once they came', async () => {
    const rakoto = await person();
    const ticketId = await take(rakoto);
    const counters = createCountersService(deps());
    await counters.callNext(agent);
    await tell();
    now += MINUTE;
    await counters.act(agent, ticketId, 'recall');
    await tell();
    expect((await told(rakoto)).map(({ kind }) => kind)).toEqual(['ticket_called', 'ticket_called']);
    expect(await sentTo(`${rakoto}@example.mg`)).toHaveLength(1);
    await counters.act(agent, ticketId, 'recall');
    await counters.act(agent, ticketId, 'serve');
    await tell();
    expect(await told(rakoto)).toHaveLength(2);
  });
});

describe('an appointment', () => {
  const remind = () => createAppointmentRemindersService(deps()).run();
  async function booked(startsAt: string): Promise<{ userId: string; id: string }> {
    const userId = await person();
    const made = await createAppointmentsService(deps()).book(userId, { clientId: randomUUID(), officeId, serviceId, startsAt });
    return { userId, id: made.id };
  }
  const TUESDAY_TEN = '2026-01-13T07:00:00.000Z';

  it('is told of the day before and two hours before, each once, whoever looks at once', async () => {
    const { userId, id } = await booked(TUESDAY_TEN);
    expect(await remind()).toBe(0);
    now = MORNING + 3 * 60 * MINUTE;
    await Promise.all([remind(), remind(), remind()]);
    await remind();
    expect(await told(userId)).toMatchObject([
      { kind: 'appointment_near', params: { appointmentId: id, office: 'Centre d’essai', startsAt: TUESDAY_TEN } },
    ]);
    now = Date.parse(TUESDAY_TEN) - 110 * MINUTE;
    await remind();
    await remind();
    expect((await told(userId)).map(({ kind }) => kind)).toEqual(['appointment_near', 'appointment_near']);
  });

  it('is not told of at night the day before, when it was given back, nor when it was booked just now', async () => {
    const { userId } = await booked(TUESDAY_TEN);
    const given = await booked(TUESDAY_TEN);
    await database.db.update(appointments).set({ state: 'cancelled' }).where(eq(appointments.id, given.id));
    now = Date.parse('2026-01-12T20:00:00Z');
    await remind();
    expect(await told(userId)).toEqual([]);
    now = Date.parse('2026-01-13T05:10:00Z');
    const late = await booked(TUESDAY_TEN);
    await remind();
    expect([await told(userId), await told(given.userId), await told(late.userId)].map(({ length }) => length)).toEqual([
      1, 0, 0,
    ]);
  });
});
