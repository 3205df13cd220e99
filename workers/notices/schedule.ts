import { JOBS } from '#shared/contracts/jobs.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { JobQueues } from '#shared/node/queues.ts';

/** Milliseconds between two looks whether the day's reminders are out; one schedule for the whole platform. */
const RUN_EVERY_MS = 5 * 60_000;
/** Written again this often, for when Redis forgot it, milliseconds. */
const RENEW_EVERY_MS = 60_000;

/** Makes the reminders come up by themselves, and keeps it so when Redis forgets. Answers how to stop renewing. */
export async function scheduleReminders(deps: { queues: JobQueues; logger: Logger }): Promise<() => void> {
  const schedule = async (): Promise<void> => {
    await deps.queues
      .queue(JOBS['reminders.run'].queue)
      .upsertJobScheduler(
        'reminders',
        { every: RUN_EVERY_MS },
        { name: 'reminders.run', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
  };
  await schedule();
  const timer = setInterval(() => {
    schedule().catch((error: unknown) => deps.logger.warn({ err: error }, 'the reminders could not be scheduled again'));
  }, RENEW_EVERY_MS);
  return () => clearInterval(timer);
}
