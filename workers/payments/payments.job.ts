import type { Db } from '#db/connect.ts';
import { intentsToCheck } from '#db/payments.repository.ts';
import type { JobHandlers, JobQueues } from '#shared/node/queues.ts';
import type { ConfirmationsService } from '#server/payments/confirmations.service.ts';

export interface PaymentsJobDeps {
  db: Db;
  queues: JobQueues;
  clock: () => Date;
  confirmations: ConfirmationsService;
}

/** Intents asked about at one poll: half of what the pace of the checks lets through, the other half is for what providers tell. */
const POLLED = 10;

/** Calls providers, and finds the payments about which nothing was heard. */
export function createPaymentsJob({ db, queues, clock, confirmations }: PaymentsJobDeps): JobHandlers<'payments'> {
  return {
    'payment.initiate': ({ paymentId }) => confirmations.initiate(paymentId),
    async 'payment.poll'() {
      const now = clock();
      const due = await intentsToCheck(db, now, POLLED);
      // The minute is part of the id: a job that failed is remembered, and must not keep a later one out for days.
      const minute = Math.floor(now.getTime() / 60_000);
      await queues.add(
        due.map(({ id, checks }) => ({
          id: `poll-${id}-${checks}-${minute}`,
          job: { name: 'payment.check', payload: { paymentId: id } },
        })),
      );
    },
  };
}
