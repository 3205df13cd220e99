import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offices, users } from '#db/schema/identity.ts';
import { officeServices } from '#db/schema/tickets.ts';
import type { CommandInput, CommandName } from '#shared/contracts/commands.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { DoorPass, KioskPass, OfficeList, TicketView } from '#shared/contracts/tickets.ts';
import type { LiveMessage } from '#shared/contracts/topics.ts';
import { until } from '#shared/node/testing/helpers.ts';
import {
  ORIGIN,
  createNodeFixture,
  send,
  sendAny,
  type NodeFixture,
  type Person,
  type TestSocket,
} from '../testing/node-fixture.ts';

let fixture: NodeFixture;
const [here, elsewhere] = [randomUUID(), randomUUID()];
const service = { [here]: randomUUID(), [elsewhere]: randomUUID() };

beforeAll(async () => {
  fixture = await createNodeFixture('ws');
  const { db } = fixture.database;
  for (const id of [here, elsewhere]) {
    await db.insert(offices).values({ id, code: id.slice(0, 8), name: 'Centre', city: 'Ville' });
    const names = { nameFr: 'Payer', nameEn: 'Pay' };
    await db.insert(officeServices).values({ id: service[id]!, officeId: id, prefix: 'A', usualMinutes: 5, ...names });
  }
  await until(() => fixture.relay.leading, { what: 'the relay leads' });
});
afterAll(() => fixture.close());

async function staff(officeId: string, role: Role = 'agent'): Promise<Person> {
  const person = await fixture.person();
  await fixture.database.db.update(users).set({ role, officeId }).where(eq(users.id, person.userId));
  // The change ended the session they had, as it must.
  return fixture.person({ userId: person.userId });
}
const enter = async ({ cookie }: Person): Promise<TestSocket> => fixture.connected(fixture.socket({ cookie }));
const guest = async (): Promise<TestSocket> => fixture.connected(fixture.socket({ guest: true }));

/** The answer's data; throws its error. */
async function ask<C extends CommandName>(socket: TestSocket, name: C, input: CommandInput<C>) {
  const answer = await send(socket, name, input);
  if ('error' in answer) throw Object.assign(new Error(answer.error.code), answer.error);
  return answer.data;
}

