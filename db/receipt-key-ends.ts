import { and, eq, isNull } from 'drizzle-orm';
import type { Executor } from './connect.ts';
import { receiptKeys } from './schema/payments.ts';

/**
 * Ends a key that signs receipts (ADR 008), for good. `retired`: signs nothing new; what it signed stays good. `revoked`: is in wrong
 * hands; what it signed is to be asked of the register.
 */
export async function endReceiptKey(
  db: Executor,
  keyId: string,
  how: 'retired' | 'revoked',
  at: Date,
): Promise<'ended' | 'ended_before' | 'unknown'> {
  const column = how === 'retired' ? 'retiredAt' : 'revokedAt';
  const ended = await db
    .update(receiptKeys)
    .set({ [column]: at })
    .where(and(eq(receiptKeys.keyId, keyId), isNull(receiptKeys[column])))
    .returning({ keyId: receiptKeys.keyId });
  if (ended.length > 0) return 'ended';
  const [known] = await db.select({ keyId: receiptKeys.keyId }).from(receiptKeys).where(eq(receiptKeys.keyId, keyId));
  return known ? 'ended_before' : 'unknown';
}
