import { sql } from 'drizzle-orm';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import type { Tx } from './connect.ts';
import type { IntentRow, ItemRow } from './payments.repository.ts';
import { ledgerEntries, payments, providerRefs, receiptCounters, receipts, settlements } from './schema/payments.ts';

export type NewReceipt = typeof receipts.$inferInsert;

/** Books an intent: the second time in its life is refused by its key. */
export async function insertSettlement(
  tx: Tx,
  intent: IntentRow,
  settlement: { kind: 'taxes' | 'refund_due'; providerReference: string; at: Date },
): Promise<void> {
  const { id: intentId, amount, currency, provider } = intent;
  const { kind, at, providerReference } = settlement;
  await tx.insert(settlements).values({ intentId, kind, amount, currency, settledAt: at });
  await tx.insert(providerRefs).values({ provider, reference: providerReference, intentId });
}

/** Writes a posting; that it balances is checked at the commit. */
export async function insertLedger(
  tx: Tx,
  posting: { id: string; intentId: string; currency: string; at: Date; lines: readonly LedgerLine[] },
): Promise<void> {
  const { id: postingId, intentId, currency, at: postedAt } = posting;
  await tx
    .insert(ledgerEntries)
    .values(posting.lines.map((line, ordinal) => ({ ...line, postingId, ordinal, intentId, currency, postedAt })));
}

export async function insertPayments(tx: Tx, intent: IntentRow, items: readonly ItemRow[], paidAt: Date): Promise<void> {
  const { id: intentId, payerId, provider, currency } = intent;
  await tx.insert(payments).values(
    items.map(({ id: itemId, fiscalYear, assessmentId, vehicleId, amount }) => ({
      ...{ itemId, fiscalYear, assessmentId, vehicleId, amount },
      ...{ intentId, payerId, provider, currency, paidAt },
    })),
  );
}

/**
 * The next `count` numbers of a series and year, first first. Whoever takes some holds the counter until the end of their transaction:
 * the last thing before the outbox.
 */
export async function takeReceiptNumbers(tx: Tx, series: string, year: number, count: number): Promise<number[]> {
  const [row] = await tx
    .insert(receiptCounters)
    .values({ series, year, last: count })
    .onConflictDoUpdate({
      target: [receiptCounters.series, receiptCounters.year],
      set: { last: sql`${receiptCounters.last} + ${count}` },
    })
    .returning({ last: receiptCounters.last });
  if (!row) throw new Error('receipt_counters returned nothing');
  return Array.from({ length: count }, (_, index) => row.last - count + 1 + index);
}

export async function insertReceipts(tx: Tx, rows: readonly NewReceipt[]): Promise<void> {
  await tx.insert(receipts).values([...rows]);
}
