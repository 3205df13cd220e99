import { and, asc, desc, eq, gte, inArray, lt, lte, or, sql } from 'drizzle-orm';
import type { AppointmentState, AppointmentView, VisitsView } from '#shared/contracts/appointments.ts';
import type { QueueView } from '#shared/contracts/tickets.ts';
import type { OpeningHours, SlotPlan } from '#shared/domain/tickets/slots.ts';
import type { Executor, Tx } from './connect.ts';
import { appointmentPlans, appointments, appointmentSlots, officeClosedDays, officeHours } from './schema/appointments.ts';
import { offices, users } from './schema/identity.ts';
import { notices } from './schema/notices.ts';
import { officeServices, tickets } from './schema/tickets.ts';

export type AppointmentRow = typeof appointments.$inferSelect;

/** When an office is open, by weekday and hour. */
export async function hoursOf(db: Executor, officeId: string): Promise<OpeningHours[]> {
  return db
    .select({ weekday: officeHours.weekday, opens: officeHours.opens, closes: officeHours.closes })
    .from(officeHours)
    .where(eq(officeHours.officeId, officeId))
    .orderBy(asc(officeHours.weekday), asc(officeHours.opens));
}

/** Days from `from` on at which an office stays closed. */
export async function closedDaysOf(db: Executor, officeId: string, from: string): Promise<string[]> {
  const rows = await db
    .select({ day: officeClosedDays.day })
    .from(officeClosedDays)
    .where(and(eq(officeClosedDays.officeId, officeId), gte(officeClosedDays.day, from)))
    .orderBy(asc(officeClosedDays.day));
  return rows.map(({ day }) => day);
}

/** Null when the service gives no appointments. */
export async function slotPlanOf(db: Executor, serviceId: string): Promise<SlotPlan | null> {
  const [row] = await db
    .select({ slotMinutes: appointmentPlans.slotMinutes, capacity: appointmentPlans.capacity })
    .from(appointmentPlans)
    .where(eq(appointmentPlans.serviceId, serviceId));
  return row ?? null;
}

/** How many have each slot of a service, by instant. */
export async function slotsTaken(db: Executor, serviceId: string, from: Date, to: Date): Promise<Map<number, number>> {
  const rows = await db
    .select({ startsAt: appointmentSlots.startsAt, taken: appointmentSlots.taken })
    .from(appointmentSlots)
    .where(
      and(eq(appointmentSlots.serviceId, serviceId), gte(appointmentSlots.startsAt, from), lte(appointmentSlots.startsAt, to)),
    );
  return new Map(rows.map(({ startsAt, taken }) => [startsAt.getTime(), taken]));
}

/** Takes one place of a slot; false when none is left. Who asks at once waits for the row, so no more than `capacity` get one. */
export async function takeSlot(tx: Tx, slot: { serviceId: string; startsAt: Date }, capacity: number): Promise<boolean> {
  const rows = await tx
    .insert(appointmentSlots)
    .values({ ...slot, taken: 1 })
    .onConflictDoUpdate({
      target: [appointmentSlots.serviceId, appointmentSlots.startsAt],
      set: { taken: sql`${appointmentSlots.taken} + 1` },
      setWhere: lt(appointmentSlots.taken, capacity),
    })
    .returning({ taken: appointmentSlots.taken });
  return rows.length === 1;
}

/** Gives a place back. */
export async function freeSlot(tx: Tx, { serviceId, startsAt }: { serviceId: string; startsAt: Date }): Promise<void> {
  await tx
    .update(appointmentSlots)
    .set({ taken: sql`${appointmentSlots.taken} - 1` })
    .where(and(eq(appointmentSlots.serviceId, serviceId), eq(appointmentSlots.startsAt, startsAt)));
}

/** Codes of an office's day that are given out. */
export async function codesOf(db: Executor, officeId: string, day: string): Promise<Set<string>> {
  const rows = await db
    .select({ code: appointments.code })
    .from(appointments)
    .where(and(eq(appointments.officeId, officeId), eq(appointments.day, day)));
  return new Set(rows.map(({ code }) => code));
}

export async function insertAppointment(tx: Tx, row: typeof appointments.$inferInsert): Promise<AppointmentRow> {
  const [made] = await tx.insert(appointments).values(row).returning();
  if (!made) throw new Error('appointments returned nothing');
  return made;
}

export async function findAppointmentByClientId(db: Executor, userId: string, clientId: string): Promise<AppointmentRow | null> {
  const [row] = await db
    .select()
    .from(appointments)
    .where(and(eq(appointments.userId, userId), eq(appointments.clientId, clientId)));
  return row ?? null;
}

/** The open appointment of a person for a service. */
export async function findBooked(db: Executor, userId: string, serviceId: string): Promise<AppointmentRow | null> {
  const [row] = await db
    .select()
    .from(appointments)
    .where(and(eq(appointments.userId, userId), eq(appointments.serviceId, serviceId), eq(appointments.state, 'booked')));
  return row ?? null;
}

