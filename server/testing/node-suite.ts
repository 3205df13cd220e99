import { get } from 'node:http';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteAllSessions } from '#db/account.repository.ts';
import { documents } from '#db/schema/documents.ts';
import { sessions, users } from '#db/schema/identity.ts';
import { notices } from '#db/schema/notices.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import type { SessionEnd } from '#shared/contracts/identity.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { connectTestRedis } from '#shared/node/testing/test-redis.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { garageChange } from '../vehicles/garage-events.ts';
import { MAX_SOCKETS_PER_USER } from '../sockets/socket-server.ts';
import { ORIGIN, createNodeFixture, send, sendAny, type NodeFixture, type Person, type TestSocket } from './node-fixture.ts';

/** The status of a GET with exactly these headers; `fetch` adds some of its own. */
function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers, agent: false });
    asked.once('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.resume();
    });
    asked.once('upgrade', (_answer, socket) => {
      resolve(101);
      socket.destroy();
    });
    asked.once('error', reject);
  });
}

/** What a node promises, whichever engine carries its sockets. */
export function describeNode(engine: 'uws' | 'ws'): void {
  let fixture: NodeFixture;
  beforeAll(async () => {
    fixture = await createNodeFixture(engine, 1_000);
    await until(() => fixture.relay.leading, { what: 'the relay leads' });
  });
  afterAll(() => fixture.close());

  const db = () => fixture.database.db;
  const enter = async (person: Person): Promise<TestSocket> => fixture.connected(fixture.socket({ cookie: person.cookie }));
  const request = (method: string, path: string, cookie: string, body?: unknown): Promise<Response> =>
    fetch(`${fixture.http}${path}`, {
      method,
      headers: { origin: ORIGIN, cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  describe('the handshake', () => {
    it('lets a session in, by websocket and by polling', async () => {
      const person = await fixture.person();
      for (const transports of [['websocket' as const], ['polling' as const]]) {
        const socket = await fixture.connected(fixture.socket({ cookie: person.cookie, transports }));
        expect(await send(socket, 'live:check', { held: [] })).toMatchObject({ data: { behind: [] } });
        socket.disconnect();
      }
    });
    it.each([
      ['no cookie', {}],
      ['a forged cookie', { cookie: 'vignette-00000000=11111111-1111-4111-8111-111111111111x.AAAA' }],
    ])('refuses %s', async (_what, options) => {
      await expect(fixture.connected(fixture.socket(options))).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    });
    it.each([
      ['another origin', 'http://evil.test'],
      ['an origin that begins like ours', `${ORIGIN}.evil.test`],
      ['our origin on another port', `${ORIGIN}:8081`],
      ['no origin', null],
    ])('refuses %s', async (_what, origin) => {
      const { cookie } = await fixture.person();
      await expect(fixture.connected(fixture.socket({ cookie, origin }))).rejects.toThrow();
    });
    it.each([
      ['as a browser does it, without an Origin', { 'sec-fetch-site': 'same-origin' }, 200],
      ['as an older browser does it', { referer: `${ORIGIN}/vehicles?x=1` }, 200],
      ['from a page of another site', { 'sec-fetch-site': 'cross-site', referer: `${ORIGIN}/` }, 403],
      ['from a neighbour', { 'sec-fetch-site': 'same-site' }, 403],
      ['with a Referer that begins like ours', { referer: `${ORIGIN}.evil.test/` }, 403],
      ['with an Origin of another site and a Referer of ours', { origin: 'http://evil.test', referer: `${ORIGIN}/` }, 403],
      ['without anything that tells', {}, 403],
    ])('by polling, %s', async (_what, headers, status) => {
      expect(await statusOf(`${fixture.sockets}/socket.io/?EIO=4&transport=polling`, headers)).toBe(status);
    });
    it('by websocket is never let in for its Referer', async () => {
      const headers = {
        ...{
          upgrade: 'websocket',
          connection: 'Upgrade',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        },
        ...{ referer: `${ORIGIN}/`, 'sec-fetch-site': 'same-origin' },
      };
      expect(await statusOf(`${fixture.sockets}/socket.io/?EIO=4&transport=websocket`, headers)).not.toBe(101);
    });
    it('refuses one socket too many of one person, and lets them in again when one has gone', async () => {
      const person = await fixture.person();
      const held = await Promise.all(Array.from({ length: MAX_SOCKETS_PER_USER }, () => enter(person)));
      await expect(enter(person)).rejects.toMatchObject({ data: { code: 'TOO_MANY_SOCKETS' } });
      held[0]?.disconnect();
      await until(async () => enter(person).catch(() => null), { what: 'let in again' });
      held.forEach((socket) => socket.disconnect());
    });
    it('holds to that when many knock at the same moment', async () => {
      const person = await fixture.person();
      (await enter(person)).disconnect();
      const all = Array.from({ length: 5 * MAX_SOCKETS_PER_USER }, () => fixture.socket({ cookie: person.cookie }));
      const answered = await Promise.all(all.map((socket) => fixture.connected(socket).then(Boolean, () => false)));
      expect(answered.filter(Boolean).length).toBeGreaterThanOrEqual(MAX_SOCKETS_PER_USER);
      await until(() => all.filter((socket) => socket.connected).length === MAX_SOCKETS_PER_USER, { what: 'so many stay' });
      all.forEach((socket) => socket.disconnect());
    });
  });

  describe('topics', () => {
    it('are read and followed by who may, refused to others', async () => {
      const [rakoto, rabe] = [await fixture.person(), await fixture.person()];
      const [mine, theirs] = [await enter(rakoto), await enter(rabe)];
      const topic = topicOf('garage', rakoto.userId);
      expect(await send(theirs, 'live:subscribe', { topic })).toMatchObject({ error: { code: 'TOPIC_FORBIDDEN' } });
      expect(await send(mine, 'live:subscribe', { topic: 'weather:today' })).toMatchObject({ error: { code: 'TOPIC_UNKNOWN' } });
      expect(await send(mine, 'live:subscribe', { topic })).toMatchObject({
        data: { seq: 0, kind: 'state', state: { vehicles: [] } },
      });
      const heard: string[] = [];
      mine.on('live', (message) => heard.push(`mine ${message.topic} ${message.seq}`));
      theirs.on('live', (message) => heard.push(`theirs ${message.topic} ${message.seq}`));
      await fixture.database.db.transaction((tx) =>
        appendOutbox(tx, 'user.created', { userId: rakoto.userId, locale: 'fr' }, [garageChange(rakoto.userId)]),
      );
      await until(() => heard.length > 0, { what: 'the change arrives' });
      expect(heard).toEqual([`mine ${topic} 1`]);
      expect(await send(mine, 'live:check', { held: [[topic, 0]] })).toMatchObject({ data: { behind: [topic] } });
      expect(await send(mine, 'live:check', { held: [[topic, 1]] })).toMatchObject({ data: { behind: [] } });
      expect(await send(theirs, 'live:check', { held: [[topic, 1]] })).toMatchObject({ data: { behind: [topic] } });
    });

    it('are joined all in one question: read where something is newer, refused each in its place', async () => {
      const [rakoto, rabe] = [await fixture.person(), await fixture.person()];
      const socket = await enter(rakoto);
      const [garage, bell, theirs] = [
        topicOf('garage', rakoto.userId),
        topicOf('notifications', rakoto.userId),
        topicOf('garage', rabe.userId),
      ];
      const change = (): Promise<void> =>
        fixture.database.db.transaction((tx) =>
          appendOutbox(tx, 'user.created', { userId: rakoto.userId, locale: 'fr' }, [garageChange(rakoto.userId)]),
        );
      await change();
      const wanted = (held: number | null): [string, number | null][] => [
        [garage, held],
        [theirs, held],
        ['channels', null],
        ['weather:today', null],
        [bell, 0],
      ];
      const answer = await send(socket, 'live:join', { topics: wanted(null) });
      expect(answer).toMatchObject({
        data: [
          { topic: garage, seq: 1, kind: 'state', state: { vehicles: [] } },
          { topic: theirs, error: { code: 'TOPIC_FORBIDDEN' } },
          { topic: 'channels', kind: 'state' },
          { topic: 'weather:today', error: { code: 'TOPIC_UNKNOWN' } },
          { topic: bell, seq: 0, unchanged: true },
        ],
      });
      expect('data' in answer && answer.data[4]).not.toHaveProperty('state');
      // Each in its room, the forbidden one excepted.
      const heard: string[] = [];
      socket.on('live', (message) => heard.push(`${message.topic} ${message.seq}`));
      await fixture.database.db.transaction((tx) =>
        appendOutbox(tx, 'user.created', { userId: rabe.userId, locale: 'fr' }, [garageChange(rabe.userId)]),
      );
      await change();
      await until(() => heard.includes(`${garage} 2`), { what: 'the change arrives' });
      // The first may still have been on its way.
      expect(heard.filter((one) => one !== `${garage} 1`)).toEqual([`${garage} 2`]);
      const again = await send(socket, 'live:join', { topics: wanted(1) });
      expect(again).toMatchObject({
        data: [{ seq: 2, state: { vehicles: [] } }, { error: { code: 'TOPIC_FORBIDDEN' } }, {}, {}, {}],
      });
      expect(await send(socket, 'live:join', { topics: wanted(2) })).toMatchObject({
        data: [{ seq: 2, unchanged: true }, {}, {}, {}, {}],
      });
      const many = Array.from({ length: 51 }, (): [string, null] => [garage, null]);
      for (const topics of [[], many]) {
        expect(await send(socket, 'live:join', { topics })).toMatchObject({ error: { code: 'INVALID_INPUT' } });
      }
    });

    it('are read to many who come at once, to each their own', async () => {
      const { db } = fixture.database;
      const people = await Promise.all(Array.from({ length: 30 }, () => fixture.person()));
      const sent = await db
        .insert(documents)
        .values(people.map(({ userId }) => ({ userId, status: 'read' })))
        .returning();
      const password = { kind: 'password_changed', params: {}, createdAt: new Date() } as const;
      await db.insert(notices).values(people.map(({ userId }) => ({ userId, eventKey: userId, ...password })));
      const everybody = await Promise.all(
        people.map(async (person) => ({
          ...{ userId: person.userId, socket: await enter(person) },
          document: sent.find(({ userId }) => userId === person.userId)?.id ?? '',
        })),
      );
      const neighbour = (index: number): string => everybody[(index + 1) % everybody.length]?.document ?? '';
      const answers = await Promise.all(
        everybody.map(({ userId, socket, document }, index) => {
          const own = [topicOf('document', document), topicOf('notifications', userId), topicOf('garage', userId)];
          const topics = [...own, topicOf('document', neighbour(index))].map((topic): [string, null] => [topic, null]);
          return send(socket, 'live:join', { topics });
        }),
      );
      expect(answers).toMatchObject(
        everybody.map(({ document }) => ({
          data: [
            { state: { id: document, pages: [], fields: [] } },
            { state: { unread: 1, notices: [{ content: { kind: 'password_changed' } }] } },
            { state: { vehicles: [] } },
            { error: { code: 'TOPIC_FORBIDDEN' } },
          ],
        })),
      );
    });

    it('of a document are its owner’s alone, and missing ones look the same as others’', async () => {
      const [rakoto, rabe] = [await fixture.person(), await fixture.person()];
      const [document] = await fixture.database.db
        .insert(documents)
        .values({ userId: rakoto.userId, status: 'read' })
        .returning();
      const socket = await enter(rabe);
      for (const key of [document?.id ?? '', '00000000-0000-4000-8000-000000000000', 'no-uuid']) {
        for (const name of ['document', 'document-progress'] as const) {
          expect(await send(socket, 'live:subscribe', { topic: topicOf(name, key) })).toMatchObject({
            error: { code: 'TOPIC_FORBIDDEN' },
          });
        }
      }
    });
  });

  describe('commands', () => {
    it('are parsed before anything else, and unknown ones named', async () => {
      const socket = await enter(await fixture.person());
      expect(await send(socket, 'document:discard', { documentId: 'x' })).toMatchObject({
        error: { code: 'INVALID_INPUT', details: { fields: ['documentId'] } },
      });
      const [unknown, inherited] = await Promise.all(['weather:tell', 'constructor'].map((name) => sendAny(socket, name, {})));
      expect(unknown).toMatchObject({ error: { code: 'INVALID_INPUT', details: { command: 'weather:tell' } } });
      expect(inherited).toMatchObject({ error: { code: 'INVALID_INPUT' } });
      // The protocol allows numbers as names.
      expect(await sendAny(socket, 7, {})).toMatchObject({ error: { code: 'INVALID_INPUT', details: { command: '7' } } });
    });
    it('are limited in number, and a socket that floods is cut off', async () => {
      const socket = await enter(await fixture.person());
      const answers = await Promise.all(Array.from({ length: 80 }, () => send(socket, 'live:check', { held: [] })));
      expect(answers.filter((answer) => 'error' in answer && answer.error.code === 'RATE_LIMITED').length).toBeGreaterThan(20);
      for (let sent = 0; sent < 400; sent += 1) socket.emit('live:check', { held: [] }, () => undefined);
      await until(() => socket.disconnected, { what: 'cut off' });
    });
  });

  describe('the end of a session closes its sockets within two seconds', () => {
    const ends: Record<string, [why: SessionEnd, end: (person: Person) => Promise<unknown>]> = {
      'signing out': ['signed_out', ({ cookie }) => request('POST', '/api/auth/sign-out', cookie)],
      'ended from another session': [
        'ended_elsewhere',
        async ({ userId, sessionId }) => {
          const other = await fixture.person({ userId });
          const answer = await request('DELETE', `/api/auth/sessions/${sessionId}`, other.cookie);
          expect(answer.status).toBe(204);
        },
      ],
      'deleted with plain SQL': ['revoked', ({ sessionId }) => db().delete(sessions).where(eq(sessions.id, sessionId))],
      'another password': [
        'password_changed',
        ({ userId }) => db().transaction((tx) => deleteAllSessions(tx, userId, 'password_changed')),
      ],
      'a change of role': [
        'rights_changed',
        ({ userId }) => db().update(users).set({ role: 'agent' }).where(eq(users.id, userId)),
      ],
      'a disabled account': [
        'account_disabled',
        ({ userId }) => db().update(users).set({ disabledAt: new Date() }).where(eq(users.id, userId)),
      ],
      'a deleted account': ['revoked', ({ userId }) => db().delete(users).where(eq(users.id, userId))],
    };
    it.each(Object.keys(ends))('%s, and the page is told why', async (how) => {
      const [why, end] = ends[how] ?? [];
      const person = await fixture.person();
      const [first, second] = [await enter(person), await enter(person)];
      let told = '';
      first.on('session:ended', (notice) => (told = notice.why));
      await end?.(person);
      const ended = Date.now();
      await until(() => first.disconnected && second.disconnected, { what: 'both sockets closed', timeoutMs: 2_000 });
      expect(told).toBe(why);
      expect(Date.now() - ended).toBeLessThan(2_000);
      await expect(enter(person)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    });

    it('running out', async () => {
      const person = await fixture.person({ lifetimeMs: 1_500 });
      const socket = await enter(person);
      let told = '';
      socket.on('session:ended', ({ why }) => (told = why));
      await until(() => socket.disconnected, { what: 'closed', timeoutMs: 3_500 });
      expect(told).toBe('expired');
    });

    it('while the live bus is away: found by the next check of all sessions', async () => {
      const person = await fixture.person();
      const socket = await enter(person);
      let resync = '';
      const watcher = await enter(await fixture.person());
      watcher.on('live:resync', ({ reason }) => (resync = reason));
      const redis = await connectTestRedis('queues');
      const clients = String(await redis.call('CLIENT', 'LIST'));
      const id = clients
        .split('\n')
        .find((line) => line.includes(`name=${fixture.busName}`))
        ?.match(/id=(\d+)/)?.[1];
      await fixture.database.db.delete(sessions).where(eq(sessions.id, person.sessionId));
      await redis.call('CLIENT', 'KILL', 'ID', id ?? '');
      await until(() => socket.disconnected, { what: 'closed', timeoutMs: 3_000 });
      await until(() => resync === 'bus_restored', { what: 'the others are told to read again' });
      redis.disconnect();
    });

    it('does not touch the sessions of others, nor other sessions of the same person', async () => {
      const person = await fixture.person();
      const other = await fixture.person({ userId: person.userId });
      const [ending, staying] = [await enter(person), await enter(other)];
      await request('POST', '/api/auth/sign-out', person.cookie);
      await until(() => ending.disconnected, { timeoutMs: 2_000 });
      expect(await send(staying, 'live:check', { held: [] })).toMatchObject({ data: { behind: [] } });
    });
  });

  describe('a node that stops', () => {
    // One native app a process: the node that stops here runs on ws, its draining is the same code.
    it('is not ready any more, tells its clients to move, and closes when they have', async () => {
      const stopping = await createNodeFixture('ws');
      try {
        const person = await stopping.person();
        const socket = await stopping.connected(stopping.socket({ cookie: person.cookie }));
        let within = -1;
        socket.on('node:draining', (notice) => (within = notice.withinMs));
        expect((await fetch(`${stopping.http}/readyz`)).status).toBe(200);
        const stopped = stopping.node.stop();
        await until(async () => (await fetch(`${stopping.http}/readyz`)).status === 404, { what: 'not ready any more' });
        await until(() => within >= 0, { what: 'told to move' });
        // Not all of the time: what balancers need to learn of it, and commands to be answered, is taken off.
        expect(within).toBeLessThan(5_000);
        const late = stopping.socket({ cookie: person.cookie });
        const toldToo = new Promise((resolve) => late.on('node:draining', resolve));
        await stopping.connected(late);
        await toldToo;
        socket.disconnect();
        late.disconnect();
        await stopped;
        await expect(fetch(`${stopping.http}/readyz`)).rejects.toThrow();
      } finally {
        await stopping.close();
      }
    });
  });
}
