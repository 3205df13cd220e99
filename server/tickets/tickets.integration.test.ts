import { randomUUID } from 'node:crypto';
import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offices, users } from '#db/schema/identity.ts';
import { outbox } from '#db/schema/platform.ts';
import { counterSessions, officeServices, ticketHistory, tickets } from '#db/schema/tickets.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { BoardView, LineView, QueueView, TicketPriority, TicketView } from '#shared/contracts/tickets.ts';
import { createCountersService, type CounterAgent, type CountersService } from './counters.service.ts';
import { endEarlierDays } from './day-end.service.ts';
import { createTicketsService, type TicketsService } from './tickets.service.ts';

let database: TestDatabase;
let ticketsOf: TicketsService;
let counters: CountersService;
let now = new Date('2026-01-12T06:00:00Z');
const clock = (): Date => now;

interface Office {
  id: string;
  tax: string;
  claims: string;
}
let office: Office;

beforeAll(async () => {
  database = await createTestDatabase(30);
  const deps = { db: database.db, notifier: { wake: () => undefined }, clock, timeZone: 'Indian/Antananarivo' };
  ticketsOf = createTicketsService(deps);
  counters = createCountersService(deps);
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = new Date('2026-01-12T06:00:00Z');
  office = await addOffice();
});

async function addOffice(): Promise<Office> {
  const [id, tax, claims] = [randomUUID(), randomUUID(), randomUUID()];
  await database.db.insert(offices).values({ id, code: id.slice(0, 8), name: 'Centre', city: 'Ville' });
  await database.db.insert(officeServices).values([
    { id: tax, officeId: id, prefix: 'A', nameFr: 'Payer', nameEn: 'Pay', usualMinutes: 6 },
    { id: claims, officeId: id, prefix: 'C', nameFr: 'Réclamer', nameEn: 'Claim', usualMinutes: 20 },
  ]);
  return { id, tax, claims };
}

async function addAgents(count: number, at = office, serviceIds = [at.tax, at.claims]): Promise<CounterAgent[]> {
  const people = Array.from({ length: count }, (_, index) => ({
    ...{ id: randomUUID(), name: `Agent ${index}`, role: 'agent', officeId: at.id },
    email: `${randomUUID()}@office.example`,
  }));
  await database.db.insert(users).values(people);
  await database.db
    .insert(counterSessions)
    .values(people.map(({ id }) => ({ officeId: at.id, agentId: id, label: id.slice(0, 8), serviceIds, openedAt: now })));
  return people.map(({ id }) => ({ userId: id, officeId: at.id }));
}

async function take(priority: TicketPriority = 'none', serviceId = office.tax): Promise<TicketView> {
  now = new Date(now.getTime() + 1_000);
  const order = { clientId: randomUUID(), officeId: office.id, serviceId, priority };
  return ticketsOf.take(order, { source: 'kiosk', userId: null });
}

/** What the latest event told the screens of an office. */
async function screens(): Promise<{ queue: QueueView; line: LineView; board: BoardView }> {
  const rows = await database.db.select().from(outbox).orderBy(asc(outbox.position));
  const state = (topic: string, audience: 'staff' | 'public'): unknown =>
    rows.flatMap(({ topics }) => topics.filter((one) => one.topic === `${topic}:${office.id}`)).at(-1)?.states[audience];
  return {
    queue: state('queue', 'staff') as QueueView,
    line: state('line', 'public') as LineView,
    board: state('board', 'public') as BoardView,
  };
}

