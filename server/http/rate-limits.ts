import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#shared/contracts/errors.ts';
import { keyedHash } from '#shared/node/keys.ts';
import type { RedisConnection } from '#shared/node/redis.ts';

/** So many points in a window. */
export interface LimitRule {
  points: number;
  seconds: number;
  /**
   * Who goes over waits this long, and twice as long each time it happens again within a day, up to `mostSeconds`.
   * Without it: until the window ends.
   */
  growing?: { firstSeconds: number; mostSeconds: number };
}

export interface RateLimit {
  /** Takes a point. Throws RATE_LIMITED with `retryAfterSeconds` when none is left. */
  consume(key: string): Promise<void>;
  /** Gives the points back, and forgets how often the key went over. */
  reset(key: string): Promise<void>;
}

export interface RateLimits {
  /** A limit by name; names are unique in the platform. */
  limit(name: string, rule: LimitRule): RateLimit;
}

const STRIKES_SECONDS = 24 * 3600;

/**
 * Limits counted in Redis (fail-fast connection), for all nodes together. While Redis is away each process counts by itself.
 * Keys (addresses, identifiers) are hashed: a limit is no list of people.
 */
export function createRateLimits(deps: { redis: RedisConnection; prefix: string; key: Buffer }): RateLimits {
  const limiter = (keyPrefix: string, points: number, duration: number): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: deps.redis,
      keyPrefix,
      points,
      duration,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
    });
  return {
    limit(name, rule) {
      const points = limiter(`${deps.prefix}limit:${name}`, rule.points, rule.seconds);
      const strikes = limiter(`${deps.prefix}limit:${name}:strikes`, 1_000_000, STRIKES_SECONDS);
      const hashed = (key: string): string => keyedHash(deps.key, key);

      /** Called at the first refusal of a stretch: the ones after it find the block. */
      async function lengthen(key: string): Promise<number | null> {
        if (!rule.growing) return null;
        const { consumedPoints } = await strikes.consume(key);
        const seconds = Math.min(rule.growing.firstSeconds * 2 ** (consumedPoints - 1), rule.growing.mostSeconds);
        await points.block(key, seconds);
        return seconds;
      }

      return {
        async consume(key) {
          const id = hashed(key);
          try {
            await points.consume(id);
          } catch (refusal) {
            if (!(refusal instanceof RateLimiterRes)) throw refusal;
            const first = refusal.consumedPoints === rule.points + 1;
            const seconds = (first ? await lengthen(id) : null) ?? Math.ceil(refusal.msBeforeNext / 1000);
            throw new AppError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, seconds) });
          }
        },
        async reset(key) {
          const id = hashed(key);
          await Promise.all([points.delete(id), strikes.delete(id)]);
        },
      };
    },
  };
}

/** What an address is counted by: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
