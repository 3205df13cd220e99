import { endAppointment, findAppointmentByCode, lockAppointment, missedBefore } from '#db/appointments.repository.ts';
import type { Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import {
  findOpenTicketOf,
  findTicket,
  lockTicket,
  moveTicket,
  queueRulesOf,
  servicesOf,
  type TicketRow,
} from '#db/tickets.repository.ts';
import { ticketViewOf } from '#db/ticket-views.repository.ts';
import type { CheckedIn } from '#shared/contracts/appointments.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { isInTime } from '#shared/domain/tickets/rank.ts';
import { putInLine } from '../tickets/take-ticket.ts';
import { officeChanges, ticketChange, visitsChange } from '../tickets/ticket-events.ts';
import type { AppointmentsDeps } from './appointments.service.ts';

/** Coming to an appointment makes it a ticket of the one line. */
export interface CheckInService {
  /**
   * By the code of the confirmation. Again it answers with the same ticket. Who comes too late gets a ticket like others; who waits with
   * an ordinary ticket already gives that one back for the better place.
   * @throws AppError APPOINTMENT_NOT_FOUND, APPOINTMENT_STATE_CONFLICT
   */
  checkIn(officeId: string, code: string): Promise<CheckedIn>;
}

export function createCheckInService({ db, notifier, clock, timeZone }: AppointmentsDeps): CheckInService {
  /** The person's other ticket: a waiting one is given back, one that is at a counter is what they came for. */
  async function otherTicket(
    tx: Tx,
    userId: string,
    officeId: string,
    day: string,
    at: Date,
  ): Promise<{ keep: TicketRow | null; given: string | null }> {
    const found = await findOpenTicketOf(tx, userId, officeId, day);
    const other = found && (await lockTicket(tx, found.id));
    if (!other || other.state === 'done' || other.state === 'cancelled') return { keep: null, given: null };
    if (other.state !== 'waiting') return { keep: other, given: null };
    await moveTicket(tx, other, { state: 'cancelled', endedAt: at }, { event: 'cancel', actorId: userId, at });
    return { keep: null, given: other.id };
  }

  return {
    async checkIn(officeId, code) {
      const result = await db.transaction(async (tx): Promise<CheckedIn> => {
        const at = clock();
        const day = civilDate(at, timeZone);
        const found = await findAppointmentByCode(tx, officeId, day, code);
        // The person first, as booking, giving up and taking a ticket do: none waits for another crosswise.
        if (found) await lockUser(tx, found.userId);
        const appointment = found && (await lockAppointment(tx, found.id));
        if (!appointment) throw new AppError('APPOINTMENT_NOT_FOUND');
        const { id, userId, serviceId, startsAt } = appointment;
        const late = !isInTime(at, startsAt, await queueRulesOf(tx, officeId));
        if (appointment.ticketId !== null) {
          const ticket = await findTicket(tx, appointment.ticketId);
          if (!ticket) throw new AppError('TICKET_NOT_FOUND');
          return { ticket: ticketViewOf(ticket), late: !isInTime(ticket.takenAt, startsAt, await queueRulesOf(tx, officeId)) };
        }
        if (appointment.state !== 'booked') throw new AppError('APPOINTMENT_STATE_CONFLICT', { state: appointment.state });
        const service = (await servicesOf(tx, [officeId])).find((one) => one.id === serviceId);
        if (!service) throw new AppError('SERVICE_NOT_FOUND');
        const { keep, given } = await otherTicket(tx, userId, officeId, day, at);
        const by = { source: 'appointment' as const, userId, appointmentAt: startsAt };
        const ticket = keep ?? (await putInLine(tx, { clientId: id, officeId, priority: 'none' }, { service, day, at, by }));
        if (!ticket) throw new AppError('APPOINTMENT_STATE_CONFLICT');
        await endAppointment(tx, id, { state: 'arrived', ticketId: ticket.id, endedAt: at });
        if (given !== null) await appendOutbox(tx, 'ticket.cancelled', { ticketId: given, officeId }, [ticketChange(given)]);
        await appendOutbox(tx, 'ticket.taken', { ticketId: ticket.id, officeId }, [
          ...officeChanges(officeId, day, at),
          ticketChange(ticket.id),
          ...visitsChange(userId, day),
        ]);
        return { ticket: ticketViewOf(ticket), late };
      });
      notifier.wake();
      return result;
    },
  };
}

/** Appointments ended in one run; what is left comes with the next. */
const BATCH = 200;

/** Closes appointments of earlier days to which nobody came: one open one a service would keep its person from booking anew. */
export async function endMissed({ db, notifier, clock, timeZone }: AppointmentsDeps): Promise<number> {
  const today = civilDate(clock(), timeZone);
  const missed = await missedBefore(db, today, BATCH);
  for (const { id, userId, officeId } of missed)
    await db.transaction(async (tx) => {
      if ((await lockAppointment(tx, id))?.state !== 'booked') return;
      await endAppointment(tx, id, { state: 'missed', endedAt: clock() });
      await appendOutbox(tx, 'appointment.changed', { appointmentIds: [id], officeId }, visitsChange(userId, today));
    });
  if (missed.length > 0) notifier.wake();
  return missed.length;
}