describe('taking a ticket', () => {
  it('gives the numbers of a service one after the other, and pressed twice gives one', async () => {
    const clientId = randomUUID();
    const order = { clientId, officeId: office.id, serviceId: office.tax, priority: 'none' as const };
    const pressed = await Promise.all(Array.from({ length: 12 }, () => ticketsOf.take(order, { source: 'kiosk', userId: null })));
    expect(new Set(pressed.map(({ id }) => id)).size).toBe(1);
    expect(pressed[0]?.number).toBe('A001');
    expect((await take()).number).toBe('A002');
    expect((await take('none', office.claims)).number).toBe('C001');
  });

  it('has no gap or double when many come at once', async () => {
    await Promise.all(Array.from({ length: 60 }, () => take()));
    const rows = await database.db.select().from(tickets).where(eq(tickets.officeId, office.id)).orderBy(asc(tickets.number));
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, i) => `A${String(i + 1).padStart(3, '0')}`));
  });

  it('begins anew every day of the country', async () => {
    await take();
    // 21:30 in Antananarivo is still the 12th; 00:30 is the 13th.
    now = new Date('2026-01-12T20:30:00Z');
    expect((await take()).number).toBe('A002');
    now = new Date('2026-01-12T21:30:00Z');
    expect((await take()).number).toBe('A001');
  });

  it('by an account that waits at the office already answers with the ticket it has', async () => {
    const [person] = await addAgents(1);
    const by = { source: 'phone' as const, userId: person!.userId };
    const order = (): Parameters<TicketsService['take']>[0] => ({
      ...{ clientId: randomUUID(), officeId: office.id, serviceId: office.tax, priority: 'none' },
    });
    const all = await Promise.all(Array.from({ length: 8 }, () => ticketsOf.take(order(), by)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    await ticketsOf.leave(all[0]!.id);
    expect((await ticketsOf.take(order(), by)).id).not.toBe(all[0]!.id);
  });

  it('is refused for what is not there', async () => {
    const order = { clientId: randomUUID(), officeId: randomUUID(), serviceId: office.tax, priority: 'none' as const };
    await expect(ticketsOf.take(order, { source: 'kiosk', userId: null })).rejects.toMatchObject({ code: 'OFFICE_NOT_FOUND' });
    const elsewhere = await addOffice();
    await expect(
      ticketsOf.take({ ...order, officeId: office.id, serviceId: elsewhere.tax }, { source: 'kiosk', userId: null }),
    ).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  });
});

describe('calling the next', () => {
  it('two hundred calls at once over fifty tickets: each is called once', { timeout: 60_000 }, async () => {
    const agents = await addAgents(200);
    for (let i = 0; i < 50; i += 1) await take();
    const called = await Promise.all(agents.map((agent) => counters.callNext(agent)));
    const ids = called.flatMap((ticket) => (ticket ? [ticket.id] : []));
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
    const rows = await database.db.select().from(tickets).where(eq(tickets.officeId, office.id));
    expect(rows.every(({ state, calls }) => state === 'called' && calls === 1)).toBe(true);
    expect(new Set(rows.map(({ agentId }) => agentId)).size).toBe(50);
    expect((await screens()).queue.tickets.every(({ state }) => state === 'called')).toBe(true);
  });

  it('one agent who presses ten times at once calls one', async () => {
    const [agent] = await addAgents(1);
    await take();
    await take();
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => counters.callNext(agent!)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    expect(refused.every((error) => error instanceof Error && 'code' in error && error.code === 'AGENT_BUSY')).toBe(true);
  });

  it('lets those pass whom the rule lets pass, keeps to the services of the counter, and takes first what was passed on', async () => {
    const [agent, colleague] = await addAgents(2, office, [office.tax]);
    const [first, claim, elderly] = [await take(), await take('none', office.claims), await take('elderly')];
    expect((await counters.callNext(agent!))?.id).toBe(elderly.id);
    await counters.transfer(agent!, { ticketId: elderly.id, to: { agentId: colleague!.userId }, note: 'Dossier 12' });
    expect((await counters.callNext(agent!))?.id).toBe(first.id);
    await counters.act(agent!, first.id, 'serve');
    await counters.act(agent!, first.id, 'finish');
    expect(await counters.callNext(agent!)).toBeNull();
    expect(await counters.callNext(colleague!)).toMatchObject({ id: elderly.id, transferred: true, note: 'Dossier 12' });
    await counters.transfer(colleague!, { ticketId: elderly.id, to: { serviceId: office.claims } });
    await counters.open(agent!, { label: '1', serviceIds: [office.claims] });
    // It kept its place: that of an elderly person, before the claim that came earlier.
    expect((await counters.callNext(agent!))?.id).toBe(elderly.id);
    await counters.act(agent!, elderly.id, 'hold');
    expect((await counters.callNext(agent!))?.id).toBe(claim.id);
  });

  it('needs an open counter and nobody at it', async () => {
    const [agent] = await addAgents(1);
    const ticket = await take();
    await counters.close(agent!);
    await expect(counters.callNext(agent!)).rejects.toMatchObject({ code: 'COUNTER_CLOSED' });
    await counters.open(agent!, { label: '7', serviceIds: [office.tax] });
    await counters.callNext(agent!);
    await expect(counters.close(agent!)).rejects.toMatchObject({ code: 'AGENT_BUSY', details: { ticketId: ticket.id } });
    const [other] = await addAgents(1);
    await expect(counters.open(other!, { label: '7', serviceIds: [office.tax] })).rejects.toMatchObject({
      code: 'COUNTER_TAKEN',
    });
  });
});

