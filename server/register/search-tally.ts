import { appendAudit } from '#db/audit.repository.ts';
import type { Executor } from '#db/connect.ts';

/** Who looked for something, how often; never for what. */
export interface SearchTally {
  count(userId: string): Promise<void>;
}

/** A stretch of searching becomes one line of the audit log at its beginning, and one with the count each time it is that long. */
const STRETCH_MS = 5 * 60_000;

/** Searches go out at each key that is pressed: a line for each would bury the rest of the log. Counts of a node that dies are lost. */
export function createSearchTally({ db, clock }: { db: Executor; clock: () => Date }): SearchTally {
  const stretches = new Map<string, { since: number; searches: number }>();
  const write = (userId: string, searches: number): Promise<void> =>
    appendAudit(db, {
      actorId: userId,
      action: 'register.searched',
      entity: 'user',
      entityId: userId,
      details: { searches },
    });
  return {
    async count(userId) {
      const now = clock().getTime();
      const stretch = stretches.get(userId);
      if (stretch && now - stretch.since < STRETCH_MS) {
        stretch.searches += 1;
        return;
      }
      stretches.set(userId, { since: now, searches: 0 });
      await write(userId, 1 + (stretch?.searches ?? 0));
    },
  };
}
