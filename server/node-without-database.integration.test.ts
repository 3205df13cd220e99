import { afterAll, beforeAll, expect, it } from 'vitest';
import { topicOf } from '#shared/contracts/topics.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { createStallingProxy, type StallingProxy } from '#shared/node/testing/stalling-proxy.ts';
import { ORIGIN, createNodeFixture, send, type NodeFixture, type Person } from './testing/node-fixture.ts';

const SILENT_MS = 1_500;
let proxy: StallingProxy;
let fixture: NodeFixture;
let person: Person;
beforeAll(async () => {
  fixture = await createNodeFixture('uws', 60_000, async (url) => {
    proxy = await createStallingProxy(url);
    return { url: proxy.url, silentMs: SILENT_MS };
  });
  person = await fixture.person();
});
afterAll(async () => {
  proxy.stalled = false;
  await fixture.close();
  await proxy.close();
});

const sessions = (): Promise<Response> =>
  fetch(`${fixture.http}/api/auth/sessions`, { headers: { origin: ORIGIN, cookie: person.cookie } });

it('while the database says nothing a node answers 503 with a code and when to come again, a socket UNAVAILABLE; then goes on', async () => {
  const socket = await fixture.connected(fixture.socket({ cookie: person.cookie }));
  expect((await sessions()).status).toBe(200);
  const garage = { topic: topicOf('garage', person.userId) };
  expect(await send(socket, 'live:subscribe', garage)).toHaveProperty('data');

  proxy.stalled = true;
  const incident: unknown = expect.stringMatching(/^[0-9a-f]{10}$/);
  const [answer, asked] = await Promise.all([sessions(), send(socket, 'live:subscribe', garage)]);
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('cache-control')]).toEqual([503, '5', 'no-store']);
  expect(await answer.json()).toEqual({ error: { code: 'UNAVAILABLE', incident } });
  expect(asked).toEqual({ error: { code: 'UNAVAILABLE', incident } });
  // Somebody new is not let in, and is told that it is not their fault.
  const stranger = await fixture.person();
  const entering = fixture.connected(fixture.socket({ cookie: stranger.cookie }));
  await expect(entering).rejects.toMatchObject({ data: { code: 'UNAVAILABLE' } });
  // The page's own line stays: it goes on showing what it has.
  expect(socket.connected).toBe(true);

  proxy.stalled = false;
  await until(async () => (await sessions()).status === 200, { what: 'the node goes on', timeoutMs: 20_000 });
  await until(async () => 'data' in (await send(socket, 'live:subscribe', garage)), {
    what: 'the socket goes on',
    timeoutMs: 20_000,
  });
});