describe('a ticket at the counter', () => {
  it('goes its way, and each step is told and kept', async () => {
    const [agent] = await addAgents(1);
    const { id } = await take();
    await counters.callNext(agent!);
    await counters.act(agent!, id, 'recall');
    await counters.act(agent!, id, 'miss');
    expect((await screens()).queue.tickets).toMatchObject([{ id, state: 'no_show', agent: null }]);
    await counters.call(agent!, id);
    expect((await screens()).board.calls[0]).toMatchObject({ number: 'A001', calls: 3 });
    await counters.act(agent!, id, 'serve');
    await counters.act(agent!, id, 'hold');
    await counters.call(agent!, id);
    await counters.act(agent!, id, 'serve');
    await counters.act(agent!, id, 'return');
    expect((await screens()).line.places).toMatchObject([{ number: 'A001' }]);
    await counters.callNext(agent!);
    await counters.act(agent!, id, 'serve');
    await counters.act(agent!, id, 'finish');
    expect((await screens()).queue).toMatchObject({ tickets: [], doneToday: 1 });
    const steps = await database.db
      .select()
      .from(ticketHistory)
      .where(eq(ticketHistory.ticketId, id))
      .orderBy(asc(ticketHistory.version));
    const events = 'take call recall miss call serve hold call serve return call serve finish'.split(' ');
    expect(steps.map(({ event }) => event)).toEqual(events);
    expect(steps.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
  });

  it('is no other agent’s, and does not exist for another office', async () => {
    const [agent, colleague] = await addAgents(2);
    const elsewhere = await addOffice();
    const [stranger] = await addAgents(1, elsewhere);
    const { id } = await take();
    await counters.callNext(agent!);
    await expect(counters.act(colleague!, id, 'finish')).rejects.toMatchObject({ code: 'TICKET_OF_ANOTHER' });
    for (const attempt of [
      () => counters.act(stranger!, id, 'recall'),
      () => counters.call(stranger!, id),
      () => counters.transfer(stranger!, { ticketId: id, to: { serviceId: elsewhere.tax } }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'TICKET_NOT_FOUND' });
    await expect(counters.transfer(agent!, { ticketId: id, to: { agentId: stranger!.userId } })).rejects.toMatchObject({
      code: 'AGENT_NOT_FOUND',
    });
  });

  it('given back and called at the same moment ends one way', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [agent] = await addAgents(1);
      const { id } = await take();
      await Promise.allSettled([ticketsOf.leave(id), counters.callNext(agent!)]);
      const [row] = await database.db.select().from(tickets).where(eq(tickets.id, id));
      expect(['cancelled', 'called']).toContain(row!.state);
      const steps = await database.db
        .select()
        .from(ticketHistory)
        .where(and(eq(ticketHistory.ticketId, id)));
      expect(steps).toHaveLength(row!.version);
      if (row!.state === 'called') await ticketsOf.leave(id);
      await expect(counters.act(agent!, id, 'serve')).rejects.toMatchObject({ code: 'TICKET_STATE_CONFLICT' });
    }
  });
});

