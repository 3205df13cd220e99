import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLiveClient, type LiveClient } from '#client/src/lib/live/live-client.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { readPresence, sayPresence } from '#server/dashboard/presence.service.ts';
import { createRateLimits } from '#server/http/rate-limits.ts';
import { createSessionCache } from '#server/identity/session-cache.service.ts';
import { createPlateCache } from '#server/tax/plate-cache.service.ts';
import { createNodeFixture, type NodeFixture } from '#server/testing/node-fixture.ts';
import { garageChange } from '#server/vehicles/garage-events.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { createJobQueues, workQueue, type JobQueues, type QueueWorker } from '#shared/node/queues.ts';
import { connectRedis, isCluster, redisReady, type RedisConnection } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { startRedisCluster, type RunningRedisCluster } from './redis-cluster.ts';
import { openWorkspace, type Workspace } from './service-set.ts';

/** All that the platform keeps in Redis, on a cluster of three masters: jobs, live bus, adapter, limits, caches. */
const logger = silentLogger();
const directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-cluster-'));
let workspace: Workspace;
let cluster: RunningRedisCluster;
let fixture: NodeFixture;
let connection: RedisConnection;

beforeAll(async () => {
  workspace = await openWorkspace({ directory, say: () => undefined, onDeath: () => undefined });
  cluster = await startRedisCluster(workspace);
  vi.stubEnv('REDIS_QUEUES_URL', cluster.url);
  vi.stubEnv('REDIS_CACHE_URL', cluster.url);
  connection = connectRedis(cluster.url, 'fail-fast', logger, 'test');
  await redisReady(connection);
  fixture = await createNodeFixture('uws');
  await until(() => fixture.relay.leading, { what: 'the relay leads' });
});
afterAll(async () => {
  await fixture?.close();
  connection?.disconnect();
  vi.unstubAllEnvs();
  await workspace?.supervisor.stopAll();
  workspace?.close();
  rmSync(directory, { recursive: true });
});

/** A page that watches somebody's garage. */
function openPage(cookie: string, topic: string): { client: LiveClient; seq: () => number } {
  const socket = fixture.socket({ cookie });
  socket.io.reconnection(true);
  const client = createLiveClient({ socket, onSessionEnded: () => undefined, checkEveryMs: 60_000 });
  const { entry } = client.watch(topic, () => undefined);
  return { client, seq: () => entry.seq };
}

/** Counts how often the job of each id was done; the queue is the fixture's relay's. */
function countJobs(): { done: Map<string, number>; worker: QueueWorker; queues: JobQueues } {
  const done = new Map<string, number>();
  const prefix = fixture.busName.replace(/^bus-/, '');
  const worker = workQueue({
    ...{ name: 'images' as const, redisUrl: cluster.url, prefix, logger, concurrency: 4 },
    handlers: {
      'document.images': ({ documentId }) => {
        done.set(documentId, (done.get(documentId) ?? 0) + 1);
        return Promise.resolve();
      },
    },
  });
  return { done, worker, queues: createJobQueues({ redisUrl: cluster.url, prefix, logger }) };
}

async function commit(userIds: readonly string[]): Promise<string[]> {
  const ids = userIds.map(() => randomUUID());
  await Promise.all(
    userIds.map((userId, index) =>
      fixture.database.db.transaction((tx) =>
        appendOutbox(tx, 'document.read', { documentId: ids[index] ?? '' }, [garageChange(userId)]),
      ),
    ),
  );
  return ids;
}
const undone = async (): Promise<number> =>
  (
    await fixture.database.db.execute(
      sql`select 1 from outbox where (emitted_at is null or enqueued_at is null) and parked_at is null`,
    )
  ).length;

