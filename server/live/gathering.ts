import { AppError } from '#shared/contracts/errors.ts';
import { isAway } from '../faults.ts';
import { BEGUN_WITHIN_MS, type Turns } from './reads.ts';

/** Least time between two readings of a node, milliseconds: whoever comes alone is read to at once, who comes among many with them. */
export const BETWEEN_MS = 50;
/** People who are read to together: their states are made in one turn of the event loop, in which nobody else is served. */
export const MOST_TOGETHER = 25;

/** Somebody who waits. */
export interface Waiting {
  /** False once nobody waits for the answer any more. */
  here: () => boolean;
  /** Of the clock `now`, milliseconds. */
  askedAt: number;
}

export interface GatheringDeps<A extends Waiting, R> {
  turns: Turns;
  /** Answers in the order asked. */
  read: (askers: readonly A[]) => Promise<readonly R[]>;
  now: () => number;
}

/**
 * Reads to several in one turn: to all who wait when it begins. While pages come one by one nobody waits; the more come at the same time,
 * the less each of them costs.
 */
export function createGathering<A extends Waiting, R>({ turns, read, now }: GatheringDeps<A, R>): (asker: A) => Promise<R> {
  interface Place {
    asker: A;
    resolve: (answer: R) => void;
    reject: (error: unknown) => void;
  }
  const waiting: Place[] = [];
  /** Turns that are asked for and not begun. */
  let asked = 0;
  let notBefore = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  function askForTurn(): void {
    if (timer || asked * MOST_TOGETHER >= waiting.length) return;
    const waitMs = notBefore - now();
    if (waitMs > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        askForTurn();
      }, waitMs);
      return;
    }
    notBefore = now() + BETWEEN_MS;
    asked += 1;
    let begun = false;
    const work = (): Promise<void> => {
      [begun, asked] = [true, asked - 1];
      // Whoever has gone, or asks again already, takes nobody's place.
      for (let first = waiting[0]; first && !inTime(first); first = waiting[0])
        waiting.shift()?.reject(new AppError('UNAVAILABLE'));
      return serve(waiting.splice(0, MOST_TOGETHER));
    };
    turns
      .take(() => true, work)
      .catch((error: unknown) => {
        if (begun) return;
        asked -= 1;
        for (const place of waiting.splice(asked * MOST_TOGETHER)) place.reject(error);
      });
    // More may wait than one turn is for.
    askForTurn();
  }

  const inTime = ({ asker }: Place): boolean => asker.here() && now() - asker.askedAt <= BEGUN_WITHIN_MS;
  async function serve(places: readonly Place[]): Promise<void> {
    for (const place of places) if (!inTime(place)) place.reject(new AppError('UNAVAILABLE'));
    const served = places.filter(inTime);
    if (served.length === 0) return;
    try {
      await answer(served);
    } catch (error) {
      if (served.length === 1 || isAway(error)) return served.forEach(({ reject }) => reject(error));
      // What is wrong with one of them must not keep the others from theirs.
      for (const place of served) {
        if (inTime(place)) await answer([place]).catch(place.reject);
        else place.reject(new AppError('UNAVAILABLE'));
      }
    }
  }
  async function answer(places: readonly Place[]): Promise<void> {
    const answers = await read(places.map(({ asker }) => asker));
    for (const [index, { resolve }] of places.entries()) resolve(answers[index] as R);
  }

  return (asker) =>
    new Promise((resolve, reject) => {
      const wouldWaitMs = (waiting.length / MOST_TOGETHER) * BETWEEN_MS;
      if (wouldWaitMs > BEGUN_WITHIN_MS)
        return reject(new AppError('UNAVAILABLE', { retryAfterSeconds: Math.ceil(wouldWaitMs / 1_000) }));
      waiting.push({ asker, resolve, reject });
      askForTurn();
    });
}
