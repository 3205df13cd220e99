import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appointmentPlans, appointments, appointmentSlots, officeClosedDays, officeHours } from '#db/schema/appointments.ts';
import { offices, users } from '#db/schema/identity.ts';
import { officeServices, tickets } from '#db/schema/tickets.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { readOfficeLine } from '#db/ticket-views.repository.ts';
import { createTicketsService, type TicketsService } from '../tickets/tickets.service.ts';
import { createAppointmentsService, type AppointmentsService } from './appointments.service.ts';
import { createCheckInService, endMissed, type CheckInService } from './check-in.service.ts';

// Monday the 12th, nine in Antananarivo.
const MORNING = new Date('2026-01-12T06:00:00Z');
let now = MORNING;
let database: TestDatabase;
let booking: AppointmentsService;
let checkIns: CheckInService;
let line: TicketsService;
let officeId: string;
let serviceId: string;
const deps = (): Parameters<typeof createAppointmentsService>[0] => ({
  ...{ db: database.db, notifier: { wake: () => undefined }, clock: () => now, timeZone: 'Indian/Antananarivo' },
});

beforeAll(async () => {
  database = await createTestDatabase(30);
  booking = createAppointmentsService(deps());
  checkIns = createCheckInService(deps());
  line = createTicketsService(deps());
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = MORNING;
  [officeId, serviceId] = [randomUUID(), randomUUID()];
  const { db } = database;
  await db.insert(offices).values({ id: officeId, code: officeId.slice(0, 8), name: 'Centre', city: 'Ville' });
  await db
    .insert(officeServices)
    .values({ id: serviceId, officeId, prefix: 'A', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 6 });
  await db.insert(appointmentPlans).values({ serviceId, slotMinutes: 30, capacity: 3 });
  await db.insert(officeHours).values([1, 2].map((weekday) => ({ officeId, weekday, opens: '08:00', closes: '12:00' })));
});

async function people(count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, () => ({
    id: randomUUID(),
    name: 'Rakoto',
    email: `${randomUUID()}@people.example`,
  }));
  await database.db.insert(users).values(rows);
  return rows.map(({ id }) => id);
}
const person = async (): Promise<string> => (await people(1))[0]!;
const at = (time: string, day = '2026-01-12'): string => new Date(`${day}T${time}:00+03:00`).toISOString();
const order = (startsAt: string, more = {}): Parameters<AppointmentsService['book']>[1] => ({
  ...{ clientId: randomUUID(), officeId, serviceId, startsAt },
  ...more,
});
const taken = async (startsAt: string): Promise<number> => {
  const rows = await database.db.select().from(appointmentSlots).where(eq(appointmentSlots.serviceId, serviceId));
  return rows.find((row) => row.startsAt.toISOString() === startsAt)?.taken ?? 0;
};

describe('times that can be booked', () => {
  it('are those of the opening hours that are still to come, without closed days', async () => {
    await database.db.insert(officeClosedDays).values({ officeId, day: '2026-01-13' });
    const { days } = await booking.slots(officeId, serviceId);
    expect(days.map(({ day }) => day).slice(0, 2)).toEqual(['2026-01-12', '2026-01-19']);
    expect(days[0]?.slots.map(({ startsAt }) => startsAt)).toEqual(
      ['09:30', '10:00', '10:30', '11:00', '11:30'].map((time) => at(time)),
    );
    expect(days[0]?.slots[0]?.left).toBe(3);
  });

  it('refuses others: between two, past, closed, too far ahead, of a service without any', async () => {
    const user = await person();
    await database.db.insert(officeClosedDays).values({ officeId, day: '2026-01-13' });
    for (const wrong of [
      at('09:40'),
      at('08:30'),
      at('09:00', '2026-01-13'),
      at('09:00', '2026-01-14'),
      at('09:00', '2026-03-02'),
    ])
      await expect(booking.book(user, order(wrong))).rejects.toMatchObject({ code: 'SLOT_NOT_FOUND' });
    await expect(booking.slots(randomUUID(), serviceId)).rejects.toMatchObject({ code: 'OFFICE_NOT_FOUND' });
    await expect(booking.slots(officeId, randomUUID())).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
    await database.db.delete(appointmentPlans).where(eq(appointmentPlans.serviceId, serviceId));
    expect(await booking.slots(officeId, serviceId)).toEqual({ days: [] });
    await expect(booking.book(user, order(at('10:00')))).rejects.toMatchObject({ code: 'SLOT_NOT_FOUND' });
  });
});

