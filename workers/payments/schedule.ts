import { JOBS } from '#shared/contracts/jobs.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { JobQueues } from '#shared/node/queues.ts';

/** Milliseconds between two lists of revoked receipts when none is revoked: each promises the next within an hour. */
const LIST_EVERY_MS = 30 * 60_000;
/** Milliseconds between two looks for silent payments; one schedule for the whole platform, however many processes ask for it. */
export const POLL_EVERY_MS = 2_000;
/** Milliseconds between two looks at how each way to pay does. */
const LOOK_EVERY_MS = 10_000;
/** Written again this often, for when Redis forgot it, milliseconds. */
const RENEW_EVERY_MS = 60_000;

/** Makes the poll and the lists of revoked receipts come up by themselves, and keeps them so when Redis forgets. Answers how to stop renewing. */
export async function schedulePayments(deps: { queues: JobQueues; logger: Logger }): Promise<() => void> {
  const schedule = async (): Promise<void> => {
    await deps.queues
      .queue(JOBS['payment.poll'].queue)
      .upsertJobScheduler(
        'payment-poll',
        { every: POLL_EVERY_MS },
        { name: 'payment.poll', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
    await deps.queues
      .queue(JOBS['channels.look'].queue)
      .upsertJobScheduler(
        'channels-look',
        { every: LOOK_EVERY_MS },
        { name: 'channels.look', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
    await deps.queues
      .queue(JOBS['revocations.issue'].queue)
      .upsertJobScheduler(
        'revocations-issue',
        { every: LIST_EVERY_MS },
        { name: 'revocations.issue', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
      );
  };
  await schedule();
  // The first list does not wait for the first turn of the schedule.
  await deps.queues.add([
    { id: `revocations-${Math.floor(Date.now() / LIST_EVERY_MS)}`, job: { name: 'revocations.issue', payload: {} } },
  ]);
  const timer = setInterval(() => {
    schedule().catch((error: unknown) => deps.logger.warn({ err: error }, 'the poll of payments could not be scheduled again'));
  }, RENEW_EVERY_MS);
  return () => clearInterval(timer);
}
