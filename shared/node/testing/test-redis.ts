import { Redis } from 'ioredis';
import { redisReady } from '../redis.ts';

const VARIABLES = { queues: 'REDIS_QUEUES_URL', cache: 'REDIS_CACHE_URL' } as const;

/** A fail-fast connection to one of the Redis given to the tests; `disconnect()` it. Use a prefix of the file's own (`testPrefix`). */
export async function connectTestRedis(which: keyof typeof VARIABLES): Promise<Redis> {
  const redis = new Redis(testRedisUrl(which), { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  redis.on('error', () => undefined);
  await redisReady(redis);
  return redis;
}

export function testRedisUrl(which: keyof typeof VARIABLES): string {
  const url = process.env[VARIABLES[which]];
  if (!url) throw new Error(`${VARIABLES[which]} is not set: run the tests with \`npm test\``);
  return url;
}

/** A connection to a port where nothing listens: Redis that is away. */
export function absentRedis(): Redis {
  const redis = new Redis({
    host: '127.0.0.1',
    port: 1,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 1_000,
  });
  redis.on('error', () => undefined);
  return redis;
}
