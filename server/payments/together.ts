import { AppError } from '#shared/contracts/errors.ts';
import type { Logger } from '#shared/node/logger.ts';

export interface TogetherDeps<T, R> {
  /**
   * Does the work of several in one transaction, all or none; answers what became of each. It throws when one of them cannot be done.
   * What the answer itself still has to do (another transaction) is done before the next batch.
   */
  work: (batch: readonly T[]) => Promise<(one: T) => R | Promise<R>>;
  /** No two of one name go together. */
  nameOf: (one: T) => string;
  maxBatch: number;
  /** Transactions under way at once, when whole batches wait; locks must be taken in one order then. One, without it. */
  lanes?: number;
  /** What counts against `maxSize`, unless one alone has more: Postgres takes 65,535 parameters a statement. */
  sizeOf?: (one: T) => number;
  maxSize?: number;
  logger: Logger;
  /** For the log: what could not be done together. */
  what: string;
}

interface Waiting<T, R> {
  one: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers without waiting (ADR 009): what comes while a transaction is under way goes together into the next one, so one alone is not
 * made late and a thousand are cheap. Another transaction at the same time only when a whole batch waits for it. When a batch fails, halves of it are tried, each in its own transaction,
 * until the bad one stands alone and rejects; the others are not held up.
 */
export function createTogether<T, R>(deps: TogetherDeps<T, R>): (one: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  const { maxBatch, lanes = 1 } = deps;
  let running = 0;

  function run(): void {
    if (running === 0 || (running < lanes && waiting.length >= maxBatch)) void lane();
  }

  async function lane(): Promise<void> {
    running += 1;
    // Those whose answers came in the same turn of the loop are together from the first.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await give(nextBatch(waiting, deps));
    running -= 1;
  }

  /** Never rejects. */
  async function give(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const answer = await deps.work(batch.map(({ one }) => one));
      for (const { one, resolve, reject } of batch) await tell(() => answer(one), resolve, reject);
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      // A refusal that its asker is told is nothing for the log.
      if (!(error instanceof AppError))
        deps.logger.warn({ err: error, count: batch.length }, `${deps.what} could not be done together: tried in halves`);
      const middle = Math.ceil(batch.length / 2);
      await give(batch.slice(0, middle));
      await give(batch.slice(middle));
    }
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject });
      run();
    });
}

async function tell<R>(
  answer: () => R | Promise<R>,
  resolve: (result: R) => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    resolve(await answer());
  } catch (error) {
    reject(error);
  }
}

/** Takes from the front. */
function nextBatch<T, R>(waiting: Waiting<T, R>[], deps: TogetherDeps<T, R>): Waiting<T, R>[] {
  const { nameOf, maxBatch, sizeOf = () => 1, maxSize = Infinity } = deps;
  const batch: Waiting<T, R>[] = [];
  const names = new Set<string>();
  let size = 0;
  while (batch.length < maxBatch) {
    const next = waiting[0];
    if (!next || names.has(nameOf(next.one))) break;
    size += sizeOf(next.one);
    if (batch.length > 0 && size > maxSize) break;
    names.add(nameOf(next.one));
    batch.push(next);
    waiting.shift();
  }
  return batch;
}
