import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PlateLookup } from '#shared/contracts/tax.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { RedisConnection } from '#shared/node/redis.ts';

export interface PlateCacheDeps {
  /** The cache, fail-fast: while it is away everything is read from the register. */
  redis: RedisConnection;
  prefix: string;
  logger: Logger;
  now?: () => number;
}

/** A plate of the register, and what the answer about it was made under: another one of them makes another answer. */
export interface PlateKey {
  country: string;
  plate: string;
}
export interface AnswerBasis {
  /** Of the vehicle's row (`readPlateState`): whoever changes the row changes it. */
  version: string;
  gridVersion: number;
  on: string;
}

/** What is kept of an answer: all but whether it is paid and as of when, which are another each time. */
export type KeptLookup = Omit<PlateLookup, 'paid' | 'asOf'>;

/** What the cache says of a plate: an answer that may be out of date, that nobody has it, or nothing. */
export type PlateCacheAnswer =
  { state: 'kept'; version: string; lookup: KeptLookup } | { state: 'unknown' } | { state: 'nothing' };

/**
 * Answers about plates. One counts only under the version of the vehicle that it was made of, which is asked of the database together with
 * whether the tax is paid: nothing has to be forgotten for an amount to be right, and no message that is lost makes it wrong.
 */
export interface PlateCache {
  read(key: PlateKey): Promise<PlateCacheAnswer>;
  keep(lookup: KeptLookup, version: string): Promise<void>;
  /** Nobody has the plate: believed for a minute, of so many plates at once and no more (`MOST_UNKNOWN`). */
  keepUnknown(key: PlateKey): Promise<void>;
  /** To be called after the commit that registered a vehicle: its plate is no unknown one any more. */
  forget(key: PlateKey): Promise<void>;
}

/** 5 to 15 minutes are asked for (MISSION.md); a version makes even the longest safe. */
export const LOOKUP_SECONDS = 900;
export const UNKNOWN_SECONDS = 60;
/** Who tries all plates there are fills about a megabyte, and not the cache. */
export const MOST_UNKNOWN = 10_000;
/** Longer than any request: who read the register before a registration must not keep what they read after it. */
const TOMBSTONE_SECONDS = 30;

const KEEP_UNKNOWN = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[4]))
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1`;

const Entry = z.object({ version: z.string(), lookup: PlateLookup.omit({ paid: true, asOf: true }) });
/** What an answer looks like, in few letters: entries of a release that has another form are not read. */
const FORM = createHash('sha256')
  .update(JSON.stringify(z.toJSONSchema(Entry, { unrepresentable: 'any' })))
  .digest('hex')
  .slice(0, 8);

export function createPlateCache({ redis, prefix, logger, now = Date.now }: PlateCacheDeps): PlateCache {
  const keyOf = ({ country, plate }: PlateKey): string => `${prefix}plate:${FORM}:${country}:${plate}`;
  // In braces, what must be on one server of a cluster together.
  const unknownOf = ({ country }: PlateKey): string => `${prefix}plates-unknown:{${country}}`;
  const tombstoneOf = ({ country, plate }: PlateKey): string => `${prefix}plate-registered:{${country}}:${plate}`;

  return {
    async read(key) {
      try {
        const [text, until] = await Promise.all([redis.get(keyOf(key)), redis.zscore(unknownOf(key), key.plate)]);
        if (until !== null && Number(until) > now()) return { state: 'unknown' };
        if (text === null) return { state: 'nothing' };
        // Written by this code, in this form: parsing it as what strangers send would cost more than making it anew.
        return { state: 'kept', ...(JSON.parse(text) as z.infer<typeof Entry>) };
      } catch (error) {
        logger.debug({ err: error }, 'the cache of plates could not be read');
        return { state: 'nothing' };
      }
    },
    async keep(lookup, version) {
      await redis.set(keyOf(lookup), JSON.stringify({ version, lookup }), 'EX', LOOKUP_SECONDS).catch((error: unknown) => {
        logger.debug({ err: error }, 'the cache of plates could not be written');
      });
    },
    async keepUnknown(key) {
      const until = now() + UNKNOWN_SECONDS * 1000;
      await redis
        .eval(KEEP_UNKNOWN, 2, unknownOf(key), tombstoneOf(key), key.plate, now(), until, MOST_UNKNOWN, UNKNOWN_SECONDS)
        .catch((error: unknown) => {
          logger.debug({ err: error }, 'the cache of plates could not be written');
        });
    },
    async forget(key) {
      await redis
        .multi()
        .set(tombstoneOf(key), '1', 'EX', TOMBSTONE_SECONDS)
        .zrem(unknownOf(key), key.plate)
        .exec()
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'a plate could not be forgotten: for up to a minute it may be said to be nobody’s'),
        );
    },
  };
}
