import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '#db/connect.ts';
import { checkout } from '#deploy/local/paths.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { readPresence } from '#server/dashboard/presence.service.ts';
import { roomOf } from '#shared/contracts/bus.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { createBusPublisher } from '#shared/node/live-bus.ts';
import { connectRedis, redisReady } from '#shared/node/redis.ts';
import { silentLogger, until } from '#shared/node/testing/helpers.ts';
import { gatherCrowd, uploadSlowly, type Crowd } from './crowd.ts';
import { slowLine } from './slow-line.ts';
import { startTestStack } from './test-stack.ts';

/** A hundred people at work on four nodes behind two balancer processes: releases and storms. The crowd of 20,000 is the load test's. */
const PEOPLE = Number(process.env['CROWD_PEOPLE'] ?? 100);
const NODES = 4;
let stack: RunningStack;
let database: Database;
let crowd: Crowd;

beforeAll(async () => {
  stack = await startTestStack('e2e-crowd', { nodes: NODES, balancers: 2, processEnvironment: { DRAIN_SECONDS: '8' } });
  database = connectDatabase({ url: stack.env['DATABASE_URL'] ?? '', max: 8, applicationName: 'e2e-crowd' });
  // Photographs are taken and wait: a reading takes a core for seconds.
  await stack.processes.get('ocr')?.stop();
  crowd = await gatherCrowd(stack, database, PEOPLE);
});
afterAll(async () => {
  crowd?.close();
  await database?.close();
  await stack?.stop();
});

