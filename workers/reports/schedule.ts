import { JOBS } from '#shared/contracts/jobs.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { JobQueues } from '#shared/node/queues.ts';

/** Milliseconds between two looks for reports that are due or were forgotten; one schedule for the whole platform. */
const LOOK_EVERY_MS = 60_000;

/** Makes the look come up by itself, and keeps it so when Redis forgets. Answers how to stop renewing. */
export async function scheduleReports(deps: { queues: JobQueues; logger: Logger }): Promise<() => void> {
  const schedule = async (): Promise<void> => {
    await deps.queues
      .queue(JOBS['reports.look'].queue)
      .upsertJobScheduler(
        'reports-look',
        { every: LOOK_EVERY_MS },
        { name: 'reports.look', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
  };
  await schedule();
  const timer = setInterval(() => {
    schedule().catch((error: unknown) => deps.logger.warn({ err: error }, 'the reports could not be scheduled again'));
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
