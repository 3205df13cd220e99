import type { Tx } from '#db/connect.ts';
import { topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readVisits } from '#db/appointments.repository.ts';
import { findTicket } from '#db/tickets.repository.ts';
import { readOfficeLine, ticketViewOf, type OfficeLine } from '#db/ticket-views.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { TicketView } from '#shared/contracts/tickets.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** Reads an office's line. @throws AppError OFFICE_NOT_FOUND */
export async function officeLine(tx: Tx, officeId: string, day: string, now: Date): Promise<OfficeLine> {
  const line = await readOfficeLine(tx, officeId, day, now);
  if (!line) throw new AppError('OFFICE_NOT_FOUND');
  return line;
}

/** The three screens of an office's line change: the agents', the room's and those of who waits. Read once for all three. */
export function officeChanges(officeId: string, day: string, now: Date): TopicChange[] {
  let read: Promise<OfficeLine> | undefined;
  const once = (tx: Tx): Promise<OfficeLine> => (read ??= officeLine(tx, officeId, day, now));
  return [
    topicChange('queue', topicOf('queue', officeId), async (tx) => ({ staff: (await once(tx)).queue })),
    topicChange('line', topicOf('line', officeId), async (tx) => ({ public: (await once(tx)).line })),
    topicChange('board', topicOf('board', officeId), async (tx) => ({ public: (await once(tx)).board })),
  ];
}

/** A ticket's own screen changes. */
export const ticketChange = (id: string): TopicChange =>
  topicChange('ticket', topicOf('ticket', id), async (tx) => ({ public: await ticketView(tx, id) }));

/** @throws AppError TICKET_NOT_FOUND */
export async function ticketView(tx: Tx, id: string): Promise<TicketView> {
  const row = await findTicket(tx, id);
  if (!row) throw new AppError('TICKET_NOT_FOUND');
  return ticketViewOf(row);
}

/** What a person has at offices changes: `visits:<user>`. Nothing for who has no account. */
export const visitsChange = (userId: string | null, day: string): TopicChange[] =>
  userId === null
    ? []
    : [topicChange('visits', topicOf('visits', userId), async (tx) => ({ owner: await readVisits(tx, userId, day) }))];
