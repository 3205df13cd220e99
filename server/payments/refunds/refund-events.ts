import { readRefund, readRefunds } from '#db/refund-views.repository.ts';
import type { Executor, Tx } from '#db/connect.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import type { RefundRow } from '#db/refunds.repository.ts';
import { findTaking } from '#db/tills.repository.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { RefundView } from '#shared/contracts/refunds.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { officeTillChanges } from '../../tills/till-events.ts';
import { paymentChange } from '../payment-events.ts';

export type RefundEventName = EventName & `refund.${string}`;

/** The staff's list of refunds changes. */
const refundsChange: TopicChange = topicChange('refunds', topicOf('refunds'), async (tx) => ({ staff: await readRefunds(tx) }));

/**
 * Tells what became of a refund, to the staff's list and the payer's page, to the tills of the office when it is of cash, and to the
 * `others` that change with it.
 */
export async function tellOfRefund(
  tx: Tx,
  name: RefundEventName,
  refund: Pick<RefundRow, 'id' | 'intentId'>,
  others: readonly TopicChange[] = [],
): Promise<void> {
  const taking = await findTaking(tx, refund.intentId);
  const tills = taking ? await officeTillChanges(tx, taking.officeId) : [];
  const changes = [refundsChange, paymentChange(refund.intentId), ...others, ...tills];
  await appendOutbox(tx, name, { refundId: refund.id, paymentId: refund.intentId }, changes);
}

/** The view of a refund that is there. */
export async function refundView(db: Executor, id: string): Promise<RefundView> {
  const view = await readRefund(db, id);
  if (!view) throw new Error(`no refund ${id}`);
  return view;
}
