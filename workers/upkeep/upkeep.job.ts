import type { Db } from '#db/connect.ts';
import { pruneSamples } from '#db/alarms.repository.ts';
import { pruneScans } from '#db/anomaly-evidence.repository.ts';
import { forgetBrowsers } from '#db/known-browsers.repository.ts';
import { eraseMessages } from '#db/messages.repository.ts';
import { pruneNoticeSources } from '#db/notice-sources.repository.ts';
import { deleteExpiredSessions, deleteExpiredVerifications, pruneOutbox } from '#db/upkeep.repository.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { JobHandlers, JobQueues } from '#shared/node/queues.ts';
import { restoreImages, restoreMessages, restoreNotices, restoreReadings } from './lost-jobs.ts';
import { createFindingService } from '#server/anomalies/finding.service.ts';
import { endMissed } from '#server/appointments/check-in.service.ts';
import { endEarlierDays } from '#server/tickets/day-end.service.ts';
import { createExportsService } from '#server/account/exports.service.ts';
import { expireTransfers } from '#server/transfers/expiry.service.ts';
import { deleteGivenUp, eraseRemains, giveUpDiscarded, keepWaiting } from './given-up.ts';
import { deletePendingOrphans } from './pending-orphans.ts';
import { createTotalsCheck } from './totals-check.ts';

export interface UpkeepJobDeps {
  db: Db;
  patient: Db;
  queues: JobQueues;
  store: ObjectStore;
  notifier: OutboxNotifier;
  logger: Logger;
  /** Of the country: when a day of an office ends. */
  timeZone: string;
  clock: () => Date;
}

/** Done rows of the outbox are kept so long, for who asks what happened. Milliseconds. */
export const OUTBOX_KEPT_MS = 7 * 24 * 3600_000;
/** To whom a message went and what it was made of is of use while somebody may ask about it. */
export const MESSAGES_KEPT_MS = 30 * 24 * 3600_000;
/** Longer than the outbox rows that they answer for. */
const NOTICE_SOURCES_KEPT_MS = 8 * 24 * 3600_000;
/** As long as the cookie that a browser is known by. */
const BROWSERS_KEPT_MS = 400 * 24 * 3600_000;
/** Listing the object store is slow and its orphans wait a day anyway. */
const ORPHANS_EVERY_MS = 3600_000;
/** Where a receipt was checked is of use while it may be shown elsewhere. */
const SCANS_KEPT_MS = 30 * 24 * 3600_000;
/** What the small curves of alarms, and the trials of their rules, look back. */
const SAMPLES_KEPT_MS = 2 * 24 * 3600_000;
/** Rows deleted in one statement. */
const BATCH = 1_000;

/**
 * Puts right what crashes leave behind and deletes what has expired. Meant to run every few seconds; each duty by itself, so that one
 * that fails does not keep the others from being done.
 */
export function createUpkeepJob(deps: UpkeepJobDeps): JobHandlers<'upkeep'> {
  const { db, clock, notifier } = deps;
  const exports = createExportsService({ db, notifier, clock });
  const anomalies = createFindingService({ db, notifier, clock, timeZone: deps.timeZone });
  let orphansAt = -Infinity;

  const duties: Readonly<Record<string, () => Promise<number>>> = {
    'readings restored': () => restoreReadings(deps),
    'images restored': () => restoreImages(deps),
    'messages restored': () => restoreMessages(deps),
    'notices restored': () => restoreNotices(deps),
    'messages erased': () => eraseMessages(db, new Date(clock().getTime() - MESSAGES_KEPT_MS), BATCH),
    'notice sources pruned': () => pruneNoticeSources(db, new Date(clock().getTime() - NOTICE_SOURCES_KEPT_MS), BATCH),
    'sessions expired': async () => {
      const ended = await deleteExpiredSessions(db, clock(), BATCH);
      // The trigger has told of each in the outbox.
      if (ended > 0) notifier.wake();
      return ended;
    },
    'verifications expired': () => deleteExpiredVerifications(db, clock(), BATCH),
    'browsers forgotten': () => forgetBrowsers(db, new Date(clock().getTime() - BROWSERS_KEPT_MS)),
    'exports expired': () => exports.expire(),
    'remains of closed accounts erased': () => eraseRemains(deps),
    'discarded photographs given up': () => giveUpDiscarded(deps),
    'waiting photographs kept': () => keepWaiting(deps),
    'objects deleted': () => deleteGivenUp(deps),
    'transfers expired': () => expireTransfers(deps),
    'anomalies found': () => anomalies.find(),
    'scans forgotten': () => pruneScans(db, new Date(clock().getTime() - SCANS_KEPT_MS)),
    'samples forgotten': () => pruneSamples(db, new Date(clock().getTime() - SAMPLES_KEPT_MS)),
    'outbox rows pruned': () => pruneOutbox(db, new Date(clock().getTime() - OUTBOX_KEPT_MS), BATCH),
    'earlier days ended': () => endEarlierDays({ db, notifier, clock, timeZone: deps.timeZone }),
    'missed appointments closed': () => endMissed({ db, notifier, clock, timeZone: deps.timeZone }),
    'pending orphans deleted': async () => {
      const now = clock().getTime();
      if (now - orphansAt < ORPHANS_EVERY_MS) return 0;
      orphansAt = now;
      return deletePendingOrphans(deps);
    },
  };

  return {
    ...createTotalsCheck(deps),
    async 'upkeep.sweep'(_payload, { logger, signal }) {
      const failures: unknown[] = [];
      for (const [what, duty] of Object.entries(duties)) {
        if (signal.aborted) return;
        try {
          const count = await duty();
          if (count > 0) logger.info({ count }, what);
        } catch (error) {
          failures.push(error);
          logger.warn({ err: error, what }, 'a duty of the upkeep failed');
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'the upkeep could not do everything');
    },
  };
}
