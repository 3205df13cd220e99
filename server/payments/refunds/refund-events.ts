import { readRefund, readRefunds } from '#db/refund-views.repository.ts';
import type { Executor, Tx } from '#db/connect.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import type { RefundRow } from '#db/refunds.repository.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { RefundView } from '#shared/contracts/refunds.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { paymentChange } from '../payment-events.ts';

export type RefundEventName = EventName & `refund.${string}`;

/** The staff's list of refunds changes. */
const refundsChange: TopicChange = topicChange('refunds', topicOf('refunds'), async (tx) => ({ staff: await readRefunds(tx) }));

/** Tells what became of a refund, to the staff's list and the payer's page, and to the `others` that change with it. */
export const tellOfRefund = (
  tx: Tx,
  name: RefundEventName,
  refund: Pick<RefundRow, 'id' | 'intentId'>,
  others: readonly TopicChange[] = [],
): Promise<void> =>
  appendOutbox(tx, name, { refundId: refund.id, paymentId: refund.intentId }, [
    refundsChange,
    paymentChange(refund.intentId),
    ...others,
  ]);

/** The view of a refund that is there. */
export async function refundView(db: Executor, id: string): Promise<RefundView> {
  const view = await readRefund(db, id);
  if (!view) throw new Error(`no refund ${id}`);
  return view;
}
