import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBusPublisher, subscribeBus } from './live-bus.ts';
import { createJobQueues, workQueue } from './queues.ts';
import { connectRedis } from './redis.ts';
import { silentLogger, testPrefix, until } from './testing/helpers.ts';
import { connectTestRedis, testRedisUrl } from './testing/test-redis.ts';

const logger = silentLogger();
const prefix = testPrefix();
const open = new Set<Socket>();
let url: string;
let close: () => Promise<void>;

/** Something between us and Redis that can forget its connections without a word. */
beforeAll(async () => {
  const redis = new URL(testRedisUrl('queues'));
  const server = createServer((client) => {
    const upstream = connect(Number(redis.port), redis.hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(redis);
  through.port = String((server.address() as AddressInfo).port);
  url = through.href;
  close = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterAll(() => close());

function forgetConnections(): void {
  for (const socket of open) {
    socket.unpipe();
    socket.pause();
  }
}

it('a line that is dead without a word is noticed: messages arrive again, and the node is told', async () => {
  const heard: string[] = [];
  let restored = 0;
  const subscriber = await subscribeBus({
    redis: connectRedis(url, 'patient', logger, 'bus', 200),
    prefix,
    logger,
    pulseMs: 50,
    onMessage: (message) => void (message.kind === 'session-ended' && heard.push(message.sessionId)),
    onRestored: () => void (restored += 1),
  });
  const redis = await connectTestRedis('queues');
  const tell = (sessionId: string) =>
    createBusPublisher(redis, prefix).publish([{ kind: 'session-ended', sessionId, why: 'revoked' }]);
  await tell('before');
  await until(() => heard.includes('before'), { what: 'heard before' });
  forgetConnections();
  await until(() => restored === 1, { what: 'restored', timeoutMs: 5_000 });
  expect(subscriber.connected).toBe(true);
  await tell('after');
  await until(() => heard.includes('after'), { what: 'heard after' });
  await subscriber.close();
  redis.disconnect();
});

it('job queues whose line is dead without a word get another', async () => {
  const queues = createJobQueues({ redisUrl: url, prefix, logger });
  const add = async (id: string): Promise<boolean> => {
    try {
      await queues.add([{ id, job: { name: 'upkeep.sweep', payload: {} } }]);
      return true;
    } catch {
      return false;
    }
  };
  await until(() => add('before'), { what: 'enqueued before' });
  forgetConnections();
  expect(await add('lost')).toBe(false);
  await until(() => add('after'), { what: 'enqueued again', timeoutMs: 12_000 });
  // The other queues have connections of their own, which nobody has asked anything: they are dead still, and cannot say goodbye.
  await queues.close().catch(() => undefined);
  const direct = createJobQueues({ redisUrl: testRedisUrl('queues'), prefix, logger });
  await direct.queue('upkeep').obliterate({ force: true });
  await direct.close();
});

it('a worker whose line is dead without a word gets another, and works on', { timeout: 60_000 }, async () => {
  const done: string[] = [];
  const handlers = {
    'upkeep.sweep': async (_payload: unknown, { jobId }: { jobId: string }) => void done.push(jobId),
    'totals.check': async () => {},
  };
  const worker = workQueue({ name: 'upkeep', redisUrl: url, prefix: `worker-${prefix}`, logger, concurrency: 1, handlers });
  const queues = createJobQueues({ redisUrl: testRedisUrl('queues'), prefix: `worker-${prefix}`, logger });
  const add = (id: string) => queues.add([{ id, job: { name: 'upkeep.sweep', payload: {} } }]);
  await queues.queue('upkeep').waitUntilReady();
  await add('before');
  await until(() => done.includes('before'), { what: 'worked before' });
  forgetConnections();
  await add('after');
  await until(() => done.includes('after'), { what: 'works again', timeoutMs: 45_000 });
  await worker.close(1_000);
  await queues.queue('upkeep').obliterate({ force: true });
  await queues.close();
});

it('a publisher whose line is dead without a word gets another', async () => {
  const redis = connectRedis(url, 'fail-fast', logger, 'publisher', 300);
  await until(() => redis.status === 'ready', { what: 'connected' });
  forgetConnections();
  const ping = () => redis.ping().catch(() => null);
  expect(await ping()).toBeNull();
  await until(async () => (await ping()) === 'PONG', { what: 'answered again', timeoutMs: 5_000 });
  redis.disconnect();
});
