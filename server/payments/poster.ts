import type { Db } from '#db/connect.ts';
import type { Logger } from '#shared/node/logger.ts';
import { postLate, postTogether, type Posted, type Success } from './posting.ts';

export interface PosterDeps {
  db: Db;
  logger: Logger;
  /** Called after each commit that booked something. */
  onCommit: () => void;
  /** Successes in one transaction at most. */
  maxBatch?: number;
}

/** Books successes, those that come at the same time in one transaction. */
export interface Poster {
  /** Resolves once it is committed: false when it was booked before. Rejects when it cannot be booked; others are not held up. */
  post(success: Success): Promise<boolean>;
}

const MAX_BATCH = 50;
/** Taxes in one transaction at most, unless one order alone has more: Postgres takes 65,535 parameters a statement. */
const MAX_ITEMS = 500;

interface Waiting {
  success: Success;
  resolve: (posted: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers without waiting: what comes while a transaction is under way goes together into the next one, so a single payment is not
 * made late and a thousand are cheap. One transaction at a time in each process.
 */
export function createPoster({ db, logger, onCommit, maxBatch = MAX_BATCH }: PosterDeps): Poster {
  const waiting: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    // Those whose answers came in the same turn of the loop are together from the first.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await give(nextBatch(waiting, maxBatch));
    running = false;
  }

  /** Books a batch. When that fails, halves of it, each in its own transaction, until the bad one stands alone. Never rejects. */
  async function give(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcome = await db.transaction((tx) =>
        postTogether(
          tx,
          batch.map(({ success }) => success),
        ),
      );
      if ([...outcome.values()].includes('posted')) onCommit();
      for (const one of batch) await answer(one, outcome.get(one.success.intentId) ?? 'before');
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      logger.warn({ err: error, payments: batch.length }, 'payments could not be booked together: tried in halves');
      const middle = Math.ceil(batch.length / 2);
      await give(batch.slice(0, middle));
      await give(batch.slice(middle));
    }
  }

  async function answer({ success, resolve, reject }: Waiting, posted: Posted): Promise<void> {
    if (posted !== 'late') return resolve(posted === 'posted');
    await db
      .transaction((tx) => postLate(tx, success))
      .then((late) => {
        if (late === 'posted') onCommit();
        resolve(late === 'posted');
      }, reject);
  }

  return {
    post: (success) =>
      new Promise((resolve, reject) => {
        waiting.push({ success, resolve, reject });
        void run();
      }),
  };
}

/** Takes from the front: no intent twice, and no more taxes than a statement holds. */
function nextBatch(waiting: Waiting[], maxBatch: number): Waiting[] {
  const batch: Waiting[] = [];
  const ids = new Set<string>();
  let items = 0;
  while (batch.length < maxBatch) {
    const next = waiting[0];
    if (!next || ids.has(next.success.intentId)) break;
    items += next.success.items.length;
    if (batch.length > 0 && items > MAX_ITEMS) break;
    ids.add(next.success.intentId);
    batch.push(next);
    waiting.shift();
  }
  return batch;
}
