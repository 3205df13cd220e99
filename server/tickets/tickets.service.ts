import type { Db, Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import {
  findOffice,
  findOpenTicketOf,
  findTicketByClientId,
  lockTicket,
  moveTicket,
  servicesOf,
  type TicketRow,
} from '#db/tickets.repository.ts';
import { readOffices, ticketViewOf } from '#db/ticket-views.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { OfficeView, TakeTicket, TicketView } from '#shared/contracts/tickets.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { afterTicketEvent } from '#shared/domain/tickets/ticket-state.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { putInLine, type TakenBy } from './take-ticket.ts';
import { officeChanges, ticketChange, ticketView, visitsChange } from './ticket-events.ts';

export interface TicketsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** Taking a ticket and giving it back: what the person who waits does. */
export interface TicketsService {
  /**
   * Takes a ticket. The same `clientId` answers with the same ticket; an account that waits at that office already, with the one it has.
   * @throws AppError OFFICE_NOT_FOUND, SERVICE_NOT_FOUND
   */
  take(order: TakeTicket, by: TakenBy): Promise<TicketView>;
  /** Gives a ticket back: whoever knows its id. Twice is once. @throws AppError TICKET_NOT_FOUND, TICKET_STATE_CONFLICT */
  leave(ticketId: string): Promise<TicketView>;
  /** @throws AppError TICKET_NOT_FOUND */
  find(ticketId: string): Promise<TicketView>;
  offices(): Promise<OfficeView[]>;
}

export function createTicketsService({ db, notifier, clock, timeZone }: TicketsDeps): TicketsService {
  async function taken(tx: Tx, order: TakeTicket, by: TakenBy, day: string): Promise<TicketRow | null> {
    if (by.userId) await lockUser(tx, by.userId);
    const same = await findTicketByClientId(tx, order.officeId, order.clientId);
    return same ?? (by.userId ? findOpenTicketOf(tx, by.userId, order.officeId, day) : null);
  }

  return {
    async take(order, by) {
      const { officeId, serviceId, clientId } = order;
      const ticket = await db
        .transaction(async (tx) => {
          const at = clock();
          const day = civilDate(at, timeZone);
          const office = await findOffice(tx, officeId);
          if (!office) throw new AppError('OFFICE_NOT_FOUND');
          const service = (await servicesOf(tx, [officeId])).find(({ id }) => id === serviceId);
          if (!service) throw new AppError('SERVICE_NOT_FOUND');
          const had = await taken(tx, order, by, day);
          if (had) return had;
          const row = await putInLine(tx, order, { service, day, at, by });
          // Two presses that came at once: the number taken for the second is given back.
          if (!row) throw new TakenMeanwhile();
          await appendOutbox(tx, 'ticket.taken', { ticketId: row.id, officeId }, [
            ...officeChanges(officeId, day, at),
            ticketChange(row.id),
            ...visitsChange(row.userId, day),
          ]);
          return row;
        })
        .catch((error: unknown) => {
          if (error instanceof TakenMeanwhile) return findTicketByClientId(db, officeId, clientId);
          throw error;
        });
      if (!ticket) throw new AppError('TICKET_NOT_FOUND');
      notifier.wake();
      return ticketViewOf(ticket);
    },

    async leave(ticketId) {
      const left = await db.transaction(async (tx) => {
        const ticket = await lockTicket(tx, ticketId);
        if (!ticket) throw new AppError('TICKET_NOT_FOUND');
        if (ticket.state === 'cancelled') return ticket;
        const state = afterTicketEvent(ticket.state, 'cancel');
        if (!state) throw new AppError('TICKET_STATE_CONFLICT', { state: ticket.state });
        const at = clock();
        const moved = await moveTicket(tx, ticket, { state, endedAt: at }, { event: 'cancel', actorId: ticket.userId, at });
        await appendOutbox(tx, 'ticket.cancelled', { ticketId, officeId: ticket.officeId }, [
          ...officeChanges(ticket.officeId, ticket.day, at),
          ticketChange(ticketId),
          ...visitsChange(ticket.userId, ticket.day),
        ]);
        return moved;
      });
      notifier.wake();
      return ticketViewOf(left);
    },

    find: (ticketId) => db.transaction((tx) => ticketView(tx, ticketId)),
    offices: () => readOffices(db),
  };
}

/** Rolls back the number that was taken for a ticket that is there already. */
class TakenMeanwhile extends Error {}
