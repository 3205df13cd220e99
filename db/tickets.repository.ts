import { and, asc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { TicketState } from '#shared/contracts/tickets.ts';
import { USUAL_RULES, type QueueRules } from '#shared/domain/tickets/rank.ts';
import type { TicketEvent } from '#shared/domain/tickets/ticket-state.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { gathered, OWNERS_WITHIN_MS } from './gathered.ts';
import { offices } from './schema/identity.ts';
import { counterSessions, officeServices, queueSettings, ticketCounters, ticketHistory, tickets } from './schema/tickets.ts';

export type TicketRow = typeof tickets.$inferSelect;
export type NewTicket = typeof tickets.$inferInsert;
export type CounterRow = typeof counterSessions.$inferSelect;
export type ServiceRow = typeof officeServices.$inferSelect;
export type OfficeRow = typeof offices.$inferSelect;

export async function listOffices(db: Executor): Promise<OfficeRow[]> {
  return db.select().from(offices).orderBy(asc(offices.name));
}

const officesById = compiled((db) =>
  db
    .select()
    .from(offices)
    .where(sql`${offices.id} = any(${sql.placeholder('ids')}::uuid[])`),
);
export async function findOffice(db: Executor, id: string): Promise<OfficeRow | null> {
  const [row] = await officesById(db, { ids: [id] });
  return row ?? null;
}

/** Whether there is such an office, whoever asks. */
export const isOffice = gathered<string, boolean>(async (db, ids) => {
  const found = new Set((await officesById(db, { ids: [...new Set(ids)] })).map(({ id }) => id));
  return ids.map((id) => found.has(id));
}, OWNERS_WITHIN_MS);

/** Services that an office offers now, by prefix. */
export async function servicesOf(db: Executor, officeIds: readonly string[]): Promise<ServiceRow[]> {
  if (officeIds.length === 0) return [];
  return db
    .select()
    .from(officeServices)
    .where(and(inArray(officeServices.officeId, [...officeIds]), isNull(officeServices.closedAt)))
    .orderBy(asc(officeServices.prefix));
}

export async function queueRulesOf(db: Executor, officeId: string): Promise<QueueRules> {
  const [row] = await db.select({ rules: queueSettings.rules }).from(queueSettings).where(eq(queueSettings.officeId, officeId));
  return row?.rules ?? USUAL_RULES;
}

/** The next number of a prefix on a day; holds the counter until the transaction ends, so numbers follow the order of commits. */
export async function takeTicketOrdinal(tx: Tx, officeId: string, day: string, prefix: string): Promise<number> {
  const [row] = await tx
    .insert(ticketCounters)
    .values({ officeId, day, prefix, last: 1 })
    .onConflictDoUpdate({
      target: [ticketCounters.officeId, ticketCounters.day, ticketCounters.prefix],
      set: { last: sql`${ticketCounters.last} + 1` },
    })
    .returning({ last: ticketCounters.last });
  if (!row) throw new Error('ticket_counters returned nothing');
  return row.last;
}

/** Null when the page's id was used for another already. */
export async function insertTicket(tx: Tx, ticket: NewTicket): Promise<TicketRow | null> {
  const target = [tickets.officeId, tickets.clientId];
  const [row] = await tx.insert(tickets).values(ticket).onConflictDoNothing({ target }).returning();
  return row ?? null;
}

export async function findTicketByClientId(db: Executor, officeId: string, clientId: string): Promise<TicketRow | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(and(eq(tickets.officeId, officeId), eq(tickets.clientId, clientId)));
  return row ?? null;
}

/** What a ticket is about; its version stays: nothing of its way through the line changed. */
export async function linkTicket(tx: Tx, id: string, vehicleId: string | null): Promise<void> {
  await tx.update(tickets).set({ vehicleId }).where(eq(tickets.id, id));
}

export async function findTicket(db: Executor, id: string): Promise<TicketRow | null> {
  const [row] = await db.select().from(tickets).where(eq(tickets.id, id));
  return row ?? null;
}

/** Those who wait with an account, and took their ticket before a moment. */
export async function waitingWithAccounts(
  db: Executor,
  officeId: string,
  day: string,
  takenBefore: Date,
): Promise<{ id: string; number: string; userId: string }[]> {
  const rows = await db
    .select({ id: tickets.id, number: tickets.number, userId: tickets.userId })
    .from(tickets)
    .where(
      and(
        eq(tickets.officeId, officeId),
        eq(tickets.day, day),
        eq(tickets.state, 'waiting'),
        isNotNull(tickets.userId),
        lt(tickets.takenAt, takenBefore),
      ),
    );
  return rows.flatMap(({ userId, ...row }) => (userId === null ? [] : [{ ...row, userId }]));
}

export async function lockTicket(tx: Tx, id: string): Promise<TicketRow | null> {
  const [row] = await tx.select().from(tickets).where(eq(tickets.id, id)).for('update');
  return row ?? null;
}

