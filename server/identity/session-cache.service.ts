import { z } from 'zod';
import { Role } from '#shared/contracts/identity.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { RedisConnection } from '#shared/node/redis.ts';

/** An entry is trusted for this long after it was read from Postgres. */
export const CACHE_SECONDS = 60;
/**
 * How long a tombstone stands. Longer than an entry can be trusted, whenever it was written: an entry carries the moment of its
 * reading, so a fill that stalls and lands late is already old. The rest is room for clocks that differ.
 */
const TOMBSTONE_SECONDS = 300;

const Entry = z.object({
  userId: z.uuid(),
  role: Role,
  officeId: z.uuid().nullable(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
  readAt: z.number(),
});
export type CachedSession = z.infer<typeof Entry>;

export type CacheAnswer = { state: 'alive'; session: CachedSession } | { state: 'ended' } | { state: 'unknown' };

/**
 * Sessions as last read from Postgres (in the Redis that may forget), and tombstones of those that ended (in the Redis that may not).
 * An entry counts only together with the answer that there is no tombstone: whoever cannot be asked for it asks Postgres.
 */
export interface SessionCache {
  read(sessionId: string): Promise<CacheAnswer>;
  /** Keeps what was read from Postgres at `readAt`. Never fails: the cache is a help, not a promise. */
  fill(sessionId: string, session: CachedSession): Promise<void>;
  /** Marks sessions as ended, after the commit that deleted them. Can be repeated. Rejects when Redis is away (the relay tries again). */
  tombstone(...sessionIds: readonly string[]): Promise<void>;
}

/** Both connections must fail fast. */
export function createSessionCache(deps: {
  queues: RedisConnection;
  cache: RedisConnection;
  prefix: string;
  logger: Logger;
  now?: () => number;
}): SessionCache {
  const now = deps.now ?? Date.now;
  const entryKey = (id: string): string => `${deps.prefix}session:${id}`;
  const tombstoneKey = (id: string): string => `${deps.prefix}session-ended:${id}`;

  function parse(text: string | null): CachedSession | null {
    if (text === null) return null;
    try {
      const entry = Entry.parse(JSON.parse(text));
      return now() - entry.readAt <= CACHE_SECONDS * 1000 ? entry : null;
    } catch {
      return null;
    }
  }

  return {
    async read(sessionId) {
      const [entry, tombstone] = await Promise.allSettled([
        deps.cache.get(entryKey(sessionId)),
        deps.queues.exists(tombstoneKey(sessionId)),
      ]);
      if (tombstone.status === 'rejected') return { state: 'unknown' };
      if (tombstone.value === 1) return { state: 'ended' };
      const session = entry.status === 'fulfilled' ? parse(entry.value) : null;
      return session ? { state: 'alive', session } : { state: 'unknown' };
    },
    async fill(sessionId, session) {
      await deps.cache.set(entryKey(sessionId), JSON.stringify(session), 'EX', CACHE_SECONDS).catch((error: unknown) => {
        deps.logger.debug({ err: error }, 'a session could not be cached');
      });
    },
    async tombstone(...sessionIds) {
      if (sessionIds.length === 0) return;
      // One command each: in a cluster they are of different servers.
      const [marked] = await Promise.allSettled([
        Promise.all(sessionIds.map((id) => deps.queues.set(tombstoneKey(id), '1', 'EX', TOMBSTONE_SECONDS))),
        Promise.all(sessionIds.map((id) => deps.cache.del(entryKey(id)))),
      ]);
      if (marked.status === 'rejected') throw marked.reason;
    },
  };
}
