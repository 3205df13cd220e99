import { sql } from 'drizzle-orm';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import type { Tx } from './connect.ts';
import { insertRows } from './insert-rows.ts';
import type { IntentRow, ItemRow } from './payments.repository.ts';
import { ledgerEntries, payments, providerRefs, receiptCounters, receipts, settlements } from './schema/payments.ts';

export type NewReceipt = typeof receipts.$inferInsert;

/** Books intents: the second time in its life is refused by its key. */
export async function insertSettlements(
  tx: Tx,
  booked: readonly { intent: IntentRow; kind: 'taxes' | 'refund_due'; providerReference: string; at: Date }[],
): Promise<void> {
  await Promise.all([
    insertRows(
      tx,
      settlements,
      booked.map(({ intent: { id: intentId, amount, currency }, kind, at }) => ({
        ...{ intentId, kind, amount, currency },
        settledAt: at,
      })),
    ),
    insertRows(
      tx,
      providerRefs,
      booked.map(({ intent: { id: intentId, provider }, providerReference: reference }) => ({ provider, reference, intentId })),
    ),
  ]);
}

/** A posting: lines that balance. */
export interface NewPosting {
  id: string;
  /** Null: a till's own. */
  intentId: string | null;
  /** Of the till whose float, count or hand-over it is. */
  tillId?: string;
  currency: string;
  at: Date;
  lines: readonly LedgerLine[];
}

/** Writes a posting; that it balances is checked at the commit. */
export const insertLedger = (tx: Tx, posting: NewPosting): Promise<void> => insertPostings(tx, [posting]);

export async function insertPostings(tx: Tx, postings: readonly NewPosting[]): Promise<void> {
  await insertRows(
    tx,
    ledgerEntries,
    postings.flatMap(({ id: postingId, intentId, tillId = null, currency, at: postedAt, lines }) =>
      lines.map((line, ordinal) => ({ ...line, postingId, ordinal, intentId, tillId, currency, postedAt })),
    ),
  );
}

/** For the rest of the transaction: that a posting balances is checked when it is written, not first at the commit. */
export async function balanceAtOnce(tx: Tx): Promise<void> {
  await tx.execute(sql`set constraints ledger_balanced immediate`);
}

export async function insertPayments(
  tx: Tx,
  paid: readonly { intent: IntentRow; items: readonly ItemRow[]; paidAt: Date }[],
): Promise<void> {
  await insertRows(
    tx,
    payments,
    paid.flatMap(({ intent: { id: intentId, payerId, provider, currency }, items, paidAt }) =>
      items.map(({ id: itemId, fiscalYear, assessmentId, vehicleId, amount }) => ({
        ...{ itemId, fiscalYear, assessmentId, vehicleId, amount },
        ...{ intentId, payerId, provider, currency, paidAt },
      })),
    ),
  );
}

interface Counted {
  series: string;
  year: number;
}

/**
 * The next numbers of series and years, one for each that wants one: what is answered gives them out, first first. Whoever takes some
 * holds the counters until the end of their transaction: the last thing before the outbox. Sorted, so that two never wait crosswise.
 */
export async function takeReceiptNumbers(tx: Tx, wanted: readonly Counted[]): Promise<(one: Counted) => number> {
  const keyOf = ({ series, year }: Counted): string => `${series}-${year}`;
  const counts = new Map<string, Counted & { last: number }>();
  for (const { series, year } of wanted) {
    const key = keyOf({ series, year });
    counts.set(key, { series, year, last: (counts.get(key)?.last ?? 0) + 1 });
  }
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const rows = await tx
    .insert(receiptCounters)
    .values(sorted.map(([, counted]) => counted))
    .onConflictDoUpdate({
      target: [receiptCounters.series, receiptCounters.year],
      set: { last: sql`${receiptCounters.last} + excluded.last` },
    })
    .returning();
  const next = new Map(rows.map((row) => [keyOf(row), row.last - (counts.get(keyOf(row))?.last ?? 0) + 1]));
  return (one) => {
    const number = next.get(keyOf(one));
    if (number === undefined) throw new Error(`receipt_counters returned nothing for ${keyOf(one)}`);
    next.set(keyOf(one), number + 1);
    return number;
  };
}

export async function insertReceipts(tx: Tx, rows: readonly NewReceipt[]): Promise<void> {
  await insertRows(tx, receipts, rows);
}
