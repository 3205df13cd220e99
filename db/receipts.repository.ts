import { and, asc, eq, exists, isNotNull, isNull, lt, notExists } from 'drizzle-orm';
import type { ReceiptView, VerificationKeys } from '#shared/contracts/receipts.ts';
import { qrText, receiptNumber, type ReceiptFacts } from '#shared/domain/payments/receipt-text.ts';
import type { Executor, Tx } from './connect.ts';
import { paymentIntents, paymentItems, receiptKeys, receiptRevocations, receipts } from './schema/payments.ts';

/** A receipt, and whose payment it is of. */
export type FoundReceipt = ReceiptView & { payerId: string | null };

const rows = (db: Executor) =>
  db
    .select({ receipt: receipts, item: paymentItems, intent: paymentIntents, revokedAt: receiptRevocations.revokedAt })
    .from(receipts)
    .innerJoin(paymentItems, eq(paymentItems.id, receipts.itemId))
    .innerJoin(paymentIntents, eq(paymentIntents.id, receipts.intentId))
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .$dynamic();

type Row = Awaited<ReturnType<typeof rows>>[number];

/** Null: there is none, or it is not signed yet (`isBeingSigned`). */
export async function findReceipt(db: Executor, reference: string): Promise<FoundReceipt | null> {
  const [row] = await rows(db).where(and(eq(receipts.reference, reference), isNotNull(receipts.signature)));
  return row ? viewOf(row) : null;
}

/** Whether it is of cash taken a moment ago: it has a number, its signature follows within about a second. */
export async function isBeingSigned(db: Executor, reference: string): Promise<boolean> {
  const found = await db
    .select({ reference: receipts.reference })
    .from(receipts)
    .where(and(eq(receipts.reference, reference), isNull(receipts.signature)));
  return found.length > 0;
}

/** The receipts of a payment whose PDF is not stored yet. */
export async function receiptsToRender(db: Executor, intentId: string): Promise<FoundReceipt[]> {
  const found = await rows(db)
    .where(and(eq(receipts.intentId, intentId), isNull(receipts.pdfAt), isNotNull(receipts.signature)))
    .orderBy(asc(receipts.number));
  return found.map(viewOf);
}

/** Payments with receipts issued before a moment that have no PDF: their job was lost, or failed. */
export async function paymentsWithoutPdf(db: Executor, issuedBefore: Date, limit: number): Promise<string[]> {
  const found = await db
    .select({ id: receipts.intentId })
    .from(receipts)
    .where(and(isNull(receipts.pdfAt), lt(receipts.issuedAt, issuedBefore)))
    .orderBy(asc(receipts.issuedAt))
    .limit(limit);
  return [...new Set(found.map(({ id }) => id))];
}

/** Says that a receipt's PDF is stored; `revoked` is what it was drawn as: when that has changed meanwhile, it is to be drawn again. */
export async function markPdfStored(db: Executor, reference: string, at: Date, revoked: boolean): Promise<void> {
  const revocation = db
    .select({ reference: receiptRevocations.reference })
    .from(receiptRevocations)
    .where(eq(receiptRevocations.reference, reference));
  await db
    .update(receipts)
    .set({ pdfAt: at })
    .where(and(eq(receipts.reference, reference), isNull(receipts.pdfAt), revoked ? exists(revocation) : notExists(revocation)));
}

/** All public keys that ever signed receipts, oldest first. */
export async function receiptKeyList(db: Executor): Promise<VerificationKeys['keys']> {
  const found = await db.select().from(receiptKeys).orderBy(asc(receiptKeys.createdAt));
  return found.map(({ keyId, publicKey, retiredAt, revokedAt }) => ({
    keyId,
    publicKey,
    retiredAt: retiredAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  }));
}

function viewOf({ receipt, item, intent, revokedAt }: Row): FoundReceipt {
  return {
    reference: receipt.reference,
    number: receiptNumber(receipt.series, receipt.year, receipt.number),
    paymentId: intent.id,
    provider: intent.provider,
    plate: item.plate,
    country: item.country,
    fiscalYear: item.fiscalYear,
    lines: item.lines,
    amount: item.amount,
    currency: intent.currency,
    issuedAt: receipt.issuedAt.toISOString(),
    validUntil: receipt.validUntil,
    // Only those that are signed are asked for.
    qr: qrText(receipt.text ?? '', receipt.signature ?? ''),
    revokedAt: revokedAt?.toISOString() ?? null,
    pdfReady: receipt.pdfAt !== null,
    payerId: intent.payerId,
  };
}

/** Receipts of a payment that have a number and no signature yet, in the order of their references. */
export async function unsignedReceipts(db: Executor, intentId: string): Promise<Omit<ReceiptFacts, 'keyId'>[]> {
  return db
    .select({
      reference: receipts.reference,
      plate: paymentItems.plate,
      validUntil: receipts.validUntil,
      amount: paymentItems.amount,
      currency: paymentIntents.currency,
    })
    .from(receipts)
    .innerJoin(paymentItems, eq(paymentItems.id, receipts.itemId))
    .innerJoin(paymentIntents, eq(paymentIntents.id, receipts.intentId))
    .where(and(eq(receipts.intentId, intentId), isNull(receipts.signature)))
    .orderBy(asc(receipts.reference));
}

/** Keeps a receipt's signature; false when it has one. */
export async function signReceipt(
  tx: Tx,
  reference: string,
  signed: { keyId: string; text: string; signature: string },
): Promise<boolean> {
  const rows = await tx
    .update(receipts)
    .set(signed)
    .where(and(eq(receipts.reference, reference), isNull(receipts.signature)))
    .returning({ reference: receipts.reference });
  return rows.length > 0;
}
