import type { Redis } from 'ioredis';
import { PlateLookup } from '#shared/contracts/tax.ts';
import type { Logger } from '#shared/node/logger.ts';

export interface PlateCacheDeps {
  /** The cache, fail-fast: while it is away everything is read from the register. */
  redis: Redis;
  prefix: string;
  logger: Logger;
}

/** A plate of the register, and what the answer about it was made under: another grid or another day makes another answer. */
export interface PlateKey {
  country: string;
  plate: string;
}
export interface AnswerBasis {
  gridVersion: number;
  on: string;
}

/** Answers about plates, kept for five minutes, forgotten as soon as the vehicle changes. */
export interface PlateCache {
  read(key: PlateKey, basis: AnswerBasis): Promise<PlateLookup | null>;
  keep(lookup: PlateLookup): Promise<void>;
  /** To be called after the commit that changed a vehicle. */
  forget(key: PlateKey): Promise<void>;
}

export const LOOKUP_SECONDS = 300;
/** Longer than any request: who read the register before the change must not keep what they read after it. */
const TOMBSTONE_SECONDS = 30;

const KEEP_UNLESS_CHANGED = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1`;

export function createPlateCache({ redis, prefix, logger }: PlateCacheDeps): PlateCache {
  const keyOf = ({ country, plate }: PlateKey): string => `${prefix}plate:${country}:${plate}`;
  const tombstoneOf = (key: PlateKey): string => `${keyOf(key)}:changed`;

  return {
    async read(key, { gridVersion, on }) {
      try {
        const text = await redis.get(keyOf(key));
        const kept = text === null ? null : PlateLookup.safeParse(JSON.parse(text));
        if (!kept?.success) return null;
        const { assessment } = kept.data;
        return assessment.gridVersion === gridVersion && assessment.on === on ? kept.data : null;
      } catch (error) {
        logger.debug({ err: error }, 'the cache of plates could not be read');
        return null;
      }
    },
    async keep(lookup) {
      const text = JSON.stringify(lookup);
      await redis
        .eval(KEEP_UNLESS_CHANGED, 2, keyOf(lookup), tombstoneOf(lookup), text, LOOKUP_SECONDS)
        .catch((error: unknown) => {
          logger.debug({ err: error }, 'the cache of plates could not be written');
        });
    },
    async forget(key) {
      await redis
        .multi()
        .set(tombstoneOf(key), '1', 'EX', TOMBSTONE_SECONDS)
        .del(keyOf(key))
        .exec()
        .catch((error: unknown) =>
          logger.warn({ err: error }, 'a plate could not be forgotten: its answer may be five minutes old'),
        );
    },
  };
}
