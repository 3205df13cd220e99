import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPrefix } from '#shared/node/testing/helpers.ts';
import { absentRedis, connectTestRedis } from '#shared/node/testing/test-redis.ts';
import { addressKey, createRateLimits, type RateLimits } from './rate-limits.ts';

const key = Buffer.alloc(32, 1);
let redis: Redis;
let prefix: string;
let limits: RateLimits;
beforeAll(async () => {
  redis = await connectTestRedis('queues');
  prefix = testPrefix();
  limits = createRateLimits({ redis, prefix, key });
});
afterAll(() => redis.disconnect());

const limited = (retryAfterSeconds: number) => ({ code: 'RATE_LIMITED', details: { retryAfterSeconds } });

describe('a limit', () => {
  it('counts together what several processes count, each key by itself', async () => {
    const rule = { points: 3, seconds: 60 };
    const [one, two] = [limits.limit('shared', rule), createRateLimits({ redis, prefix, key }).limit('shared', rule)];
    await one.consume('a');
    await two.consume('a');
    await one.consume('a');
    await expect(two.consume('a')).rejects.toMatchObject(limited(60));
    await two.consume('b');
    await one.reset('a');
    await two.consume('a');
  });

  it('lets exactly so many through at once', async () => {
    const limit = limits.limit('burst', { points: 10, seconds: 60 });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => limit.consume('x')));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(10);
  });

  it('grows for who comes again, up to its most', async () => {
    const limit = limits.limit('growing', { points: 1, seconds: 1, growing: { firstSeconds: 100, mostSeconds: 300 } });
    const unblock = async () =>
      redis.del(...(await redis.keys(`${prefix}limit:growing:*`)).filter((name) => !name.includes('strikes')));
    for (const seconds of [100, 200, 300, 300]) {
      await limit.consume('x');
      await expect(limit.consume('x')).rejects.toMatchObject(limited(seconds));
      await expect(limit.consume('x')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      await unblock();
    }
    await limit.reset('x');
    await limit.consume('x');
    await expect(limit.consume('x')).rejects.toMatchObject(limited(100));
  });

  it('keeps no key in clear', async () => {
    await limits.limit('clear', { points: 1, seconds: 60 }).consume('hanta@example.mg');
    expect((await redis.keys(`${prefix}*`)).join()).not.toContain('hanta');
  });

  it('counts by itself while Redis is away', async () => {
    const away = absentRedis();
    const limit = createRateLimits({ redis: away, prefix, key }).limit('away', {
      points: 2,
      seconds: 60,
      growing: { firstSeconds: 90, mostSeconds: 90 },
    });
    await limit.consume('x');
    await limit.consume('x');
    await expect(limit.consume('x')).rejects.toMatchObject(limited(90));
    await limit.reset('x');
    await limit.consume('x');
    away.disconnect();
  });
});

describe('addressKey', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s', (address, expected) => expect(addressKey(address)).toBe(expected));
});
