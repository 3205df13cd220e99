import { desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { RegisterAnswer, RevocationReason } from '#shared/contracts/receipts.ts';
import { parseReceiptText } from '#shared/domain/payments/receipt-text.ts';
import type { Executor, Tx } from './connect.ts';
import { appendOutbox } from './outbox.repository.ts';
import { receiptRevocations, receipts, revocationLists } from './schema/payments.ts';

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

/** References of the revoked receipts that would still prove something on a day (`YYYY-MM-DD`). */
export async function revokedReferences(db: Executor, validOn: string): Promise<string[]> {
  const found = await db
    .select({ reference: receiptRevocations.reference })
    .from(receiptRevocations)
    .innerJoin(receipts, eq(receipts.reference, receiptRevocations.reference))
    .where(gte(receipts.validUntil, validOn));
  return found.map(({ reference }) => reference);
}

export type RevocationListRow = typeof revocationLists.$inferSelect;

/** Makers of lists wait here for each other until the end of their transaction: the newest list must have seen what all before it saw. */
export async function lockRevocationLists(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('revocation_lists'))`);
}

export async function newestRevocationList(db: Executor): Promise<RevocationListRow | null> {
  const [row] = await db.select().from(revocationLists).orderBy(desc(revocationLists.issuedAt)).limit(1);
  return row ?? null;
}

/** Keeps a list, and lets those issued before `keepFrom` go. */
export async function insertRevocationList(tx: Tx, row: RevocationListRow, keepFrom: Date): Promise<void> {
  await tx.insert(revocationLists).values(row);
  await tx.delete(revocationLists).where(lt(revocationLists.issuedAt, keepFrom));
}

/** What the register has of a receipt, no more than the receipt says itself. */
export async function findRegistered(db: Executor, reference: string): Promise<Omit<RegisterAnswer, 'asOf'> | null> {
  const [row] = await db
    .select({ text: receipts.text, revokedAt: receiptRevocations.revokedAt })
    .from(receipts)
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .where(eq(receipts.reference, reference));
  const facts = row?.text ? parseReceiptText(row.text) : null;
  if (!row || !facts) return null;
  const { plate, validUntil, amount, currency } = facts;
  return { reference, plate, validUntil, amount, currency, revokedAt: row.revokedAt?.toISOString() ?? null };
}
