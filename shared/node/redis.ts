import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';

/**
 * How a connection behaves while Redis is away.
 *   fail-fast  a command fails at once (publishers, limits, caches: their callers know what to do without)
 *   patient    commands wait until it is back (BullMQ workers, subscribers)
 */
export type RedisManner = 'fail-fast' | 'patient';

/**
 * A connection on which a command is not answered for so long is replaced, milliseconds: when a host vanishes, or something between
 * forgets the connection, nobody says so, and TCP alone notices after a quarter of an hour.
 */
const SILENT_MS = 5_000;

export function connectRedis(
  url: string,
  manner: RedisManner,
  logger: Logger,
  connectionName: string,
  silentMs = SILENT_MS,
): Redis {
  const redis = new Redis(url, {
    connectionName,
    lazyConnect: false,
    connectTimeout: 2_000,
    socketTimeout: silentMs,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
    ...(manner === 'fail-fast'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 250 }
      : { enableOfflineQueue: true, maxRetriesPerRequest: null }),
  });
  let down = false;
  redis.on('error', (error: Error) => {
    if (!down) logger.warn({ err: error, connection: connectionName }, 'redis is away');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info({ connection: connectionName }, 'redis is back');
    down = false;
  });
  return redis;
}

/** Waits until a connection can be used; rejects after `timeoutMs`. */
export async function redisReady(redis: Redis, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis did not become ready')), timeoutMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** At a start: says that it waits, and rejects with what to look at when Redis is not there after `timeoutMs`. */
export async function redisAtStart(connections: readonly Redis[], logger: Logger, timeoutMs = 30_000): Promise<void> {
  if (connections.some(({ status }) => status !== 'ready')) logger.info({ timeoutMs }, 'waiting for Redis');
  await Promise.all(connections.map((one) => redisReady(one, timeoutMs))).catch(() => {
    throw new Error(`Redis is not there after ${timeoutMs / 1_000} s: look at REDIS_QUEUES_URL and at Redis itself`);
  });
}
