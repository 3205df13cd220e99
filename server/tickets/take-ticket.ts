import type { Tx } from '#db/connect.ts';
import {
  appendTicketHistory,
  insertTicket,
  queueRulesOf,
  takeTicketOrdinal,
  type ServiceRow,
  type TicketRow,
} from '#db/tickets.repository.ts';
import type { TakeTicket, TicketSource } from '#shared/contracts/tickets.ts';
import { rankOf, ticketNumber } from '#shared/domain/tickets/rank.ts';

export interface TakenBy {
  source: TicketSource;
  /** The account that takes it; null for who has none. */
  userId: string | null;
  /** The agent who takes it for somebody. */
  agentId?: string;
  appointmentAt?: Date;
}

/** Puts somebody in the line, in the caller's transaction, which tells of it. Null when the page's id has a ticket already. */
export async function putInLine(
  tx: Tx,
  { clientId, officeId, priority }: Pick<TakeTicket, 'clientId' | 'officeId' | 'priority'>,
  { service, day, at, by }: { service: ServiceRow; day: string; at: Date; by: TakenBy },
): Promise<TicketRow | null> {
  const rules = await queueRulesOf(tx, officeId);
  const appointmentAt = by.appointmentAt ?? null;
  const ordinal = await takeTicketOrdinal(tx, officeId, day, service.prefix);
  const row = await insertTicket(tx, {
    ...{ clientId, officeId, serviceId: service.id, day, priority, appointmentAt },
    number: ticketNumber(service.prefix, ordinal),
    source: by.source,
    userId: by.userId,
    rankAt: rankOf({ priority, takenAt: at, appointmentAt }, rules),
    takenAt: at,
  });
  if (row) await appendTicketHistory(tx, row, { event: 'take', actorId: by.agentId ?? by.userId, at });
  return row;
}
