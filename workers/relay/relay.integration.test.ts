import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { connectRaw } from '#db/connect.ts';
import { appendOutbox, topicChange } from '#db/outbox.repository.ts';
import { outbox } from '#db/schema/platform.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { createBusPublisher, subscribeBus, type BusPublisher, type BusSubscriber } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createJobQueues, workQueue, type JobQueues, type QueueWorker } from '#shared/node/queues.ts';
import { connectRedis } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createStallingProxy } from '#shared/node/testing/stalling-proxy.ts';
import { startRelay, type Relay, type RelayDeps } from './relay.ts';

const redisUrl = process.env['REDIS_QUEUES_URL'] ?? '';
const logger = silentLogger();
const script = fileURLToPath(new URL('./testing/relay-process.ts', import.meta.url));

let database: TestDatabase;
let prefix: string;
let received: BusMessage[];
let effects: Map<string, number>;
let subscriber: BusSubscriber;
let worker: QueueWorker;
let queues: JobQueues;
const children: ChildProcess[] = [];
const relays: Relay[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.db.execute(sql`truncate outbox, topic_versions`);
  prefix = testPrefix();
  received = [];
  effects = new Map();
  queues = createJobQueues({ redisUrl, prefix, logger });
  await Promise.all([queues.queue('images').waitUntilReady(), queues.queue('ocr').waitUntilReady()]);
  subscriber = await subscribeBus({
    redis: connectRedis(redisUrl, 'patient', logger, 'test'),
    prefix,
    logger,
    onMessage: (message) => received.push(message),
    onRestored: () => undefined,
  });
  worker = workQueue({
    name: 'images',
    redisUrl,
    prefix,
    logger,
    concurrency: 5,
    handlers: {
      'document.images': async ({ documentId }) => void effects.set(documentId, (effects.get(documentId) ?? 0) + 1),
    },
  });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await Promise.all([worker.close(1_000), subscriber.close(), queues.close()]);
});

function forkRelay(dieAt?: string, dieOn = 1): ChildProcess {
  const child = fork(script, {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      REDIS_QUEUES_URL: redisUrl,
      REDIS_PREFIX: prefix,
      FROZEN_MS: '1000',
      ...(dieAt ? { DIE_AT: dieAt, DIE_ON: String(dieOn) } : {}),
    },
  });
  children.push(child);
  return child;
}

function relayHere(over: Partial<RelayDeps> = {}): Relay {
  const relay = startRelay({
    connect: () => connectRaw({ url: database.url, max: 1, applicationName: 'relay-here', prepared: true }),
    bus: createBusPublisher(connectRedis(redisUrl, 'fail-fast', logger, 'bus'), prefix),
    queues,
    projections: [],
    beforeSessionsEnd: () => Promise.resolve(),
    logger,
    metrics: createMetrics({ process: 'test', defaults: false }),
    standbyMs: 50,
    ...over,
  });
  relays.push(relay);
  return relay;
}

/** Commits `count` documents read, each a change of its own topic and of one shared topic. */
async function commit(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(
    ids.map((documentId) =>
      database.db.transaction((tx) =>
        appendOutbox(tx, 'document.read', { documentId }, [
          topicChange('garage', `garage:shared`, async () => ({ owner: { vehicles: [], documents: [], claims: [] } })),
          topicChange('garage', `garage:${documentId}`, async () => ({ owner: { vehicles: [], documents: [], claims: [] } })),
        ]),
      ),
    ),
  );
  return ids;
}

const undone = async (): Promise<number> => {
  const rows = await database.db.execute(
    sql`select 1 from outbox where (emitted_at is null or enqueued_at is null) and parked_at is null`,
  );
  return rows.length;
};
const topicsReceived = (): Set<string> =>
  new Set(received.flatMap((message) => (message.kind === 'live' ? [message.message.topic] : [])));

