import { JOBS } from '#shared/contracts/jobs.ts';
import type { JobQueues } from '#shared/node/queues.ts';

/** Milliseconds between two sweeps; one schedule for the whole platform, however many processes ask for it. */
const SWEEP_EVERY_MS = 10_000;

/** Makes the upkeep's job come up by itself. */
export async function scheduleUpkeep(queues: JobQueues): Promise<void> {
  await queues
    .queue(JOBS['upkeep.sweep'].queue)
    .upsertJobScheduler(
      'upkeep-sweep',
      { every: SWEEP_EVERY_MS },
      { name: 'upkeep.sweep', data: {}, opts: { removeOnComplete: 10, removeOnFail: 50 } },
    );
}
