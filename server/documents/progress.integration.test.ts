import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { ReadingProgress } from '#shared/contracts/documents.ts';
import { createBusPublisher, subscribeBus, type BusSubscriber } from '#shared/node/live-bus.ts';
import { redisReady } from '#shared/node/redis.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createProgressStore, type ProgressReport, type ProgressStore } from './progress.service.ts';
import { connectCache, env } from './testing/documents-fixture.ts';

const logger = silentLogger();
const prefix = testPrefix();
const heard: Extract<BusMessage, { kind: 'live' }>[] = [];
let cache: Redis;
let publisher: Redis;
let subscriber: BusSubscriber;
let progress: ProgressStore;

beforeAll(async () => {
  cache = await connectCache();
  publisher = new Redis(env('REDIS_QUEUES_URL'), { enableOfflineQueue: false });
  const receiving = new Redis(env('REDIS_QUEUES_URL'));
  await Promise.all([redisReady(publisher), redisReady(receiving)]);
  subscriber = await subscribeBus({
    redis: receiving,
    prefix,
    logger,
    onMessage: (message) => {
      if (message.kind === 'live') heard.push(message);
    },
    onRestored: () => undefined,
  });
  progress = createProgressStore({
    redis: cache,
    bus: createBusPublisher(publisher, prefix),
    prefix,
    clock: () => new Date(),
    logger,
  });
});
afterAll(async () => {
  await subscriber.close();
  publisher.disconnect();
  cache.disconnect();
});

const report = (share: number): ProgressReport => ({
  page: 'recto',
  pageIndex: 0,
  pageCount: 1,
  step: 'first_pass',
  stepShare: share,
  share,
  fields: [],
  country: null,
  papers: [],
});

describe('progress', () => {
  it('leaves at most ten times a second, in order, and the last is never swallowed', async () => {
    const id = randomUUID();
    const run = progress.open(id, 3);
    const started = performance.now();
    for (let i = 1; i <= 200; i += 1) {
      run.report(report(i / 200));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const took = performance.now() - started;
    const quiet = await until(async () => {
      const { state } = await progress.read(id);
      return state?.share === 1 ? state : null;
    });
    await run.close();
    run.report(report(0.5));
    const mine = await until(() =>
      heard.some(({ message }) => message.seq === 3_000_200) ? heard.filter(({ room }) => room.includes(id)) : null,
    );
    expect(mine.length).toBeLessThanOrEqual(took / 100 + 2);
    expect(mine.length).toBeGreaterThan(4);
    const seqs = mine.map(({ message }) => message.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(mine.at(-1)).toMatchObject({
      room: `document-progress:${id}#owner`,
      message: { topic: `document-progress:${id}`, seq: 3_000_200 },
    });
    expect(ReadingProgress.parse(mine.at(-1)?.message.state)).toEqual(quiet);
    expect(await progress.read(id)).toEqual({ seq: 3_000_200, state: quiet });
  });

  it('of an older attempt does not replace a newer one’s', async () => {
    const id = randomUUID();
    const [older, newer] = [progress.open(id, 1), progress.open(id, 2)];
    newer.report(report(0.1));
    await newer.close();
    older.report(report(0.9));
    await older.close();
    expect(await progress.read(id)).toMatchObject({ seq: 2_000_001, state: { attempt: 2, share: 0.1 } });
    expect(await cache.pttl(`${prefix}progress:${id}`)).toBeGreaterThan(14 * 60_000);
  });

  it('of nothing is null', async () => expect(await progress.read(randomUUID())).toEqual({ seq: 0, state: null }));

  it('never fails the reading when Redis is away', async () => {
    const away = new Redis({ port: 1, enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);
    const bus = { publish: () => Promise.reject(new Error('away')) };
    const store = createProgressStore({ redis: away, bus, prefix, clock: () => new Date(), logger });
    const run = store.open(randomUUID(), 1);
    run.report(report(0.5));
    await run.close();
    expect(await store.read(randomUUID())).toEqual({ seq: 0, state: null });
    away.disconnect();
  });
});