async function everythingArrived(ids: string[]): Promise<void> {
  await until(async () => (await undone()) === 0, { what: 'every row done', timeoutMs: 20_000 });
  await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`)), { what: 'every row published' });
  await until(() => ids.every((id) => effects.has(id)), { what: 'every job done', timeoutMs: 20_000 });
  expect([...effects.values()].every((times) => times === 1)).toBe(true);
  expect(effects.size).toBe(ids.length);
  const newest = Math.max(
    ...received.flatMap((message) =>
      message.kind === 'live' && message.message.topic === 'garage:shared' ? [message.message.seq] : [],
    ),
  );
  expect(newest).toBe(ids.length);
}

describe('the relay', () => {
  it.each(['before-publish:emit', 'after-publish:emit', 'before-publish:enqueue', 'after-publish:enqueue'])(
    'killed with -9 at %s: every row is published, every effect happens once',
    async (dieAt) => {
      const ids = await commit(40);
      const dying = forkRelay(dieAt);
      await until(() => dying.signalCode === 'SIGKILL', { what: 'the relay died', timeoutMs: 20_000 });
      expect(await undone()).toBe(40);
      forkRelay();
      await everythingArrived(ids);
    },
  );

  it('killed again and again while work comes in: nothing is lost, nothing doubled', { timeout: 120_000 }, async () => {
    const ids: string[] = [];
    for (const [round, dieAt] of ['after-publish:emit', 'before-publish:enqueue', 'after-publish:enqueue'].entries()) {
      const dying = forkRelay(dieAt, round + 1);
      while (dying.signalCode === null) ids.push(...(await commit(5)));
    }
    forkRelay();
    ids.push(...(await commit(5)));
    await everythingArrived(ids);
  });

  it('leads alone: a second one takes over only when the first is gone', async () => {
    const first = relayHere();
    await until(() => first.leading);
    const second = relayHere();
    await until(() => second.healthy);
    const ids = await commit(20);
    await everythingArrived(ids);
    expect(second.leading).toBe(false);
    await first.stop();
    await until(() => second.leading, { what: 'the second leads' });
    await everythingArrived([...ids, ...(await commit(3))]);
  });

  it('whose backend is ended by the database comes back and loses nothing', async () => {
    const relay = relayHere();
    await until(() => relay.leading);
    await database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay-here' and datname = current_database()`,
    );
    const ids = await commit(20);
    await everythingArrived(ids);
  });

  it('that is frozen does not hold the lock for ever, and does nothing twice when it thaws', async () => {
    const frozen = forkRelay();
    const leaders = () =>
      database.db.execute<{ name: string }>(
        sql`select application_name as name from pg_locks join pg_stat_activity using (pid)
          where locktype = 'advisory' and granted and datname = current_database()`,
      );
    await until(async () => (await leaders()).length === 1, { what: 'it leads', timeoutMs: 20_000 });
    frozen.kill('SIGSTOP');
    const second = relayHere();
    const ids = await commit(20);
    await until(() => second.leading, { what: 'the second leads', timeoutMs: 5_000 });
    await everythingArrived(ids);
    frozen.kill('SIGCONT');
    await everythingArrived([...ids, ...(await commit(20))]);
    expect((await leaders()).map(({ name }) => name)).toEqual(['relay-here']);
  });

  it('finds by polling what nobody woke it for', async () => {
    const relay = relayHere({ pollMs: 100 });
    await until(() => relay.leading);
    await everythingArrived(await commit(3));
  });

  it('keeps the screens going while the job queues are away, and enqueues later', async () => {
    let away = true;
    const flaky: JobQueues = { ...queues, add: (jobs) => (away ? Promise.reject(new Error('away')) : queues.add(jobs)) };
    relayHere({ queues: flaky, pollMs: 50 });
    const ids = await commit(10);
    await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`)));
    expect(effects.size).toBe(0);
    away = false;
    await everythingArrived(ids);
  });

  it('keeps the screens going while the queues say nothing at all, and enqueues once they do', async () => {
    let answer = (): void => undefined;
    const frozen = new Promise<void>((resolve) => (answer = resolve));
    relayHere({ queues: { ...queues, add: (jobs) => frozen.then(() => queues.add(jobs)) }, pollMs: 50 });
    const all: string[] = [];
    // More than one round: the jobs of the first are still being waited for when the second is shown.
    for (const count of [1, 5, 10]) {
      const ids = await commit(count);
      all.push(...ids);
      await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`)));
    }
    expect(effects.size).toBe(0);
    answer();
    await everythingArrived(all);
  });

  it('keeps the screens going while the Redis of the queues is frozen, and enqueues once it thaws: each job once', async () => {
    const proxy = await createStallingProxy(redisUrl);
    const frozen = createJobQueues({ redisUrl: proxy.url, prefix, logger });
    try {
      await frozen.queue('images').waitUntilReady();
      const relay = relayHere({ queues: frozen, pollMs: 50 });
      await until(() => relay.leading);
      const all = await commit(2);
      await everythingArrived(all);
      proxy.stalled = true;
      for (const count of [1, 5, 10]) {
        const ids = await commit(count);
        all.push(...ids);
        await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`)));
      }
      expect([relay.leading, effects.size]).toEqual([true, 2]);
      proxy.stalled = false;
      await everythingArrived(all);
    } finally {
      await relays.pop()?.stop();
      await frozen.close();
      await proxy.close();
    }
  });

  it('notices a Postgres that vanishes without closing, and goes on with another line once it is back', async () => {
    const proxy = await createStallingProxy(database.url);
    try {
      const connect = () => connectRaw({ url: proxy.url, max: 1, applicationName: 'relay-here', silentMs: 700 });
      const relay = relayHere({ connect, frozenMs: 1_000 });
      await until(() => relay.leading);
      const before = await commit(3);
      await everythingArrived(before);
      proxy.stalled = true;
      const ids = await commit(5);
      await until(() => !relay.healthy, { what: 'it says that its database is away', timeoutMs: 5_000 });
      expect(topicsReceived().has(`garage:${ids[0]}`)).toBe(false);
      proxy.stalled = false;
      await until(() => relay.leading, { what: 'it leads again', timeoutMs: 10_000 });
      await everythingArrived([...before, ...ids]);
    } finally {
      proxy.stalled = false;
      await relays.pop()?.stop();
      await proxy.close();
    }
  });

  it('keeps what it could not publish until the bus is back', async () => {
    let away = true;
    const bus = createBusPublisher(connectRedis(redisUrl, 'fail-fast', logger, 'bus'), prefix);
    const flaky: BusPublisher = { publish: (messages) => (away ? Promise.reject(new Error('away')) : bus.publish(messages)) };
    relayHere({ bus: flaky, pollMs: 50 });
    const ids = await commit(10);
    await until(() => effects.size === 10);
    expect(topicsReceived().size).toBe(0);
    away = false;
    await everythingArrived(ids);
  });

  it('parks a row that can never be dispatched, and goes on with the others', async () => {
    await database.db.insert(outbox).values({ name: 'document.exploded', payload: {} });
    relayHere({ patienceMs: 0 });
    const ids = await commit(5);
    await everythingArrived(ids);
    const [parked] = await database.db
      .select()
      .from(outbox)
      .where(sql`parked_at is not null`);
    expect(parked).toMatchObject({ name: 'document.exploded', parkedWhy: 'no such event: document.exploded' });
  });

  it('leaves what it does not know for a newer relay, for some minutes, and goes on with the others', async () => {
    const strange = { name: 'document.exploded', payload: {} };
    const topics = [{ topic: 'weather:today', seq: 1, states: { owner: {} } }];
    const old = new Date(Date.now() - 11 * 60_000);
    await database.db
      .insert(outbox)
      .values([
        strange,
        { name: 'document.corrected', payload: { documentId: randomUUID() }, topics },
        { ...strange, createdAt: old },
      ]);
    relayHere({ pollMs: 50 });
    const ids = await commit(5);
    await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`) && effects.has(id)));
    const left = await database.db
      .select()
      .from(outbox)
      .where(sql`emitted_at is null`)
      .orderBy(outbox.position);
    expect(left.map(({ name, parkedAt }) => [name, parkedAt !== null])).toEqual([
      ['document.exploded', false],
      ['document.corrected', false],
      ['document.exploded', true],
    ]);
  });

  it('takes rows by what is undone, not by the last position: a transaction that commits late is not skipped', async () => {
    relayHere({ pollMs: 50 });
    const late = randomUUID();
    let ids: string[] = [];
    await database.db.transaction(async (tx) => {
      await appendOutbox(tx, 'document.read', { documentId: late }, [
        topicChange('garage', `garage:${late}`, async () => ({ owner: { vehicles: [], documents: [], claims: [] } })),
      ]);
      ids = await commit(5);
      await until(() => ids.every((id) => topicsReceived().has(`garage:${id}`)));
    });
    await until(() => topicsReceived().has(`garage:${late}`), { what: 'the late one' });
  });
});
