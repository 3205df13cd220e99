import { asc, eq, inArray } from 'drizzle-orm';
import type { PaymentHistory, PaymentItemView, PaymentView } from '#shared/contracts/payments.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor } from './connect.ts';
import { findIntent, intentsOf, type IntentRow } from './payments.repository.ts';
import { paymentItems, receipts } from './schema/payments.ts';
import { owners, vehicles } from './schema/vehicles.ts';

/** Payments listed at most: five years of a fleet's owner. */
const LISTED = 500;

/** State of the topic `payment:<id>`, in two queries; null when there is no such intent. */
export async function readPayment(db: Executor, id: string): Promise<(PaymentView & { payerId: string }) | null> {
  const intent = await findIntent(db, id);
  if (!intent) return null;
  const items = await readItems(db, [id]);
  return { ...viewOf(intent, items.get(id) ?? []), payerId: intent.payerId };
}

/** A payer's history since a day, in two queries, newest first. */
export async function readHistory(db: Executor, payerId: string, since: Date): Promise<PaymentHistory['payments']> {
  const intents = await intentsOf(db, payerId, since, LISTED);
  const items = await readItems(
    db,
    intents.map(({ id }) => id),
  );
  return intents.map(({ id, state, amount, currency, createdAt, settledAt }) => ({
    ...{ id, state, amount, currency },
    startedAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
    items: (items.get(id) ?? []).map((item) => ({
      plate: item.plate,
      country: item.country,
      fiscalYear: item.fiscalYear,
      amount: item.amount,
      receipt: item.receipt,
    })),
  }));
}

async function readItems(db: Executor, intentIds: readonly string[]): Promise<Map<string, PaymentItemView[]>> {
  const byIntent = new Map<string, PaymentItemView[]>();
  if (intentIds.length === 0) return byIntent;
  const rows = await db
    .select({ item: paymentItems, receipt: receipts })
    .from(paymentItems)
    .leftJoin(receipts, eq(receipts.itemId, paymentItems.id))
    .where(inArray(paymentItems.intentId, [...intentIds]))
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear));
  for (const { item, receipt } of rows) {
    const { id, vehicleId, plate, country, fiscalYear, lines, amount } = item;
    const number = receipt && {
      reference: receipt.reference,
      number: receiptNumber(receipt.series, receipt.year, receipt.number),
    };
    byIntent.set(item.intentId, [
      ...(byIntent.get(item.intentId) ?? []),
      { id, vehicleId, plate, country, fiscalYear, lines, amount, receipt: number },
    ]);
  }
  return byIntent;
}

function viewOf(intent: IntentRow, items: PaymentItemView[]): PaymentView {
  const { id, state, version, provider, amount, currency, failure, refundDue } = intent;
  return {
    ...{ id, state, version, provider, amount, currency, failure, refundDue, items },
    phone: intent.phone?.replace(/\d(?=\d{3})/g, '•') ?? null,
    redirectUrl: isOpen(state) && !intent.cancelRequestedAt ? intent.redirectUrl : null,
    startedAt: intent.createdAt.toISOString(),
    expiresAt: intent.expiresAt.toISOString(),
    settledAt: intent.settledAt?.toISOString() ?? null,
  };
}

/** The users whose vehicles these are: their page shows that the tax is paid, whoever paid. */
export async function ownersOfVehicles(db: Executor, vehicleIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectDistinct({ userId: owners.userId })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(inArray(vehicles.id, [...vehicleIds]));
  return rows.flatMap(({ userId }) => (userId ? [userId] : []));
}