describe('the vehicle of a ticket', () => {
  it('stays with it for the next agent, is told to the staff alone, and is no other office’s to say', async () => {
    const [first, second] = (await addAgents(2)) as [CounterAgent, CounterAgent];
    const [stranger] = (await addAgents(1, await addOffice())) as [CounterAgent];
    const values = { country: 'MG', plate: `${String(Date.now()).slice(-4)}TAB`, holderName: 'RABE' };
    const [vehicle] = await database.db.insert(vehicles).values(values).returning();
    const vehicleId = vehicle?.id ?? '';
    const { id: ticketId } = await take();
    await counters.callNext(first);
    expect(await counters.link(first, { ticketId, vehicleId })).toMatchObject({
      vehicle: { id: vehicleId, plate: values.plate },
    });
    const { version } = await counters.transfer(first, { ticketId, to: { agentId: second.userId } });
    expect(await counters.link(first, { ticketId, vehicleId })).toMatchObject({ version });
    expect(await counters.callNext(second)).toMatchObject({ id: ticketId, vehicle: { plate: values.plate } });
    const { queue, line, board } = await screens();
    expect(queue.tickets).toMatchObject([{ vehicle: { id: vehicleId } }]);
    expect(JSON.stringify([line, board])).not.toContain(values.plate);
    const refused = (code: string) => expect.objectContaining({ code }) as unknown;
    await expect(counters.link(stranger, { ticketId, vehicleId })).rejects.toEqual(refused('TICKET_NOT_FOUND'));
    await expect(counters.link(second, { ticketId, vehicleId: randomUUID() })).rejects.toEqual(refused('VEHICLE_NOT_FOUND'));
    expect(await counters.link(second, { ticketId, vehicleId: null })).toMatchObject({ vehicle: null });
    await counters.act(second, ticketId, 'serve');
    await counters.act(second, ticketId, 'finish');
    await expect(counters.link(second, { ticketId, vehicleId })).rejects.toEqual(refused('TICKET_STATE_CONFLICT'));
  });
});

describe('the end of the day', () => {
  it('ends what people left behind, once, and frees the counters; today’s stay', async () => {
    const [agent, idle] = await addAgents(2);
    const [waiting, served] = [await take(), await take()];
    await counters.call(agent!, served.id);
    await counters.act(agent!, served.id, 'serve');
    const end = (): Promise<number> =>
      endEarlierDays({ db: database.db, notifier: { wake: () => undefined }, clock, timeZone: 'Indian/Antananarivo' });
    expect(await end()).toBe(0);
    now = new Date('2026-01-12T21:30:00Z');
    const today = await take();
    expect(await end()).toBeGreaterThanOrEqual(4);
    expect(await end()).toBe(0);
    const states = await database.db.select().from(tickets).where(eq(tickets.officeId, office.id));
    expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
      [waiting.id]: 'cancelled',
      [served.id]: 'done',
      [today.id]: 'waiting',
    });
    await expect(counters.callNext(idle!)).rejects.toMatchObject({ code: 'COUNTER_CLOSED' });
    expect((await screens()).queue).toMatchObject({ counters: [], tickets: [{ id: today.id }] });
  });
});

describe('the screens', () => {
  it('tell who waits when they can expect to be called, and the room how many wait', async () => {
    const [agent] = await addAgents(1, office, [office.tax]);
    const [first, second] = [await take(), await take()];
    await take('none', office.claims);
    await counters.callNext(agent!);
    await counters.act(agent!, first.id, 'serve');
    const { line, board } = await screens();
    const minutes = line.places.map(({ number, expectedAt }) => [
      number,
      expectedAt && Math.round((Date.parse(expectedAt) - now.getTime()) / 60_000),
    ]);
    expect(minutes).toEqual([
      [second.number, 6],
      ['C001', null],
    ]);
    expect(board.waiting.map(({ prefix, count }) => [prefix, count])).toEqual([
      ['A', 1],
      ['C', 1],
    ]);
    expect(JSON.stringify({ line, board })).not.toContain(second.id);
  });

  it('learn how long a service takes from those that were served', async () => {
    const [agent] = await addAgents(1, office, [office.tax]);
    for (let i = 0; i < 10; i += 1) {
      const { id } = await take();
      await counters.callNext(agent!);
      await counters.act(agent!, id, 'serve');
      now = new Date(now.getTime() + 3 * 60_000);
      await counters.act(agent!, id, 'finish');
    }
    const first = await take();
    const second = await take();
    await counters.callNext(agent!);
    await counters.act(agent!, first.id, 'serve');
    const [place] = (await screens()).line.places;
    // Ten of 3 minutes and five imagined ones of 6.
    expect(place).toMatchObject({ number: second.number });
    expect((Date.parse(place!.expectedAt!) - now.getTime()) / 60_000).toBeCloseTo(4, 1);
  });
});
