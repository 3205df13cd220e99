import { JOBS } from '#shared/contracts/jobs.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { JobQueues } from '#shared/node/queues.ts';

/** Milliseconds between two sweeps; one schedule for the whole platform, however many processes ask for it. */
const SWEEP_EVERY_MS = 10_000;
/** Milliseconds between two looks whether the totals of dashboards agree with the payments. */
const CHECK_EVERY_MS = 3600_000;
/** The schedule lies in the very Redis whose losses the upkeep makes good: it is written again this often, milliseconds. */
const RENEW_EVERY_MS = 60_000;

/** Makes the upkeep's job come up by itself, and keeps it so when Redis forgets. Answers how to stop renewing. */
export async function scheduleUpkeep(deps: { queues: JobQueues; logger: Logger; renewMs?: number }): Promise<() => void> {
  const schedule = async (): Promise<void> => {
    await deps.queues
      .queue(JOBS['upkeep.sweep'].queue)
      .upsertJobScheduler(
        'upkeep-sweep',
        { every: SWEEP_EVERY_MS },
        { name: 'upkeep.sweep', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
    await deps.queues
      .queue(JOBS['totals.check'].queue)
      .upsertJobScheduler(
        'totals-check',
        { every: CHECK_EVERY_MS },
        { name: 'totals.check', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
  };
  await schedule();
  const timer = setInterval(() => {
    schedule().catch((error: unknown) => deps.logger.warn({ err: error }, 'the upkeep could not be scheduled again'));
  }, deps.renewMs ?? RENEW_EVERY_MS);
  return () => clearInterval(timer);
}
