import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type {
  BoardView,
  CounterView,
  LineView,
  OfficeService,
  QueueTicket,
  QueueView,
  TicketView,
} from '#shared/contracts/tickets.ts';
import { expectedCalls, expectedDuration } from '#shared/domain/tickets/wait-estimate.ts';
import { isAtCounter } from '#shared/domain/tickets/ticket-state.ts';
import type { Executor } from './connect.ts';
import { appointmentsExpected } from './appointments.repository.ts';
import { offices, users } from './schema/identity.ts';
import { counterSessions, officeServices, queueSettings, tickets } from './schema/tickets.ts';
import { vehicles } from './schema/vehicles.ts';
import { findOffice, servicesOf, type ServiceRow, type TicketRow } from './tickets.repository.ts';

/** Everything that the screens of an office show of its line, read at once. */
export interface OfficeLine {
  queue: QueueView;
  line: LineView;
  board: BoardView;
}

const MINUTE_MS = 60_000;
/** Calls that the board shows. */
const BOARD_CALLS = 8;
/** Services timed, the latest of each kind; those of seconds or of hours are slips of the finger. */
const TIMED = 50;
const [SHORTEST_S, LONGEST_S] = [20, 3 * 3600];

export const serviceViewOf = ({ id, prefix, nameFr, nameEn, usualMinutes }: ServiceRow): OfficeService => ({
  id,
  prefix,
  name: { fr: nameFr, en: nameEn },
  usualMinutes,
});

export const ticketViewOf = (row: TicketRow): TicketView => ({
  id: row.id,
  officeId: row.officeId,
  serviceId: row.serviceId,
  number: row.number,
  state: row.state,
  version: row.version,
  priority: row.priority,
  counter: row.counter,
  calls: row.calls,
  takenAt: row.takenAt.toISOString(),
  calledAt: row.calledAt?.toISOString() ?? null,
});

/** Reads the line of an office on a day; null when there is no such office. In a transaction, so that it is of one moment. */
export async function readOfficeLine(db: Executor, officeId: string, day: string, now: Date): Promise<OfficeLine | null> {
  const office = await findOffice(db, officeId);
  if (!office) return null;
  const [services, settings, counters, open, ended, called, expectedToday] = await Promise.all([
    servicesOf(db, [officeId]),
    db.select().from(queueSettings).where(eq(queueSettings.officeId, officeId)),
    openCounters(db, { officeId }),
    openTickets(db, officeId, day),
    db
      .select({ count: sql<number>`count(*)::int` })
      .from(tickets)
      .where(and(eq(tickets.officeId, officeId), eq(tickets.day, day), eq(tickets.state, 'done'))),
    latestCalls(db, officeId, day),
    appointmentsExpected(db, officeId, day),
  ]);
  const durations = await serviceDurations(db, services);
  const waiting = open.filter(({ state }) => state === 'waiting');
  // Who is called has the counter already: it is not free for the next while they walk to it.
  const atCounter = new Map(open.filter(({ state }) => isAtCounter(state)).map((ticket) => [ticket.agent?.id, ticket]));
  const expected = expectedCalls({
    now: now.getTime(),
    waiting: waiting.map(({ id, serviceId, agent }) => ({ id, serviceId, agentId: agent?.id ?? null })),
    counters: counters
      .filter(({ paused }) => !paused)
      .map(({ agentId, serviceIds }) => {
        const ticket = atCounter.get(agentId);
        const sinceMs = Date.parse(ticket?.servingSince ?? ticket?.calledAt ?? '');
        return { agentId, serviceIds, busyWith: ticket ? { serviceId: ticket.serviceId, sinceMs } : null };
      }),
    durationOf: (serviceId) => durations.get(serviceId) ?? 10 * MINUTE_MS,
  });
  const [setting] = settings;
  const views = services.map(serviceViewOf);
  return {
    queue: { officeId, services: views, counters, tickets: open, doneToday: ended[0]?.count ?? 0, appointments: expectedToday },
    line: {
      officeId,
      places: waiting.map(({ id, number, serviceId }) => ({ number, serviceId, expectedAt: instantOf(expected.get(id)) })),
      openCounters: counters.filter(({ paused }) => !paused).length,
    },
    board: {
      officeId,
      name: office.name,
      calls: called,
      waiting: views.map(({ id, prefix, name }) => ({
        serviceId: id,
        prefix,
        name,
        count: waiting.filter(({ serviceId }) => serviceId === id).length,
      })),
      message: setting?.messageFr ? { fr: setting.messageFr, en: setting.messageEn ?? setting.messageFr } : null,
    },
  };
}

const instantOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** Open counters: an office's, or the one of an agent. */
async function openCounters(db: Executor, whose: { officeId: string } | { agentId: string }): Promise<CounterView[]> {
  return db
    .select({
      officeId: counterSessions.officeId,
      agentId: counterSessions.agentId,
      agentName: users.name,
      label: counterSessions.label,
      serviceIds: counterSessions.serviceIds,
      paused: counterSessions.paused,
    })
    .from(counterSessions)
    .innerJoin(users, eq(users.id, counterSessions.agentId))
    .where(
      and(
        'officeId' in whose ? eq(counterSessions.officeId, whose.officeId) : eq(counterSessions.agentId, whose.agentId),
        isNull(counterSessions.closedAt),
      ),
    )
    .orderBy(asc(counterSessions.label));
}

