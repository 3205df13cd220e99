import { asc, eq, sql } from 'drizzle-orm';
import type { PayerRefund, PaymentHistory, PaymentItemView, PaymentView } from '#shared/contracts/payments.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import { compiled } from './compiled.ts';
import type { Executor } from './connect.ts';
import { isOneOf } from './insert-rows.ts';
import { findIntents, intentsOf, type IntentRow, type ItemRow } from './payments.repository.ts';
import { payerRefunds } from './refund-views.repository.ts';
import { paymentItems, receiptRevocations, receipts } from './schema/payments.ts';
import { owners, vehicles } from './schema/vehicles.ts';

/** Payments listed at most: five years of a fleet's owner. */
const LISTED = 500;

/** A payment, and whose: null, nobody's with an account. */
export type PaymentWithPayer = PaymentView & { payerId: string | null };

/** State of the topic `payment:<id>`, in three queries; null when there is no such intent. */
export async function readPayment(db: Executor, id: string): Promise<PaymentWithPayer | null> {
  return (await readPayments(db, [id])).get(id) ?? null;
}

/** The same of several, in three queries for all. */
export async function readPayments(db: Executor, ids: readonly string[]): Promise<Map<string, PaymentWithPayer>> {
  const [intents, items, back] = await Promise.all([findIntents(db, ids), readItems(db, ids), payerRefunds(db, ids)]);
  return new Map(
    intents.map((intent) => [
      intent.id,
      { ...viewOf(intent, items.get(intent.id) ?? [], back.get(intent.id) ?? []), payerId: intent.payerId },
    ]),
  );
}

/** A payer's history since a day, in three queries, newest first. */
export async function readHistory(db: Executor, payerId: string, since: Date): Promise<PaymentHistory['payments']> {
  const intents = await intentsOf(db, payerId, since, LISTED);
  const ids = intents.map(({ id }) => id);
  const [items, back] = [await readItems(db, ids), await payerRefunds(db, ids)];
  return intents.map(({ id, state, amount, currency, createdAt, settledAt }) => ({
    ...{ id, state, amount, currency },
    startedAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
    refunds: back.get(id) ?? [],
    items: (items.get(id) ?? []).map((item) => ({
      plate: item.plate,
      country: item.country,
      fiscalYear: item.fiscalYear,
      amount: item.amount,
      receipt: item.receipt,
    })),
  }));
}

const itemsOfIntents = compiled((db) =>
  db
    .select({ item: paymentItems, receipt: receipts, revokedAt: receiptRevocations.revokedAt })
    .from(paymentItems)
    .leftJoin(receipts, eq(receipts.itemId, paymentItems.id))
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .where(sql`${paymentItems.intentId} = any(${sql.placeholder('ids')}::uuid[])`)
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear)),
);

async function readItems(db: Executor, intentIds: readonly string[]): Promise<Map<string, PaymentItemView[]>> {
  const byIntent = new Map<string, PaymentItemView[]>();
  if (intentIds.length === 0) return byIntent;
  for (const { item, receipt, revokedAt } of await itemsOfIntents(db, { ids: [...intentIds] })) {
    byIntent.set(item.intentId, [...(byIntent.get(item.intentId) ?? []), itemView(item, receipt, revokedAt)]);
  }
  return byIntent;
}

function itemView(
  { id, vehicleId, plate, country, fiscalYear, lines, amount }: ItemRow,
  receipt: NumberedReceipt | null,
  revokedAt: Date | null,
): PaymentItemView {
  const shown = receipt && {
    reference: receipt.reference,
    number: receiptNumber(receipt.series, receipt.year, receipt.number),
    revokedAt: revokedAt?.toISOString() ?? null,
  };
  return { id, vehicleId, plate, country, fiscalYear, lines, amount, receipt: shown };
}

type NumberedReceipt = Pick<typeof receipts.$inferSelect, 'itemId' | 'reference' | 'series' | 'year' | 'number'>;

/** What `readPayments` would answer of an intent that was settled and receipted just now, by who did it and holds its row: nothing is asked. */
export function receiptedView(intent: IntentRow, items: readonly ItemRow[], issued: readonly NumberedReceipt[]): PaymentView {
  const views = items.map((item) => itemView(item, issued.find(({ itemId }) => itemId === item.id) ?? null, null));
  return viewOf(intent, views, []);
}

function viewOf(intent: IntentRow, items: PaymentItemView[], refunds: PayerRefund[]): PaymentView {
  const { id, state, version, provider, amount, currency, failure, refundDue } = intent;
  return {
    ...{ id, state, version, provider, amount, currency, failure, refundDue, items, refunds },
    phone: intent.phone?.replace(/\d(?=\d{3})/g, '•') ?? null,
    redirectUrl: isOpen(state) && !intent.cancelRequestedAt ? intent.redirectUrl : null,
    startedAt: intent.createdAt.toISOString(),
    expiresAt: intent.expiresAt.toISOString(),
    asksAgainAt: (state === 'unknown' && intent.nextCheckAt?.toISOString()) || null,
    settledAt: intent.settledAt?.toISOString() ?? null,
  };
}

/** Whose vehicles these are, by vehicle: their page shows that the tax is paid, whoever paid. */
export async function ownersOfVehicles(db: Executor, vehicleIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .select({ vehicleId: vehicles.id, userId: owners.userId })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(isOneOf(vehicles.id, vehicleIds));
  return new Map(rows.flatMap(({ vehicleId, userId }) => (userId ? [[vehicleId, userId]] : [])));
}
