import { readVisits } from '#db/appointments.repository.ts';
import type { Executor, Tx } from '#db/connect.ts';
import { findTicket, isOffice } from '#db/tickets.repository.ts';
import { Id } from '#shared/contracts/ids.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { can } from '#shared/domain/policy.ts';
import type { TopicRegistry } from '../live/topic.ts';
import { officeLine, ticketView } from './ticket-events.ts';

/**
 * `queue:<office>` for the office's staff; `line:<office>`, `board:<office>` for everybody (numbers, no people); `ticket:<id>` for whoever
 * knows its id, which is random and told to who took it alone; `visits:<user>` for that person.
 */
export function createTicketTopics({
  clock,
  timeZone,
}: {
  clock: () => Date;
  timeZone: string;
}): Pick<TopicRegistry, 'queue' | 'line' | 'board' | 'ticket' | 'visits'> {
  const read = (tx: Tx, officeId: string): ReturnType<typeof officeLine> => {
    const now = clock();
    return officeLine(tx, officeId, civilDate(now, timeZone), now);
  };
  const ofOffice = async (db: Executor, key: string): Promise<boolean> => Id.safeParse(key).success && isOffice(db, key);
  return {
    queue: {
      name: 'queue',
      source: 'database',
      authorise: async (db, viewer, key) =>
        can(viewer, 'queue.read', { officeId: key }) && (await ofOffice(db, key)) ? 'staff' : null,
      snapshot: async (tx, key) => (await read(tx, key)).queue,
    },
    line: {
      name: 'line',
      source: 'database',
      guests: true,
      authorise: async (db, _viewer, key) => ((await ofOffice(db, key)) ? 'public' : null),
      snapshot: async (tx, key) => (await read(tx, key)).line,
    },
    board: {
      name: 'board',
      source: 'database',
      guests: true,
      authorise: async (db, _viewer, key) => ((await ofOffice(db, key)) ? 'public' : null),
      snapshot: async (tx, key) => (await read(tx, key)).board,
    },
    ticket: {
      name: 'ticket',
      source: 'database',
      guests: true,
      authorise: async (db, _viewer, key) => (Id.safeParse(key).success && (await findTicket(db, key)) ? 'public' : null),
      snapshot: ticketView,
    },
    visits: {
      name: 'visits',
      source: 'database',
      authorise: async (_db, viewer, key) => (viewer.userId === key ? 'owner' : null),
      snapshot: (tx, key) => readVisits(tx, key, civilDate(clock(), timeZone)),
    },
  };
}