/** The counter that an agent has open; null when none. */
export async function findOpenCounterOf(db: Executor, agentId: string): Promise<CounterView | null> {
  const [row] = await openCounters(db, { agentId });
  return row ?? null;
}

/** What is told of the vehicle of a ticket. */
const ABOUT = { id: vehicles.id, plate: vehicles.plate, country: vehicles.country };

/** A ticket as agents see it. */
export async function queueTicketOf(db: Executor, ticket: TicketRow): Promise<QueueTicket> {
  const ids = [ticket.agentId, ticket.userId].filter((id) => id !== null);
  const people =
    ids.length > 0 ? await db.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, ids)) : [];
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const [about] = ticket.vehicleId === null ? [] : await db.select(ABOUT).from(vehicles).where(eq(vehicles.id, ticket.vehicleId));
  return queueTicket(ticket, names.get(ticket.agentId ?? '') ?? null, names.get(ticket.userId ?? '') ?? null, about ?? null);
}

function queueTicket(
  ticket: TicketRow,
  agentName: string | null,
  personName: string | null,
  vehicle: QueueTicket['vehicle'] = null,
): QueueTicket {
  const { officeId: _office, ...view } = ticketViewOf(ticket);
  return {
    ...view,
    source: ticket.source,
    agent: ticket.agentId === null ? null : { id: ticket.agentId, name: agentName ?? '' },
    person: ticket.userId === null ? null : { id: ticket.userId, name: personName ?? '' },
    vehicle,
    transferred: ticket.transferred,
    note: ticket.note,
    appointmentAt: ticket.appointmentAt?.toISOString() ?? null,
    servingSince: ticket.state === 'serving' ? (ticket.servingAt?.toISOString() ?? null) : null,
  };
}

/** Tickets of a day that are not over: those who wait first, in the order of calling. */
async function openTickets(db: Executor, officeId: string, day: string): Promise<QueueTicket[]> {
  const agent = db.select({ id: users.id, name: users.name }).from(users).as('agent');
  const rows = await db
    .select({ ticket: tickets, agentName: agent.name, personName: users.name, about: ABOUT })
    .from(tickets)
    .leftJoin(agent, eq(agent.id, tickets.agentId))
    .leftJoin(users, eq(users.id, tickets.userId))
    .leftJoin(vehicles, eq(vehicles.id, tickets.vehicleId))
    .where(
      and(
        eq(tickets.officeId, officeId),
        eq(tickets.day, day),
        inArray(tickets.state, ['waiting', 'called', 'serving', 'on_hold', 'no_show']),
      ),
    )
    .orderBy(sql`${tickets.state} <> 'waiting'`, asc(tickets.rankAt), asc(tickets.id));
  return rows.map(({ ticket, agentName, personName, about }) => queueTicket(ticket, agentName, personName, about));
}

async function latestCalls(db: Executor, officeId: string, day: string): Promise<BoardView['calls']> {
  const rows = await db
    .select({ number: tickets.number, counter: tickets.counter, calls: tickets.calls, calledAt: tickets.calledAt })
    .from(tickets)
    .where(and(eq(tickets.officeId, officeId), eq(tickets.day, day), isNotNull(tickets.calledAt), isNotNull(tickets.counter)))
    .orderBy(desc(tickets.calledAt))
    .limit(BOARD_CALLS);
  return rows.flatMap(({ number, counter, calls, calledAt }) =>
    counter !== null && calledAt !== null ? [{ number, counter, calls, calledAt: calledAt.toISOString() }] : [],
  );
}

/** How long each service takes, of the latest that were timed and what is usual. Milliseconds. */
async function serviceDurations(db: Executor, services: readonly ServiceRow[]): Promise<Map<string, number>> {
  if (services.length === 0) return new Map();
  const seconds = sql<number>`extract(epoch from t.ended_at - t.serving_at)::float8`;
  const rows = await db.execute<{ service_id: string; took: number[] }>(sql`
    select s.id as service_id, array(
      select ${seconds} from ${tickets} t
      where t.service_id = s.id and t.state = 'done' and t.serving_at is not null and ${seconds} between ${SHORTEST_S} and ${LONGEST_S}
      order by t.ended_at desc limit ${TIMED}
    ) as took
    from ${officeServices} s where s.id = any(${sql.param(services.map(({ id }) => id))}::uuid[])`);
  const took = new Map(rows.map((row) => [row.service_id, row.took]));
  return new Map(
    services.map(({ id, usualMinutes }) => [
      id,
      expectedDuration(
        (took.get(id) ?? []).map((s) => s * 1000),
        usualMinutes * MINUTE_MS,
      ),
    ]),
  );
}

/** Offices with what they do for people. */
export async function readOffices(
  db: Executor,
): Promise<{ id: string; code: string; name: string; city: string; services: OfficeService[] }[]> {
  const rows = await db.select().from(offices).orderBy(asc(offices.city), asc(offices.name));
  const services = await servicesOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, code, name, city }) => ({
    id,
    code,
    name,
    city,
    services: services.filter(({ officeId }) => officeId === id).map(serviceViewOf),
  }));
}