it('events reach the pages and jobs run once, also when a master is killed and comes back', async () => {
  const people = await Promise.all(Array.from({ length: 24 }, () => fixture.person()));
  const pages = people.map(({ userId, cookie }) => openPage(cookie, topicOf('garage', userId)));
  const { done, worker, queues } = countJobs();
  const userIds = people.map(({ userId }) => userId);
  const allAt = (seq: number): boolean => pages.every((page) => page.seq() === seq);
  try {
    await until(() => pages.every(({ client }) => client.status === 'live'), { what: 'all are connected' });
    const jobs = await commit(userIds);
    await until(() => allAt(1), { what: 'every page has the first change' });
    await until(() => done.size === jobs.length, { what: 'every job ran' });

    // One master after the other: between them they hold every queue and every shard of the bus.
    for (const [round, victim] of cluster.processes.entries()) {
      victim.kill('SIGKILL');
      await until(() => victim.pid === undefined, { what: 'the master is dead' });
      jobs.push(...(await commit(userIds)));
      await victim.restart();
      await until(() => allAt(round + 2), { what: `every page has the change made without ${victim.name}`, timeoutMs: 25_000 });
      await until(async () => (await undone()) === 0, { what: 'everything is given away', timeoutMs: 25_000 });
      await until(() => jobs.every((id) => done.has(id)), { what: 'every job ran', timeoutMs: 25_000 });
    }
    expect([...done.values()].every((times) => times === 1)).toBe(true);
    expect(done.size).toBe(jobs.length);
    const kept = await queues.queue('images').getJobCounts('completed', 'failed', 'waiting', 'active');
    expect(kept).toEqual({ completed: jobs.length, failed: 0, waiting: 0, active: 0 });
  } finally {
    pages.forEach(({ client }) => client.close());
    await worker.close(1_000);
    await queues.close();
  }
}, 100_000);

it('limits, sessions, plates and presence need no two servers at once', async () => {
  const prefix = testPrefix();
  expect(isCluster(connection)).toBe(true);
  const takesAll = (): Promise<boolean> =>
    Promise.all(Array.from({ length: 30 }, (_, index) => connection.set(`${prefix}${index}`, '1', 'EX', 60))).then(
      () => true,
      () => false,
    );
  await until(takesAll, { what: 'every master takes commands again' });
  const limit = createRateLimits({ redis: connection, prefix, key: Buffer.alloc(32) }).limit('test', {
    ...{ points: 3, seconds: 60, growing: { firstSeconds: 5, mostSeconds: 60 } },
  });
  for (const _ of [1, 2, 3]) await limit.consume('somebody');
  await expect(limit.consume('somebody')).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 5 } });
  await limit.reset('somebody');
  await limit.consume('somebody');

  const sessions = createSessionCache({ queues: connection, cache: connection, prefix, logger });
  const ids = Array.from({ length: 30 }, () => randomUUID());
  const session = { userId: randomUUID(), role: 'citizen' as const, officeId: null, expiresAt: Date.now() + 60_000 };
  await Promise.all(ids.map((id) => sessions.fill(id, { ...session, readAt: Date.now() })));
  expect(await Promise.all(ids.map(async (id) => (await sessions.read(id)).state))).toEqual(ids.map(() => 'alive'));
  await sessions.tombstone(...ids);
  expect(await Promise.all(ids.map(async (id) => (await sessions.read(id)).state))).toEqual(ids.map(() => 'ended'));

  const plates = createPlateCache({ redis: connection, prefix, logger });
  const nobodys = Array.from({ length: 20 }, (_, index) => ({ country: 'MG', plate: `${1000 + index} TAB` }));
  await Promise.all(nobodys.map((key) => plates.keepUnknown(key)));
  expect(await Promise.all(nobodys.map(async (key) => (await plates.read(key)).state))).toEqual(nobodys.map(() => 'unknown'));
  await Promise.all(nobodys.map((key) => plates.forget(key)));
  expect(await Promise.all(nobodys.map(async (key) => (await plates.read(key)).state))).toEqual(nobodys.map(() => 'nothing'));

  const say = (people: number) =>
    sayPresence({ redis: connection, prefix, logger, read: () => ({ people, connections: people, dashboards: ['national'] }) });
  const stops = [say(3), say(4)];
  await until(async () => (await readPresence(connection, prefix))?.people === 7, { what: 'both nodes are counted' });
  await Promise.all(stops.map((stop) => stop()));
  expect(await readPresence(connection, prefix)).toMatchObject({ nodes: 0, people: 0 });
});
