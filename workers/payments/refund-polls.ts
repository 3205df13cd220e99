import type { Db } from '#db/connect.ts';
import { dueWithoutRefund, refundsToCheck } from '#db/refunds.repository.ts';
import type { IdentifiedJob } from '#shared/node/queues.ts';

/** Refunds asked about at one poll: they wait for nobody's eyes, so fewer than the payments. */
const POLLED = 5;

/** The checks of refunds whose provider is silent, and the proposals that were never made for what came too late. */
export async function refundJobs(db: Db, now: Date): Promise<IdentifiedJob[]> {
  // As for the payments: a job that failed must not keep a later one out for days.
  const minute = Math.floor(now.getTime() / 60_000);
  const [due, forgotten] = [await refundsToCheck(db, now, POLLED), await dueWithoutRefund(db, POLLED)];
  return [
    ...due.map(({ id, checks }): IdentifiedJob => ({
      id: `refund-${id}-${checks}-${minute}`,
      job: { name: 'refund.check', payload: { refundId: id } },
    })),
    ...forgotten.map((id): IdentifiedJob => ({
      id: `refund-open-${id}-${minute}`,
      job: { name: 'refund.open', payload: { paymentId: id } },
    })),
  ];
}
