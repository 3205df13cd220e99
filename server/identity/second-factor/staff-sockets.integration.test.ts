import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { offices, sessions } from '#db/schema/identity.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createNodeFixture, send, type NodeFixture, type Person } from '../../testing/node-fixture.ts';

/** Sessions of the staff as their sockets see them: used, unused, and asked for the second step again. */
let fixture: NodeFixture;
let officeId: string;
beforeAll(async () => {
  fixture = await createNodeFixture('ws');
  const [office] = await fixture.database.db.insert(offices).values({ code: 'A', name: 'A', city: 'A' }).returning();
  officeId = office?.id ?? '';
});
afterAll(() => fixture.close());

const change = (person: Person, values: Partial<typeof sessions.$inferInsert>): Promise<unknown> =>
  fixture.database.db.update(sessions).set(values).where(eq(sessions.id, person.sessionId));
const enter = async (person: Person) => fixture.connected(fixture.socket({ cookie: person.cookie }));
const expiryOf = async (person: Person): Promise<number> => {
  const [row] = await fixture.database.db.select().from(sessions).where(eq(sessions.id, person.sessionId));
  return row?.expiresAt.getTime() ?? 0;
};

it('keeps a socket whose session was used elsewhere, and closes it when it was not', async () => {
  const person = await fixture.person({ role: 'supervisor', officeId, lifetimeMs: 1_500 });
  const socket = await enter(person);
  const known = Date.now() + 1_500;
  // Another node, another tab.
  await change(person, { expiresAt: new Date(Date.now() + 6_000) });
  await until(() => Date.now() > known + 1_500, { what: 'the end that the socket knew of has passed' });
  expect(socket.connected).toBe(true);
  let told = '';
  socket.on('session:ended', ({ why }) => (told = why));
  await until(() => socket.disconnected, { what: 'closed', timeoutMs: 8_000 });
  expect(told).toBe('expired');
});

it('counts a command as a use, and what a page does by itself as none', async () => {
  const person = await fixture.person({ role: 'supervisor', officeId, lifetimeMs: 60_000 });
  const socket = await enter(person);
  const before = await expiryOf(person);
  await send(socket, 'live:check', { held: [] });
  await send(socket, 'live:subscribe', { topic: 'refunds' });
  expect(await expiryOf(person)).toBe(before);
  await send(socket, 'refund:find', { query: 'nothing like it' });
  await until(async () => (await expiryOf(person)) - before > 10 * 60_000, { what: 'the session lasts on' });
});

it('asks who decides about money for the second step again, once five minutes are over', async () => {
  const person = await fixture.person({ role: 'supervisor', officeId });
  const socket = await enter(person);
  const refundId = randomUUID();
  const decide = async (): Promise<unknown[]> => [
    await send(socket, 'refund:approve', { refundId }),
    await send(socket, 'refund:reject', { refundId, note: 'not owed' }),
    await send(socket, 'refund:confirm-settlement', { refundId, agreed: true }),
    await send(socket, 'till:close', { tillId: refundId, count: [] }),
    await send(socket, 'till:hand-over', { tillId: refundId, count: [], toAgentId: randomUUID() }),
  ];
  await change(person, { secondFactorAt: new Date(Date.now() - 301_000) });
  expect(await decide()).toEqual(Array.from({ length: 5 }, () => ({ error: { code: 'STEP_UP_REQUIRED' } })));
  await change(person, { secondFactorAt: new Date(Date.now() - 290_000) });
  for (const answer of await decide())
    expect(answer).toMatchObject({ error: { code: expect.stringMatching(/_NOT_FOUND$/) as string } });
});