describe('booking', () => {
  it('gives a time of three places to three of fifty who ask at once', async () => {
    const crowd = await people(50);
    const answers = await Promise.allSettled(crowd.map((user) => booking.book(user, order(at('10:00')))));
    const got = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as { code: string }] : []));
    expect(got).toHaveLength(3);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['SLOT_FULL']));
    expect(new Set(got.map(({ code }) => code)).size).toBe(3);
    expect(await taken(at('10:00'))).toBe(3);
    const { days } = await booking.slots(officeId, serviceId);
    expect(days[0]?.slots.find(({ startsAt }) => startsAt === at('10:00'))?.left).toBe(0);
  });

  it('is one for a person and service, however often it is asked at once; the same press is the same one', async () => {
    const user = await person();
    const times = ['09:30', '10:00', '10:30', '11:00'];
    const answers = await Promise.allSettled(times.map((time) => booking.book(user, order(at(time)))));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [other] = await people(1);
    const press = order(at('11:30'));
    const [first, second] = await Promise.all([booking.book(other!, press), booking.book(other!, press)]);
    expect(first.id).toBe(second.id);
    expect(await taken(at('11:30'))).toBe(1);
  });

  it('given up leaves its place to others, once; nobody gives up another’s', async () => {
    const [user, stranger] = await people(2);
    const made = await booking.book(user!, order(at('10:00')));
    await expect(booking.cancel(stranger!, made.id)).rejects.toMatchObject({ code: 'APPOINTMENT_NOT_FOUND' });
    await Promise.all([booking.cancel(user!, made.id), booking.cancel(user!, made.id)]);
    expect(await taken(at('10:00'))).toBe(0);
    expect(await booking.list(user!)).toEqual([]);
  });

  it('changed to a time that is full keeps the one there is', async () => {
    const [user, ...others] = await people(4);
    for (const other of others) await booking.book(other, order(at('10:30')));
    const made = await booking.book(user!, order(at('10:00')));
    await expect(booking.book(user!, order(at('10:30'), { insteadOf: made.id }))).rejects.toMatchObject({ code: 'SLOT_FULL' });
    expect((await booking.list(user!)).map(({ id }) => id)).toEqual([made.id]);
    const changed = await booking.book(user!, order(at('11:00'), { insteadOf: made.id }));
    expect((await booking.list(user!)).map(({ id }) => id)).toEqual([changed.id]);
    expect([await taken(at('10:00')), await taken(at('11:00'))]).toEqual([0, 1]);
  });
});

describe('coming', () => {
  const walkIn = (): Promise<unknown> =>
    line.take({ clientId: randomUUID(), officeId, serviceId, priority: 'none' }, { source: 'kiosk', userId: null });
  const order2 = async (): Promise<string[]> =>
    ((await readOfficeLine(database.db, officeId, '2026-01-12', now))?.line.places ?? []).map(({ number }) => number);

  it('in time goes before who came less than an hour before the time; the agents’ list has it until then', async () => {
    const made = await booking.book(await person(), order(at('10:00')));
    const before = await readOfficeLine(database.db, officeId, '2026-01-12', now);
    expect(before?.queue.appointments.map(({ id, personName }) => [id, personName])).toEqual([[made.id, 'Rakoto']]);
    now = new Date(at('08:50'));
    await walkIn();
    now = new Date(at('09:10'));
    await walkIn();
    now = new Date(at('09:55'));
    const came = await Promise.all([1, 2, 3].map(() => checkIns.checkIn(officeId, made.code)));
    expect(new Set(came.map(({ ticket }) => ticket.number))).toEqual(new Set(['A003']));
    expect(came[0]?.late).toBe(false);
    expect(await order2()).toEqual(['A001', 'A003', 'A002']);
    expect((await readOfficeLine(database.db, officeId, '2026-01-12', now))?.queue.appointments).toEqual([]);
    const [row] = await database.db.select().from(tickets).where(eq(tickets.number, 'A003'));
    expect(row).toMatchObject({ source: 'appointment', appointmentAt: new Date(at('10:00')) });
  });

  it('too late is a ticket like others, and says so', async () => {
    const made = await booking.book(await person(), order(at('10:00')));
    now = new Date(at('10:10'));
    await walkIn();
    now = new Date(at('10:16'));
    expect(await checkIns.checkIn(officeId, made.code)).toMatchObject({ late: true, ticket: { number: 'A002' } });
    expect(await order2()).toEqual(['A001', 'A002']);
  });

  it('gives an ordinary ticket of the same person back: nobody waits twice', async () => {
    const user = await person();
    const made = await booking.book(user, order(at('10:00')));
    await line.take({ clientId: randomUUID(), officeId, serviceId, priority: 'none' }, { source: 'phone', userId: user });
    await checkIns.checkIn(officeId, made.code);
    expect(await order2()).toEqual(['A002']);
  });

  it('is refused for another day, another office, a wrong code and what was given up', async () => {
    const user = await person();
    const tomorrow = await booking.book(user, order(at('10:00', '2026-01-13')));
    for (const [office, code] of [
      [officeId, tomorrow.code],
      [randomUUID(), tomorrow.code],
      [officeId, 'abcdef'],
    ] as const)
      await expect(checkIns.checkIn(office, code)).rejects.toMatchObject({ code: 'APPOINTMENT_NOT_FOUND' });
    await booking.cancel(user, tomorrow.id);
    now = new Date(at('09:30', '2026-01-13'));
    await expect(checkIns.checkIn(officeId, tomorrow.code)).rejects.toMatchObject({ code: 'APPOINTMENT_STATE_CONFLICT' });
  });

  it('never is missed the day after, and another can be booked', async () => {
    const user = await person();
    const made = await booking.book(user, order(at('10:00')));
    now = new Date(at('08:30', '2026-01-13'));
    await Promise.all([endMissed(deps()), endMissed(deps())]);
    const [row] = await database.db.select().from(appointments).where(eq(appointments.id, made.id));
    expect(row?.state).toBe('missed');
    await booking.book(user, order(at('10:00', '2026-01-13')));
  });
});
