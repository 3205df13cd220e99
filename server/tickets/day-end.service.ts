import type { Db } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { closeCountersOpenedBefore, lockTicket, moveTicket, openTicketsBefore } from '#db/tickets.repository.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { isOver } from '#shared/domain/tickets/ticket-state.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { officeChanges, ticketChange } from './ticket-events.ts';

export interface DayEndDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** Tickets ended in one run; what is left comes with the next. */
const BATCH = 200;

/**
 * Ends what earlier days left open: tickets whose people went home are cancelled, those at a counter count as served, and counters are
 * closed. Numbers begin anew every day, so none of them could be called. Answers how many were ended.
 */
export async function endEarlierDays({ db, notifier, clock, timeZone }: DayEndDeps): Promise<number> {
  const today = civilDate(clock(), timeZone);
  const left = await openTicketsBefore(db, today, BATCH);
  for (const id of left) {
    await db.transaction(async (tx) => {
      const ticket = await lockTicket(tx, id);
      if (!ticket || isOver(ticket.state)) return;
      const at = clock();
      const served = ticket.state === 'serving';
      const change = served ? { state: 'done' as const } : { state: 'cancelled' as const };
      await moveTicket(tx, ticket, { ...change, endedAt: at }, { event: served ? 'finish' : 'cancel', actorId: null, at });
      await appendOutbox(tx, served ? 'ticket.done' : 'ticket.cancelled', { ticketId: id, officeId: ticket.officeId }, [
        ...officeChanges(ticket.officeId, today, at),
        ticketChange(id),
      ]);
    });
  }
  const closed = await closeCountersOpenedBefore(db, today, timeZone, clock());
  for (const { agentId, officeId } of closed)
    await db.transaction((tx) =>
      appendOutbox(tx, 'counter.changed', { agentId, officeId }, officeChanges(officeId, today, clock())),
    );
  if (left.length + closed.length > 0) notifier.wake();
  return left.length + closed.length;
}
