import type { RevocationReason } from '#shared/contracts/receipts.ts';
import type { Tx } from './connect.ts';
import { appendOutbox } from './outbox.repository.ts';
import { receiptRevocations } from './schema/payments.ts';

/**
 * Makes receipts prove nothing any more, for good, and tells of it: the signed list is made anew by the job of `receipt.revoked`. Those that
 * are revoked already stay as they are. Answers the references that were revoked now. The caller wakes the relay after its commit.
 *
 * Its outbox row moves no topic and so holds none: it may stand before the caller's own.
 */
export async function revokeReceipts(
  tx: Tx,
  references: readonly string[],
  reason: RevocationReason,
  at: Date,
): Promise<string[]> {
  if (references.length === 0) return [];
  const added = await tx
    .insert(receiptRevocations)
    .values(references.map((reference) => ({ reference, reason, revokedAt: at })))
    .onConflictDoNothing()
    .returning({ reference: receiptRevocations.reference });
  const revoked = added.map(({ reference }) => reference);
  if (revoked.length > 0) await appendOutbox(tx, 'receipt.revoked', { references: revoked });
  return revoked;
}