export async function lockAppointment(tx: Tx, id: string): Promise<AppointmentRow | null> {
  const [row] = await tx.select().from(appointments).where(eq(appointments.id, id)).for('update');
  return row ?? null;
}

/** By what the person types at the office on the day. */
export async function findAppointmentByCode(
  db: Executor,
  officeId: string,
  day: string,
  code: string,
): Promise<AppointmentRow | null> {
  const [row] = await db
    .select()
    .from(appointments)
    .where(and(eq(appointments.officeId, officeId), eq(appointments.day, day), eq(appointments.code, code)));
  return row ?? null;
}

export async function endAppointment(
  tx: Tx,
  id: string,
  end: { state: Exclude<AppointmentState, 'booked'>; ticketId?: string; endedAt: Date },
): Promise<void> {
  await tx.update(appointments).set(end).where(eq(appointments.id, id));
}

/** Booked for a day before, and nobody came; oldest first. */
export async function missedBefore(
  db: Executor,
  day: string,
  limit: number,
): Promise<{ id: string; userId: string; officeId: string }[]> {
  return db
    .select({ id: appointments.id, userId: appointments.userId, officeId: appointments.officeId })
    .from(appointments)
    .where(and(eq(appointments.state, 'booked'), lt(appointments.day, day)))
    .orderBy(asc(appointments.startsAt))
    .limit(limit);
}

/** An office's appointments of a day whose people did not come yet. */
export async function appointmentsExpected(db: Executor, officeId: string, day: string): Promise<QueueView['appointments']> {
  const rows = await db
    .select({ id: appointments.id, startsAt: appointments.startsAt, serviceId: appointments.serviceId, personName: users.name })
    .from(appointments)
    .innerJoin(users, eq(users.id, appointments.userId))
    .where(and(eq(appointments.officeId, officeId), eq(appointments.day, day), eq(appointments.state, 'booked')))
    .orderBy(asc(appointments.startsAt), asc(appointments.id));
  return rows.map(({ startsAt, ...row }) => ({ ...row, startsAt: startsAt.toISOString() }));
}

/** A person's appointments that are open, and those of a day. */
export async function appointmentsOf(db: Executor, userId: string, day: string): Promise<AppointmentView[]> {
  const rows = await db
    .select({ appointment: appointments, office: offices, service: officeServices })
    .from(appointments)
    .innerJoin(offices, eq(offices.id, appointments.officeId))
    .innerJoin(officeServices, eq(officeServices.id, appointments.serviceId))
    .where(
      and(
        eq(appointments.userId, userId),
        or(eq(appointments.state, 'booked'), and(eq(appointments.day, day), eq(appointments.state, 'arrived'))),
      ),
    )
    .orderBy(asc(appointments.startsAt));
  return rows.map(({ appointment, office, service }) => ({
    id: appointment.id,
    officeId: office.id,
    officeName: office.name,
    city: office.city,
    service: {
      id: service.id,
      prefix: service.prefix,
      name: { fr: service.nameFr, en: service.nameEn },
      usualMinutes: service.usualMinutes,
    },
    startsAt: appointment.startsAt.toISOString(),
    state: appointment.state,
    code: appointment.code,
    ticketId: appointment.ticketId,
  }));
}

/** What a person has at offices on a day. */
export async function readVisits(db: Executor, userId: string, day: string): Promise<VisitsView> {
  const open = await db
    .select({ id: tickets.id, number: tickets.number, officeId: offices.id, officeName: offices.name })
    .from(tickets)
    .innerJoin(offices, eq(offices.id, tickets.officeId))
    .where(
      and(
        eq(tickets.userId, userId),
        eq(tickets.day, day),
        inArray(tickets.state, ['waiting', 'called', 'serving', 'on_hold', 'no_show']),
      ),
    )
    .orderBy(desc(tickets.takenAt));
  return { tickets: open, appointments: await appointmentsOf(db, userId, day) };
}

/** Booked appointments that begin between two moments, were booked before `bookedBefore` and of which nobody was told with this key. */
export async function appointmentsToRemind(
  db: Executor,
  of: { from: Date; to: Date; bookedBefore: Date; stage: string },
  limit: number,
): Promise<{ id: string; userId: string; office: string; startsAt: Date; code: string }[]> {
  return db
    .select({
      ...{ id: appointments.id, userId: appointments.userId, startsAt: appointments.startsAt, code: appointments.code },
      office: offices.name,
    })
    .from(appointments)
    .innerJoin(offices, eq(offices.id, appointments.officeId))
    .where(
      and(
        eq(appointments.state, 'booked'),
        gte(appointments.startsAt, of.from),
        lte(appointments.startsAt, of.to),
        lt(appointments.bookedAt, of.bookedBefore),
        sql`not exists (select from ${notices} where ${notices.userId} = ${appointments.userId} and ${notices.kind} = 'appointment_near'
          and ${notices.eventKey} = ${appointments.id} || ':' || ${of.stage}::text)`,
      ),
    )
    .orderBy(asc(appointments.startsAt))
    .limit(limit);
}
