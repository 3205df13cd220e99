import type { Db } from '#db/connect.ts';
import type { Logger } from '#shared/node/logger.ts';
import { postLate, postTogether, type Success } from './posting.ts';
import { createTogether } from './together.ts';

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

const MAX_BATCH = 200;
/** While one is being written by the database, this process makes the next one ready. */
const LANES = 2;
/** Taxes in one transaction at most, unless one order alone has more. */
const MAX_ITEMS = 500;

/** One transaction at a time in each process, two when many wait; a success whose taxes were given back goes alone, between two of them. */
export function createPoster({ db, logger, onCommit, maxBatch = MAX_BATCH }: PosterDeps): Poster {
  const post = createTogether<Success, boolean>({
    ...{ logger, maxBatch, lanes: LANES, what: 'booking payments', nameOf: ({ intentId }) => intentId },
    ...{ sizeOf: ({ items }) => items.length, maxSize: MAX_ITEMS },
    async work(batch) {
      const outcome = await db.transaction((tx) => postTogether(tx, batch));
      if ([...outcome.values()].includes('posted')) onCommit();
      return (success) => {
        const posted = outcome.get(success.intentId);
        return posted === 'late' ? late(success) : posted === 'posted';
      };
    },
  });

  async function late(success: Success): Promise<boolean> {
    const posted = (await db.transaction((tx) => postLate(tx, success))) === 'posted';
    if (posted) onCommit();
    return posted;
  }

  return { post };
}
