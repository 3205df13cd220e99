import { randomUUID } from 'node:crypto';
import { and, asc, eq, inArray, lte, notExists, sql } from 'drizzle-orm';
import type { PaymentWay } from '#shared/contracts/payments.ts';
import { RefundState } from '#shared/contracts/refunds.ts';
import { holdsItems } from '#shared/domain/payments/refund-state.ts';
import type { LedgerLine } from '#shared/domain/payments/posting.ts';
import type { Executor, Tx } from './connect.ts';
import type { ItemRow } from './payments.repository.ts';
import {
  assessmentClaims,
  assessments,
  ledgerEntries,
  paymentIntents,
  paymentItems,
  providerRefs,
  receipts,
} from './schema/payments.ts';
import { paymentReversals, refundItems, refundPayouts, refunds } from './schema/refunds.ts';

export type RefundRow = typeof refunds.$inferSelect;
export type NewRefund = typeof refunds.$inferInsert;

export async function findRefund(db: Executor, id: string): Promise<RefundRow | null> {
  const [row] = await db.select().from(refunds).where(eq(refunds.id, id));
  return row ?? null;
}

/** Holds a refund until the transaction ends. */
/** The refund that was given to its provider under an id. */
export async function findRefundByPush(db: Executor, pushId: string): Promise<Pick<RefundRow, 'id' | 'intentId'> | null> {
  const [row] = await db.select({ id: refunds.id, intentId: refunds.intentId }).from(refunds).where(eq(refunds.pushId, pushId));
  return row ?? null;
}

export async function lockRefund(tx: Tx, id: string): Promise<RefundRow | null> {
  const [row] = await tx.select().from(refunds).where(eq(refunds.id, id)).for('update');
  return row ?? null;
}

/** The refund that a proposer's key was given for. */
export async function findRefundByKey(db: Executor, proposedBy: string, idempotencyKey: string): Promise<RefundRow | null> {
  const [row] = await db
    .select()
    .from(refunds)
    .where(and(eq(refunds.proposedBy, proposedBy), eq(refunds.idempotencyKey, idempotencyKey)));
  return row ?? null;
}

/** Writes a proposal; null when the key was given before, or what came too late is being paid back already. Waits for who does the same. */
export async function insertRefund(tx: Tx, refund: NewRefund): Promise<string | null> {
  const [row] = await tx.insert(refunds).values(refund).onConflictDoNothing().returning({ id: refunds.id });
  return row?.id ?? null;
}

/** Takes the items for a refund; answers how many it got: one that another refund has is not given. Waits for who takes the same. */
export async function insertRefundItems(tx: Tx, refundId: string, items: readonly ItemRow[]): Promise<number> {
  // Sorted, so that two never wait for each other crosswise.
  const values = items.map(({ id: itemId, amount }) => ({ refundId, itemId, amount }));
  values.sort((a, b) => a.itemId.localeCompare(b.itemId));
  const rows = await tx.insert(refundItems).values(values).onConflictDoNothing().returning({ id: refundItems.itemId });
  return rows.length;
}

/** Lets go of the items of a refund that will not be. */
export async function letItemsGo(tx: Tx, refundId: string): Promise<void> {
  await tx.update(refundItems).set({ holds: false }).where(eq(refundItems.refundId, refundId));
}

/** Changes a locked refund; a change that people see raises its version. */
export async function updateRefund(tx: Tx, id: string, change: Partial<Omit<RefundRow, 'id' | 'version'>>): Promise<void> {
  const version = change.state === undefined && change.handBy === undefined ? {} : { version: sql`${refunds.version} + 1` };
  await tx
    .update(refunds)
    .set({ ...change, ...version })
    .where(eq(refunds.id, id));
}

/** Which refund holds each of these items. */
export async function holdersOfItems(
  db: Executor,
  itemIds: readonly string[],
): Promise<Map<string, { id: string; state: RefundState }>> {
  if (itemIds.length === 0) return new Map();
  const rows = await db
    .select({ itemId: refundItems.itemId, id: refunds.id, state: refunds.state })
    .from(refundItems)
    .innerJoin(refunds, eq(refunds.id, refundItems.refundId))
    .where(and(inArray(refundItems.itemId, [...itemIds]), eq(refundItems.holds, true)));
  return new Map(rows.map(({ itemId, id, state }) => [itemId, { id, state }]));
}

/** The items that a refund pays back, in the order of their plates. */
export async function itemsOfRefund(db: Executor, refundId: string): Promise<ItemRow[]> {
  const rows = await db
    .select({ item: paymentItems })
    .from(refundItems)
    .innerJoin(paymentItems, eq(paymentItems.id, refundItems.itemId))
    .where(eq(refundItems.refundId, refundId))
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear));
  return rows.map(({ item }) => item);
}