const OPEN_STATES: TicketState[] = ['waiting', 'called', 'serving', 'on_hold', 'no_show'];

/** A person's ticket of a day at an office that is not over. */
export async function findOpenTicketOf(db: Executor, userId: string, officeId: string, day: string): Promise<TicketRow | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(
      and(eq(tickets.userId, userId), eq(tickets.officeId, officeId), eq(tickets.day, day), inArray(tickets.state, OPEN_STATES)),
    )
    .limit(1);
  return row ?? null;
}

/** Locks who comes next for an agent: passed on to them first, then by rank. Those whom another is calling at this moment are skipped. */
export async function lockNextWaiting(
  tx: Tx,
  line: { officeId: string; day: string; agentId: string; serviceIds: readonly string[] },
): Promise<TicketRow | null> {
  const mine = eq(tickets.agentId, line.agentId);
  const [row] = await tx
    .select()
    .from(tickets)
    .where(
      and(
        eq(tickets.officeId, line.officeId),
        eq(tickets.day, line.day),
        eq(tickets.state, 'waiting'),
        or(mine, and(isNull(tickets.agentId), inArray(tickets.serviceId, [...line.serviceIds]))),
      ),
    )
    .orderBy(sql`(${tickets.agentId} is null)`, asc(tickets.rankAt), asc(tickets.id))
    .limit(1)
    .for('update', { skipLocked: true });
  return row ?? null;
}

/** The ticket that an agent has at the counter. */
export async function ticketAtCounter(db: Executor, agentId: string): Promise<TicketRow | null> {
  const [row] = await db
    .select()
    .from(tickets)
    .where(and(eq(tickets.agentId, agentId), inArray(tickets.state, ['called', 'serving'])));
  return row ?? null;
}

/** Changes a locked ticket, raises its version and writes what happened. */
export async function moveTicket(
  tx: Tx,
  ticket: TicketRow,
  change: Partial<Omit<TicketRow, 'id' | 'version'>>,
  happened: { event: TicketEvent | 'take'; actorId: string | null; at: Date },
): Promise<TicketRow> {
  const [row] = await tx
    .update(tickets)
    .set({ ...change, version: sql`${tickets.version} + 1` })
    .where(eq(tickets.id, ticket.id))
    .returning();
  if (!row) throw new Error(`ticket ${ticket.id} is gone`);
  await appendTicketHistory(tx, row, happened);
  return row;
}

export async function appendTicketHistory(
  tx: Tx,
  ticket: TicketRow,
  { event, actorId, at }: { event: TicketEvent | 'take'; actorId: string | null; at: Date },
): Promise<void> {
  const { id: ticketId, version, serviceId, counter } = ticket;
  await tx.insert(ticketHistory).values({ ticketId, version, event, actorId, serviceId, counter, at });
}

/** The counter at which an agent is, locked: what one agent does is done one after the other. */
export async function lockOpenCounter(tx: Tx, agentId: string): Promise<CounterRow | null> {
  const [row] = await tx
    .select()
    .from(counterSessions)
    .where(and(eq(counterSessions.agentId, agentId), isNull(counterSessions.closedAt)))
    .for('update');
  return row ?? null;
}

/** Opens a counter; null when that label is taken at the office or the agent has one open. */
export async function insertCounter(tx: Tx, counter: typeof counterSessions.$inferInsert): Promise<CounterRow | null> {
  const [row] = await tx.insert(counterSessions).values(counter).onConflictDoNothing().returning();
  return row ?? null;
}

export async function updateCounter(
  tx: Tx,
  id: string,
  change: Partial<Pick<CounterRow, 'serviceIds' | 'paused' | 'closedAt' | 'label'>>,
): Promise<void> {
  await tx.update(counterSessions).set(change).where(eq(counterSessions.id, id));
}

/** Ids of tickets of earlier days that are not over, oldest first. */
export async function openTicketsBefore(db: Executor, day: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: tickets.id })
    .from(tickets)
    .where(and(lt(tickets.day, day), inArray(tickets.state, OPEN_STATES)))
    .orderBy(asc(tickets.takenAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Closes counters that were opened on an earlier day and at which nobody is; answers whose they were. */
export async function closeCountersOpenedBefore(
  db: Executor,
  day: string,
  timeZone: string,
  at: Date,
): Promise<{ agentId: string; officeId: string }[]> {
  return db
    .update(counterSessions)
    .set({ closedAt: at })
    .where(
      and(
        isNull(counterSessions.closedAt),
        sql`(${counterSessions.openedAt} at time zone ${timeZone})::date < ${day}::date`,
        sql`not exists (select 1 from ${tickets} where ${tickets.agentId} = ${counterSessions.agentId} and ${tickets.state} in ('called', 'serving'))`,
      ),
    )
    .returning({ agentId: counterSessions.agentId, officeId: counterSessions.officeId });
}
