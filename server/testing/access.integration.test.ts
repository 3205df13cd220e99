import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offices } from '#db/schema/identity.ts';
import { COMMANDS, type CommandName } from '#shared/contracts/commands.ts';
import { TOPICS, type TopicName } from '#shared/contracts/topics.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { COMMAND_ACCESS, ROUTE_ACCESS, TOPIC_ACCESS, type Foreign } from './access-table.ts';
import { insertForeignThings } from './foreign-things.ts';
import { createNodeFixture, ORIGIN, SECRET, sendAny, type NodeFixture, type Person } from './node-fixture.ts';

/** Everybody at everything that is not theirs: each command, each topic, each route that a node has. */
const WHO = ['guest', 'stranger', 'agent', 'auditor'] as const;
type Who = (typeof WHO)[number];
let fixture: NodeFixture;
let foreign: Foreign;
const people: Partial<Record<Who, Person>> = {};
let waiting: Person;

beforeAll(async () => {
  fixture = await createNodeFixture('ws');
  await until(() => fixture.relay.leading, { what: 'the relay leads' });
  foreign = await insertForeignThings(fixture.database.db, SECRET);
  const [office] = await fixture.database.db
    .insert(offices)
    .values({ code: 'A', name: 'Office A', city: 'Antananarivo' })
    .returning();
  const officeId = office?.id ?? '';
  people.stranger = await fixture.person();
  people.agent = await fixture.person({ role: 'agent', officeId });
  people.auditor = await fixture.person({ role: 'auditor', officeId });
  waiting = await fixture.person({ role: 'agent', officeId: foreign.officeId, waits: true });
});
afterAll(() => fixture.close());

const codeOf = (answer: unknown): string => (answer as { error?: { code: string } } | null)?.error?.code ?? 'yes';
async function ask(who: Who, name: string, input: unknown): Promise<string> {
  // A socket each time: one that asks so much is limited.
  const cookie = people[who]?.cookie;
  const socket = await fixture.connected(fixture.socket(cookie ? { cookie } : { guest: true }));
  const answer = await sendAny(socket, name, input);
  socket.disconnect();
  return codeOf(answer);
}
const commands = Object.keys(COMMANDS).filter((name) => !name.startsWith('live:')) as (keyof typeof COMMAND_ACCESS)[];

describe('a command aimed at what is somebody else’s', () => {
  it('has a line in the table, each, whose input is a right one', () => {
    expect(commands.toSorted()).toEqual(Object.keys(COMMAND_ACCESS).toSorted());
    for (const name of commands) {
      const parsed = COMMANDS[name as CommandName].input.safeParse(COMMAND_ACCESS[name].input(foreign));
      expect([name, parsed.success]).toEqual([name, true]);
    }
  });
  it.each(commands)('%s', async (name) => {
    const { input, stranger, agent, auditor } = COMMAND_ACCESS[name];
    const answers: Record<string, string> = {};
    for (const who of WHO) answers[who] = await ask(who, name, input(foreign));
    expect(answers).toEqual({ guest: 'UNAUTHENTICATED', stranger, agent, auditor });
  });
});

describe('a topic of what is somebody else’s', () => {
  it.each(Object.keys(TOPICS) as TopicName[])('%s', async (name) => {
    const { key, guest, stranger, agent, auditor } = TOPIC_ACCESS[name];
    const topic = key ? `${name}:${key(foreign)}` : name;
    const answers: Record<string, string> = {};
    for (const who of WHO) answers[who] = await ask(who, 'live:subscribe', { topic });
    expect(answers).toEqual({ guest, stranger, agent, auditor });
  });
});

describe('a route', () => {
  const routes = (): string[] => fixture.node.routes.filter((route) => route.includes(' /api/'));
  const send = async (route: string, cookie: string | undefined): Promise<string> => {
    const [method = '', path = ''] = route.split(' ');
    const { fill = {}, body, headers = {} } = ROUTE_ACCESS[route] ?? {};
    const named = typeof fill === 'function' ? fill(foreign) : fill;
    const url = path.replace(/:(\w+)(\{[^}]*\})?/g, (_all, name: string) => encodeURIComponent(named[name] ?? 'x'));
    const answer = await fetch(`${fixture.http}${url}`, {
      method,
      redirect: 'manual',
      headers: {
        origin: ORIGIN,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...(cookie ? { cookie } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok || answer.status === 302 || answer.status === 303) return 'yes';
    return codeOf(await answer.json().catch(() => null));
  };

  it('has a line in the table, each', () => {
    expect(routes().toSorted()).toEqual(Object.keys(ROUTE_ACCESS).toSorted());
  });
  it.each(Object.keys(ROUTE_ACCESS))('%s', async (route) => {
    const { guest, stranger, agent, auditor } = ROUTE_ACCESS[route] ?? {};
    const answers: Record<string, string> = {};
    // Signing out ends the session: one of its own.
    const again = async (who: Who) => (people[who] ? (await fixture.person({ userId: people[who].userId })).cookie : undefined);
    for (const who of WHO) answers[who] = await send(route, await again(who));
    expect(answers).toEqual({ guest, stranger, agent, auditor });
  });
  it('is closed to one of the staff whose second step is missing, wherever it is closed to a guest', async () => {
    for (const [route, { guest, beforeSecondStep }] of Object.entries(ROUTE_ACCESS)) {
      if (guest === 'yes' || beforeSecondStep) continue;
      expect([route, await send(route, waiting.cookie)]).not.toEqual([route, 'yes']);
      if (guest === 'UNAUTHENTICATED')
        expect([route, await send(route, waiting.cookie)]).toEqual([route, 'SECOND_FACTOR_REQUIRED']);
    }
    await expect(fixture.connected(fixture.socket({ cookie: waiting.cookie }))).rejects.toMatchObject({
      data: { code: 'SECOND_FACTOR_REQUIRED' },
    });
  });
});