/** Public references of the receipts of these items; their PDFs are to be drawn anew. */
export async function receiptsToRevoke(tx: Tx, itemIds: readonly string[]): Promise<string[]> {
  const rows = await tx
    .update(receipts)
    .set({ pdfAt: null })
    .where(inArray(receipts.itemId, [...itemIds]))
    .returning({ reference: receipts.reference });
  return rows.map(({ reference }) => reference);
}

/** Reverses payments: their taxes are owed again, by whoever pays them next. Throws when one was not paid by this intent. */
export async function reversePayments(tx: Tx, refund: RefundRow, items: readonly ItemRow[], reversedAt: Date): Promise<void> {
  const { id: refundId, intentId, currency } = refund;
  await tx.insert(paymentReversals).values(
    items.map(({ id: itemId, fiscalYear, amount }) => ({
      ...{ itemId, fiscalYear, amount },
      ...{ refundId, currency, reversedAt },
    })),
  );
  const ids = items.map(({ assessmentId }) => assessmentId);
  await tx.update(assessments).set({ paidAt: null }).where(inArray(assessments.id, ids));
  const released = await tx
    .delete(assessmentClaims)
    .where(and(eq(assessmentClaims.intentId, intentId), inArray(assessmentClaims.assessmentId, ids)))
    .returning({ id: assessmentClaims.assessmentId });
  if (released.length !== items.length) throw new Error(`refund ${refundId}: a tax is not held by payment ${intentId}`);
}

/** The provider's own number of what was paid; '' when there is none. */
export async function providerReferenceOf(db: Executor, intentId: string): Promise<string> {
  const [row] = await db
    .select({ reference: providerRefs.reference })
    .from(providerRefs)
    .where(eq(providerRefs.intentId, intentId));
  return row?.reference ?? '';
}

/** Writes a refund's posting; that it balances is checked at the commit. */
export async function insertRefundPosting(
  tx: Tx,
  { id: refundId, intentId, currency }: RefundRow,
  lines: readonly LedgerLine[],
  postedAt: Date,
): Promise<void> {
  const postingId = randomUUID();
  await tx
    .insert(ledgerEntries)
    .values(lines.map((line, ordinal) => ({ ...line, ordinal, postingId, intentId, refundId, currency, postedAt })));
}

/** Keeps that the money has gone; false when that reference was given for another refund. */
export async function insertPayout(
  tx: Tx,
  refund: RefundRow,
  payout: { channel: PaymentWay | 'hand'; tillId?: string; reference: string; at: Date },
): Promise<boolean> {
  const { id: refundId, amount, currency } = refund;
  const { channel, tillId = null, reference, at: paidAt } = payout;
  const rows = await tx
    .insert(refundPayouts)
    .values({ refundId, channel, tillId, reference, amount, currency, paidAt })
    .onConflictDoNothing({ target: [refundPayouts.channel, refundPayouts.reference] })
    .returning({ id: refundPayouts.refundId });
  return rows.length > 0;
}

/** Refunds whose provider is to be asked, those that waited longest first. */
export async function refundsToCheck(db: Executor, now: Date, limit: number): Promise<{ id: string; checks: number }[]> {
  return db
    .select({ id: refunds.id, checks: refunds.checks })
    .from(refunds)
    .where(lte(refunds.nextCheckAt, now))
    .orderBy(asc(refunds.nextCheckAt))
    .limit(limit);
}

/** Payments that came too late and for which nobody ever proposed a refund: the job that does was lost. */
export async function dueWithoutRefund(db: Executor, limit: number): Promise<string[]> {
  const any = db.select({ id: refunds.id }).from(refunds).where(eq(refunds.intentId, paymentIntents.id));
  const rows = await db
    .select({ id: paymentIntents.id })
    .from(paymentIntents)
    .where(and(eq(paymentIntents.state, 'reconciled'), notExists(any)))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** States of refunds that hold what they are about. */
export const HOLDING = RefundState.options.filter(holdsItems);

/** The refund that pays back what came too late; null when nobody has proposed one that stands. */
export async function refundOfDue(db: Executor, intentId: string): Promise<RefundRow | null> {
  const [row] = await db
    .select()
    .from(refunds)
    .where(and(eq(refunds.intentId, intentId), eq(refunds.kind, 'refund_due'), inArray(refunds.state, HOLDING)));
  return row ?? null;
}
