import { randomInt } from 'node:crypto';
import {
  appointmentsOf,
  closedDaysOf,
  codesOf,
  endAppointment,
  findAppointmentByClientId,
  findBooked,
  freeSlot,
  hoursOf,
  insertAppointment,
  lockAppointment,
  slotPlanOf,
  slotsTaken,
  takeSlot,
  type AppointmentRow,
} from '#db/appointments.repository.ts';
import type { Db, Executor, Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox, type TopicChange } from '#db/outbox.repository.ts';
import { findOffice, servicesOf, type ServiceRow } from '#db/tickets.repository.ts';
import { BOOKED_AHEAD_DAYS, type AppointmentView, type BookAppointment, type SlotList } from '#shared/contracts/appointments.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { addDays, civilDate } from '#shared/domain/dates.ts';
import { daysFrom, slotsOf, type SlotPlan } from '#shared/domain/tickets/slots.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { officeChanges, visitsChange } from '../tickets/ticket-events.ts';

export interface AppointmentsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** A time at an office: what can be booked, booking it, giving it up. Coming is `check-in.service.ts`. */
export interface AppointmentsService {
  /** Times of a service that have a place left. @throws AppError OFFICE_NOT_FOUND, SERVICE_NOT_FOUND */
  slots(officeId: string, serviceId: string): Promise<SlotList>;
  /**
   * Books a time. The same `clientId` answers with the same appointment. With `insteadOf` the other one is given up in the same transaction.
   * @throws AppError SLOT_NOT_FOUND, SLOT_FULL, APPOINTMENT_EXISTS, APPOINTMENT_NOT_FOUND, APPOINTMENT_STATE_CONFLICT
   */
  book(userId: string, order: BookAppointment): Promise<AppointmentView>;
  /** Twice is once. @throws AppError APPOINTMENT_NOT_FOUND, APPOINTMENT_STATE_CONFLICT */
  cancel(userId: string, id: string): Promise<void>;
  list(userId: string): Promise<AppointmentView[]>;
}

const DAY_MS = 86_400_000;

export function createAppointmentsService({ db, notifier, clock, timeZone }: AppointmentsDeps): AppointmentsService {
  const today = (): string => civilDate(clock(), timeZone);

  async function serviceOf(tx: Executor, officeId: string, serviceId: string): Promise<ServiceRow> {
    if (!(await findOffice(tx, officeId))) throw new AppError('OFFICE_NOT_FOUND');
    const service = (await servicesOf(tx, [officeId])).find(({ id }) => id === serviceId);
    if (!service) throw new AppError('SERVICE_NOT_FOUND');
    return service;
  }

  /** The plan and the times of some days that are still to come. */
  async function offered(
    tx: Executor,
    officeId: string,
    serviceId: string,
    days: readonly string[],
  ): Promise<{ plan: SlotPlan; days: { day: string; slots: Date[] }[] } | null> {
    const plan = await slotPlanOf(tx, serviceId);
    if (!plan) return null;
    const [hours, closed] = [await hoursOf(tx, officeId), new Set(await closedDaysOf(tx, officeId, today()))];
    const now = clock();
    return {
      plan,
      days: days.map((day) => ({ day, slots: slotsOf(day, plan, hours, closed, timeZone).filter((slot) => slot > now) })),
    };
  }

  /** Screens that change: the person's, and the office's when it is about today. */
  function changes(userId: string, officeId: string, days: readonly string[]): TopicChange[] {
    const day = today();
    return [...(days.includes(day) ? officeChanges(officeId, day, clock()) : []), ...visitsChange(userId, day)];
  }

  async function giveUp(tx: Tx, userId: string, id: string): Promise<AppointmentRow | null> {
    const row = await lockAppointment(tx, id);
    if (row?.userId !== userId) throw new AppError('APPOINTMENT_NOT_FOUND');
    if (row.state === 'cancelled') return null;
    if (row.state !== 'booked') throw new AppError('APPOINTMENT_STATE_CONFLICT', { state: row.state });
    await endAppointment(tx, id, { state: 'cancelled', endedAt: clock() });
    await freeSlot(tx, row);
    return row;
  }

  return {
    async slots(officeId, serviceId) {
      await serviceOf(db, officeId, serviceId);
      const all = await offered(db, officeId, serviceId, daysFrom(today(), BOOKED_AHEAD_DAYS));
      if (!all) return { days: [] };
      const now = clock();
      const taken = await slotsTaken(db, serviceId, now, new Date(now.getTime() + (BOOKED_AHEAD_DAYS + 1) * DAY_MS));
      const left = (slot: Date): number => Math.max(0, all.plan.capacity - (taken.get(slot.getTime()) ?? 0));
      return {
        days: all.days
          .map(({ day, slots }) => ({
            day,
            slots: slots.map((slot) => ({ startsAt: slot.toISOString(), left: left(slot) })),
          }))
          .filter(({ slots }) => slots.some((slot) => slot.left > 0)),
      };
    },

    async book(userId, order) {
      const { officeId, serviceId, clientId } = order;
      const id = await db.transaction(async (tx) => {
        await lockUser(tx, userId);
        const same = await findAppointmentByClientId(tx, userId, clientId);
        if (same) return same.id;
        await serviceOf(tx, officeId, serviceId);
        const startsAt = new Date(order.startsAt);
        const day = civilDate(startsAt, timeZone);
        const known = day <= addDays(today(), BOOKED_AHEAD_DAYS - 1) ? await offered(tx, officeId, serviceId, [day]) : null;
        if (!known?.days[0]?.slots.some((slot) => slot.getTime() === startsAt.getTime())) throw new AppError('SLOT_NOT_FOUND');
        const left = order.insteadOf === undefined ? null : await giveUp(tx, userId, order.insteadOf);
        if (await findBooked(tx, userId, serviceId)) throw new AppError('APPOINTMENT_EXISTS');
        if (!(await takeSlot(tx, { serviceId, startsAt }, known.plan.capacity))) throw new AppError('SLOT_FULL');
        const code = freeCode(await codesOf(tx, officeId, day));
        const row = await insertAppointment(tx, {
          clientId,
          officeId,
          serviceId,
          userId,
          startsAt,
          day,
          code,
          bookedAt: clock(),
        });
        // Changed from another office: that office's list of the day loses it.
        if (left && left.officeId !== officeId)
          await appendOutbox(
            tx,
            'appointment.changed',
            { appointmentIds: [left.id], officeId: left.officeId },
            changes(userId, left.officeId, [left.day]),
          );
        const ids = left ? [left.id, row.id] : [row.id];
        await appendOutbox(
          tx,
          'appointment.changed',
          { appointmentIds: ids, officeId },
          changes(userId, officeId, [day, ...(left ? [left.day] : [])]),
        );
        return row.id;
      });
      notifier.wake();
      const view = (await appointmentsOf(db, userId, today())).find((one) => one.id === id);
      if (!view) throw new AppError('APPOINTMENT_STATE_CONFLICT');
      return view;
    },

    async cancel(userId, id) {
      await db.transaction(async (tx) => {
        await lockUser(tx, userId);
        const row = await giveUp(tx, userId, id);
        if (row)
          await appendOutbox(
            tx,
            'appointment.changed',
            { appointmentIds: [id], officeId: row.officeId },
            changes(userId, row.officeId, [row.day]),
          );
      });
      notifier.wake();
    },

    list: (userId) => appointmentsOf(db, userId, today()),
  };
}

/** Six digits that nobody else has at the office on the day. The unique index has the last word. */
function freeCode(taken: ReadonlySet<string>): string {
  for (;;) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    if (!taken.has(code)) return code;
  }
}
