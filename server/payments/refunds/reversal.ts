import type { Tx } from '#db/connect.ts';
import type { TopicChange } from '#db/outbox.repository.ts';
import { ownersOfVehicles } from '#db/payment-views.repository.ts';
import { lockIntent } from '#db/payments.repository.ts';
import { insertRefundPosting, itemsOfRefund, receiptsToRevoke, reversePayments, type RefundRow } from '#db/refunds.repository.ts';
import { revokeReceipts } from '#db/revocations.repository.ts';
import { holderOf } from '#shared/domain/payments/posting.ts';
import { reversalLines } from '#shared/domain/payments/refund-posting.ts';
import { fileChanges } from '../../vehicles/file-events.ts';
import { garageChange } from '../../vehicles/garage-events.ts';

/**
 * What an approval changes beside the refund, in its transaction: the ledger says that the money is owed back; of taxes, their receipts
 * prove nothing any more and they are owed again. Answers the owners' pages that change.
 */
export async function reverse(tx: Tx, refund: RefundRow, at: Date): Promise<TopicChange[]> {
  const { id: refundId, intentId, amount } = refund;
  if (refund.kind === 'refund_due') {
    await insertRefundPosting(tx, refund, reversalLines({ kind: 'refund_due', amount }), at);
    return [];
  }
  const intent = await lockIntent(tx, intentId);
  if (!intent) throw new Error(`no payment ${intentId}`);
  const items = await itemsOfRefund(tx, refundId);
  await insertRefundPosting(tx, refund, reversalLines({ kind: 'taxes', holder: holderOf(intent), amount, items }), at);
  await reversePayments(tx, refund, items, at);
  const ids = items.map(({ id }) => id);
  await revokeReceipts(tx, await receiptsToRevoke(tx, ids), 'refunded', at);
  const owners = await ownersOfVehicles(
    tx,
    items.map(({ vehicleId }) => vehicleId),
  );
  return [...[...new Set(owners.values())].map(garageChange), ...fileChanges(items)];
}