function http(
  method: string,
  path: string,
  options: { cookie?: string; body?: unknown; kiosk?: string } = {},
): Promise<Response> {
  return fetch(`${fixture.http}${path}`, {
    method,
    headers: {
      ...{ origin: ORIGIN, 'content-type': 'application/json' },
      ...(options.cookie ? { cookie: options.cookie } : {}),
      ...(options.kiosk ? { 'x-kiosk-pass': options.kiosk } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
}
const take = (officeId: string, more: { pass?: string; cookie?: string } = {}): Promise<Response> => {
  const { pass, cookie } = more;
  const order = { clientId: randomUUID(), officeId, serviceId: service[officeId], priority: 'none', ...(pass ? { pass } : {}) };
  return http('POST', '/api/tickets', { body: order, ...(cookie ? { cookie } : {}) });
};
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { error: { code: string } }).error.code;

describe('guests', () => {
  it('watch the board and a ticket, and nothing else', async () => {
    const socket = await guest();
    const citizen = await fixture.person();
    expect(await ask(socket, 'live:subscribe', { topic: `board:${here}` })).toMatchObject({ state: { calls: [] } });
    for (const topic of [`garage:${citizen.userId}`, `queue:${here}`, 'reading-queue', `board:${randomUUID()}`, 'board:x'])
      expect(await send(socket, 'live:subscribe', { topic })).toMatchObject({ error: { code: 'TOPIC_FORBIDDEN' } });
    for (const name of ['ticket:call-next', 'counter:close', 'vehicle:remove'])
      expect(await sendAny(socket, name, {})).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  it('are let in only when they say so: a page whose session is over does not become one', async () => {
    await expect(fixture.connected(fixture.socket({}))).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  });
});

describe('a pass', () => {
  it('is given to the office’s own staff, makes a kiosk, and the kiosk shows the door’s', async () => {
    const [agent, stranger, citizen] = [await staff(here), await staff(elsewhere), await fixture.person()];
    for (const { cookie } of [stranger, citizen])
      expect(await codeOf(await http('POST', `/api/offices/${here}/kiosk`, { cookie }))).toBe('FORBIDDEN');
    expect(await codeOf(await http('POST', `/api/offices/${here}/kiosk`))).toBe('UNAUTHENTICATED');
    const made = await http('POST', `/api/offices/${here}/kiosk`, { cookie: agent.cookie });
    const { pass: kiosk } = (await made.json()) as KioskPass;
    const { pass: door } = (await (await http('GET', `/api/offices/${here}/door`, { kiosk })).json()) as DoorPass;
    expect(await codeOf(await http('GET', `/api/offices/${elsewhere}/door`, { kiosk }))).toBe('FORBIDDEN');
    for (const pass of [kiosk, door]) {
      expect((await take(here, { pass })).status).toBe(201);
      expect(await codeOf(await take(elsewhere, { pass }))).toBe('TICKET_PASS_INVALID');
      expect(await codeOf(await take(here, { pass: `${pass.slice(0, -1)}${pass.endsWith('A') ? 'B' : 'A'}` }))).toBe(
        'TICKET_PASS_INVALID',
      );
    }
    expect(await codeOf(await take(here))).toBe('TICKET_PASS_INVALID');
    expect((await take(here, { cookie: citizen.cookie })).status).toBe(201);
  });
});

describe('a call', () => {
  it('reaches the room, the phone and the colleagues, live', async () => {
    const agent = await staff(here);
    const phone = await guest();
    const citizen = await fixture.person();
    const ticket = (await (await take(here, { cookie: citizen.cookie })).json()) as TicketView;
    const heard: LiveMessage[] = [];
    for (const [socket, topic] of [
      [await guest(), `board:${here}`],
      [await enter(await staff(here, 'supervisor')), `queue:${here}`],
      [phone, `ticket:${ticket.id}`],
      [phone, `line:${here}`],
    ] as const) {
      await ask(socket, 'live:subscribe', { topic });
      socket.on('live', (message) => {
        if (message.topic === topic) heard.push(message);
      });
    }
    const counter = await enter(agent);
    await ask(counter, 'counter:open', { label: '3', serviceIds: [service[here]!] });
    let called = await ask(counter, 'ticket:call-next', {});
    while (called && called.id !== ticket.id) {
      await ask(counter, 'ticket:act', { ticketId: called.id, event: 'miss' });
      called = await ask(counter, 'ticket:call-next', {});
    }
    expect(called).toMatchObject({ number: ticket.number, person: { id: citizen.userId } });
    const newest = (topic: string): unknown => heard.filter((message) => message.topic === topic).at(-1)?.state;
    await until(() => (newest(`ticket:${ticket.id}`) as TicketView | undefined)?.state === 'called', { what: 'the phone rings' });
    expect(newest(`ticket:${ticket.id}`)).toMatchObject({ counter: '3', calls: 1 });
    await until(() => JSON.stringify(newest(`board:${here}`)).includes(`"${ticket.number}","counter":"3"`), {
      what: 'the board shows it',
    });
    expect(newest(`queue:${here}`)).toMatchObject({ counters: [{ label: '3' }] });
    expect(JSON.stringify([newest(`board:${here}`), newest(`line:${here}`)])).not.toContain(citizen.userId);
  });
});

describe('another office’s agent', () => {
  it('is refused at every command and topic', async () => {
    const citizen = await fixture.person();
    const ticket = (await (await take(here, { cookie: citizen.cookie })).json()) as TicketView;
    const socket = await enter(await staff(elsewhere));
    await ask(socket, 'counter:open', { label: '1', serviceIds: [service[elsewhere]!] });
    const ticketId = ticket.id;
    for (const [name, input, code] of [
      ['counter:open', { label: '2', serviceIds: [service[here]] }, 'SERVICE_NOT_FOUND'],
      ['ticket:take', { clientId: randomUUID(), officeId: here, serviceId: service[here], priority: 'none' }, 'FORBIDDEN'],
      ['ticket:call', { ticketId }, 'TICKET_NOT_FOUND'],
      ['ticket:act', { ticketId, event: 'cancel' }, 'TICKET_NOT_FOUND'],
      ['ticket:transfer', { ticketId, to: { serviceId: service[elsewhere] } }, 'TICKET_NOT_FOUND'],
      ['live:subscribe', { topic: `queue:${here}` }, 'TOPIC_FORBIDDEN'],
    ] as const)
      expect([name, await sendAny(socket, name, input)]).toMatchObject([name, { error: { code } }]);
    expect(await ask(socket, 'ticket:call-next', {})).toBeNull();
  });

  it('nor is a citizen let behind the counter, nor an auditor', async () => {
    for (const person of [await fixture.person(), await staff(here, 'auditor')]) {
      const socket = await enter(person);
      expect(await send(socket, 'ticket:call-next', {})).toMatchObject({ error: { code: 'FORBIDDEN' } });
    }
  });
});

it('the list of offices is for everybody', async () => {
  const { offices: all } = (await (await http('GET', '/api/offices')).json()) as OfficeList;
  expect(all.find(({ id }) => id === here)).toMatchObject({ services: [{ prefix: 'A', usualMinutes: 5 }] });
});
