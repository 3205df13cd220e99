import pLimit from 'p-limit';
import { AppError } from '#shared/contracts/errors.ts';

/**
 * How long a page waits for an answer is ten seconds (client/src/lib/live): what could not be begun by then is asked for again already,
 * and answering it as well would only keep the next ones waiting. Milliseconds.
 */
export const BEGUN_WITHIN_MS = 7_000;
/** What each turn adds to the mean of the last ones. */
const NEWEST_COUNTS = 0.02;

/**
 * Takes turns, so many at once: what thousands ask for in one moment (a node was killed, a network is back) waits here, where it is
 * known who has gone meanwhile, and not in the database's queue.
 */
export interface Turns {
  /**
   * @param askedAt since when somebody waits, of the clock `now`; now, when left out
   * @throws AppError UNAVAILABLE when nobody waits any more, or for too long; at once when it would be too long, with the seconds
   * (`retryAfterSeconds`) after which it is worth asking again.
   */
  take<T>(wanted: () => boolean, work: () => Promise<T>, askedAt?: number): Promise<T>;
}

export function createTurns({ atOnce, now }: { atOnce: number; now: () => number }): Turns {
  const turn = pLimit(atOnce);
  /** How long a turn takes, milliseconds. */
  let takesMs = 0;
  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const began = now();
    try {
      return await work();
    } finally {
      takesMs += (now() - began - takesMs) * NEWEST_COUNTS;
    }
  }
  return {
    async take(wanted, work, askedAt = now()) {
      const wouldWaitMs = (turn.pendingCount * takesMs) / atOnce;
      if (wouldWaitMs + now() - askedAt > BEGUN_WITHIN_MS)
        throw new AppError('UNAVAILABLE', { retryAfterSeconds: Math.ceil((wouldWaitMs + 1) / 1_000) });
      return turn(() => {
        if (!wanted() || now() - askedAt > BEGUN_WITHIN_MS) throw new AppError('UNAVAILABLE');
        return timed(work);
      });
    },
  };
}

/**
 * Reads the same thing once for all who ask while another read of it is under way. Nobody gets what was begun before they asked: they
 * may have missed a message since.
 */
export function createShared(): <T>(key: string, read: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<unknown>>();
  const next = new Map<string, Promise<unknown>>();
  const begin = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const one = read().finally(() => running.delete(key));
    running.set(key, one);
    return one;
  };
  return <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const before = running.get(key);
    if (!before) return begin(key, read);
    const waiting = next.get(key) as Promise<T> | undefined;
    if (waiting) return waiting;
    const after = before
      .catch(() => undefined)
      .then(() => {
        next.delete(key);
        return begin(key, read);
      });
    next.set(key, after);
    return after;
  };
}
