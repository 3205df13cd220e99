import { and, asc, eq, exists, isNull, lt, notExists } from 'drizzle-orm';
import type { ReceiptView, VerificationKeys } from '#shared/contracts/receipts.ts';
import { qrText, receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor } from './connect.ts';
import { paymentIntents, paymentItems, receiptKeys, receiptRevocations, receipts } from './schema/payments.ts';

/** A receipt, and whose payment it is of. */
export type FoundReceipt = ReceiptView & { payerId: string };

const rows = (db: Executor) =>
  db
    .select({ receipt: receipts, item: paymentItems, intent: paymentIntents, revokedAt: receiptRevocations.revokedAt })
    .from(receipts)
    .innerJoin(paymentItems, eq(paymentItems.id, receipts.itemId))
    .innerJoin(paymentIntents, eq(paymentIntents.id, receipts.intentId))
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .$dynamic();

type Row = Awaited<ReturnType<typeof rows>>[number];

export async function findReceipt(db: Executor, reference: string): Promise<FoundReceipt | null> {
  const [row] = await rows(db).where(eq(receipts.reference, reference));
  return row ? viewOf(row) : null;
}

/** The receipts of a payment whose PDF is not stored yet. */
export async function receiptsToRender(db: Executor, intentId: string): Promise<FoundReceipt[]> {
  const found = await rows(db)
    .where(and(eq(receipts.intentId, intentId), isNull(receipts.pdfAt)))
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
    qr: qrText(receipt.text, receipt.signature),
    revokedAt: revokedAt?.toISOString() ?? null,
    pdfReady: receipt.pdfAt !== null,
    payerId: intent.payerId,
  };
}