it('a release of every node is seen by nobody: no error, nothing lost, no upload cut', async () => {
  const { people } = crowd;
  const live = (): boolean => people.every(({ client }) => client.status === 'live');
  await until(live, { what: 'all are connected', timeoutMs: 60_000 });
  people.forEach((page) => (page.offline = 0));
  const pids = [...stack.processes].filter(([name]) => name.startsWith('node-')).map(([, { pid }]) => pid);
  const before = new Set(people.map(({ socket }) => socket.id));
  const stop = crowd.work(2_000);
  await until(() => crowd.answered > 0, { what: 'they work' });

  const photograph = readFileSync(path.join(checkout, 'deploy', 'samples', '002_mild_card_recto.jpg'));
  const uploads: Promise<number>[] = [];
  let released = false;
  // At any moment of the release, uploads are under way to every node.
  const uploading = (async () => {
    for (let next = 0; !released; next += 1) {
      const page = people[(next * 7) % PEOPLE];
      if (page) uploads.push(uploadSlowly(stack, page, photograph, 3));
      await new Promise((resolve) => setTimeout(resolve, 800));
    }
  })();
  const began = performance.now();
  const lines: string[] = [];
  await stack.release((line) => lines.push(line)).finally(() => (released = true));
  const took = (performance.now() - began) / 1_000;
  await uploading;
  await stop();

  expect(lines).toHaveLength(NODES);
  expect([...stack.processes].filter(([name, { pid }]) => name.startsWith('node-') && pids.includes(pid))).toEqual([]);
  expect(people.filter(({ socket }) => before.has(socket.id))).toEqual([]);
  expect(crowd.errors).toEqual([]);
  const statuses = await Promise.all(uploads);
  expect(statuses.filter((status) => status !== 201)).toEqual([]);
  expect(people.reduce((sum, { offline }) => sum + offline, 0)).toBe(0);
  await until(async () => (await crowd.wrong()).length === 0, { what: 'every screen shows what the database has' });
  const [told] = await database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from outbox where name = 'document.corrected'`,
  );
  // Each answered command stands in the database once, and none that was not answered.
  expect(told?.count).toBe(crowd.answered);
  console.log(
    `${NODES} nodes in ${took.toFixed(1)} s under ${PEOPLE} people: ${crowd.answered} commands answered, ${uploads.length} uploads taken, no error`,
  );
});

describe('after a storm everybody is back and every screen shows what the database has:', () => {
  const restart = async (...names: string[]): Promise<void> => {
    const victims = names.flatMap((name) => stack.processes.get(name) ?? []);
    expect(victims).toHaveLength(names.length);
    victims.forEach((victim) => victim.kill('SIGKILL'));
    await until(() => victims.every(({ pid }) => pid === undefined), { what: `${names.join(' and ')} dead` });
    await Promise.all(victims.map((victim) => victim.restart()));
  };
  it.each([
    ['Redis with bus and queues killed', ['redis-queues']],
    ['Redis with the caches killed', ['redis-cache']],
    ['Postgres killed', ['postgres']],
    ['one of the balancers killed', ['haproxy-1']],
    ['all lines dropped at once', ['haproxy-1', 'haproxy-2']],
  ])('%s', async (_what, names) => {
    const { people } = crowd;
    const live = (): boolean => people.every(({ client }) => client.status === 'live');
    await until(live, { what: 'all are connected', timeoutMs: 30_000 });
    people.forEach((page) => (page.offline = 0));
    crowd.errors.length = 0;
    const stop = crowd.work(1_000);
    const answered = crowd.answered;
    await until(() => crowd.answered > answered, { what: 'they work' });
    await restart(...names);
    const began = performance.now();
    await until(live, { what: 'all are back', timeoutMs: 60_000 });
    const back = performance.now() - began;
    await stop();
    await until(async () => (await crowd.wrong()).length === 0, { what: 'every screen is right', timeoutMs: 30_000 });
    const right = performance.now() - began;
    const cut = people.filter(({ offline }) => offline > 0).length;
    // What cannot be done is said so; nothing else is.
    expect([...new Set(crowd.errors)].filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
    if (names[0]?.startsWith('redis')) expect(cut).toBe(0);
    if (names.length === 2) expect(cut).toBe(PEOPLE);
    if (names.length === 1 && names[0] !== 'postgres') expect(cut).toBeLessThan(PEOPLE);
    console.log(
      `${names.join(', ')}: ${cut} of ${PEOPLE} cut off, all back ${(back / 1_000).toFixed(1)} s and every screen right ` +
        `${(right / 1_000).toFixed(1)} s after it ran again; ${crowd.errors.length} commands said UNAVAILABLE`,
    );
  });
});

it('readers of a kilobyte a second cost the nodes little, come back, and nobody else notices', async () => {
  const [SLOW, TOLD, BYTES] = [4, 300, 60_000];
  const redis = connectRedis(stack.env['REDIS_QUEUES_URL'] ?? '', 'patient', silentLogger(), 'e2e-crowd');
  await redisReady(redis);
  const bus = createBusPublisher(redis, stack.env['REDIS_PREFIX'] ?? '');
  const line = await slowLine(stack.origin);
  const slow = await gatherCrowd({ ...stack, through: line.origin }, database, SLOW);
  const nodes = (): number =>
    [...stack.processes].reduce((sum, [name, { pid }]) => sum + (name.startsWith('node-') && pid ? residentBytes(pid) : 0), 0);
  /** Large news of something that the page does not watch, in its room. */
  const tell = async (userId: string): Promise<void> => {
    const [topic, state] = [topicOf('garage', userId), 'x'.repeat(BYTES)];
    for (let sent = 0; sent < TOLD; sent += 10)
      await bus.publish(
        Array.from({ length: 10 }, () => ({
          ...{ kind: 'live' as const, room: roomOf(topic, 'owner') },
          message: { topic: 'garage:of-nobody', seq: 1, state, at: new Date().toISOString() },
        })),
      );
  };
  try {
    await until(() => [...slow.people, ...crowd.people].every(({ client }) => client.status === 'live'), {
      ...{ what: 'all are connected', timeoutMs: 30_000 },
    });
    crowd.people.forEach((page) => (page.offline = 0));
    crowd.errors.length = 0;
    // What it costs to hear so much that is for nobody.
    for (let round = 0; round < SLOW; round += 1) await tell(`nobody-${round}`);
    const before = nodes();
    const stop = crowd.work(1_000);
    line.crawl();
    let most = before;
    const measure = setInterval(() => (most = Math.max(most, nodes())), 50);
    for (const { userId } of slow.people) await tell(userId);
    // Seen by the nodes at once, by the pages when they have read what was under way; then they come back.
    const present = async (): Promise<number> => (await readPresence(redis, stack.env['REDIS_PREFIX'] ?? ''))?.people ?? 0;
    const cut = async (): Promise<boolean> => (await present()) === PEOPLE || slow.people.every(({ offline }) => offline > 0);
    await until(cut, { what: 'lines that are not read are cut', timeoutMs: 20_000 });
    clearInterval(measure);
    await stop();
    expect(crowd.errors).toEqual([]);
    expect(crowd.people.filter(({ offline }) => offline > 0)).toEqual([]);
    const [told, grown] = [(SLOW * TOLD * BYTES) / 1e6, (most - before) / 1e6];
    expect(grown).toBeLessThan(told / 2);

    line.mend();
    const working = slow.work(500);
    await until(() => slow.answered >= SLOW, { what: 'who was slow works again', timeoutMs: 30_000 });
    await working();
    await until(async () => (await slow.wrong()).length === 0, { what: 'who was slow sees what there is', timeoutMs: 20_000 });
    console.log(`${SLOW} readers at 1 KB/s were told ${told} MB: four nodes together grew by ${grown.toFixed(0)} MB`);
  } finally {
    slow.close();
    line.close();
    redis.disconnect();
  }
});

/** What a process has in memory. */
function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4_096;
}
