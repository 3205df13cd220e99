import { aliasedTable, and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { PayerRefund } from '#shared/contracts/payments.ts';
import type { Refundable, RefundItemView, RefundState, RefundsView, RefundView } from '#shared/contracts/refunds.ts';
import { isOwed } from '#shared/domain/payments/refund-state.ts';
import { parseReceiptNumber, receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import { compiled } from './compiled.ts';
import type { Executor } from './connect.ts';
import { findIntent, itemsOf } from './payments.repository.ts';
import { holdersOfItems, refundOfDue } from './refunds.repository.ts';
import { users } from './schema/identity.ts';
import { paymentIntents, paymentItems, receipts } from './schema/payments.ts';
import { refundItems, refundPayouts, refunds } from './schema/refunds.ts';

/** Refunds listed at most of what waits, and of what is over. */
const LISTED = { waiting: 200, over: 30 };
const OWED = (['approved', 'pushed', 'pending', 'unknown', 'failed'] as const).filter(isOwed);

const proposer = aliasedTable(users, 'proposer');
const decider = aliasedTable(users, 'decider');
const hand = aliasedTable(users, 'hand');

const rows = (db: Executor) =>
  db
    .select({
      refund: refunds,
      provider: paymentIntents.provider,
      proposer: { id: proposer.id, name: proposer.name },
      decider: { id: decider.id, name: decider.name },
      hand: { id: hand.id, name: hand.name },
      reference: refundPayouts.reference,
    })
    .from(refunds)
    .innerJoin(paymentIntents, eq(paymentIntents.id, refunds.intentId))
    .leftJoin(proposer, eq(proposer.id, refunds.proposedBy))
    .leftJoin(decider, eq(decider.id, refunds.decidedBy))
    .leftJoin(hand, eq(hand.id, refunds.handBy))
    .leftJoin(refundPayouts, eq(refundPayouts.refundId, refunds.id))
    .$dynamic();
type Row = Awaited<ReturnType<typeof rows>>[number];

/** One refund as the staff see it; null when there is none. */
export async function readRefund(db: Executor, id: string): Promise<RefundView | null> {
  const [view] = await viewsOf(db, await rows(db).where(eq(refunds.id, id)));
  return view ?? null;
}

/** State of the topic `refunds`. */
export async function readRefunds(db: Executor): Promise<RefundsView> {
  const inStates = (states: readonly RefundState[]) => rows(db).where(inArray(refunds.state, [...states]));
  const found = [
    await inStates(['proposed']).orderBy(asc(refunds.proposedAt)).limit(LISTED.waiting),
    await inStates(OWED).orderBy(asc(refunds.decidedAt)).limit(LISTED.waiting),
    await inStates(['succeeded', 'rejected', 'withdrawn']).orderBy(desc(refunds.updatedAt)).limit(LISTED.over),
  ];
  const views = await viewsOf(db, found.flat());
  const byId = new Map(views.map((view) => [view.id, view]));
  const [proposed = [], underWay = [], settled = []] = found.map((part) =>
    part.flatMap(({ refund }) => byId.get(refund.id) ?? []),
  );
  return { proposed, underWay, settled };
}

async function viewsOf(db: Executor, found: readonly Row[]): Promise<RefundView[]> {
  const items = await readItems(
    db,
    found.map(({ refund }) => refund.id),
  );
  return found.map(({ refund, provider, ...people }) => ({
    ...{ id: refund.id, paymentId: refund.intentId, kind: refund.kind, state: refund.state, version: refund.version },
    ...{ provider, amount: refund.amount, currency: refund.currency, items: items.get(refund.id) ?? [] },
    ...{ reason: refund.reason, note: refund.note, decisionNote: refund.decisionNote, failure: refund.failure },
    proposedBy: people.proposer,
    proposedAt: refund.proposedAt.toISOString(),
    decidedBy: people.decider,
    decidedAt: refund.decidedAt?.toISOString() ?? null,
    byHand:
      people.hand && refund.handReference && refund.handAt && refund.state !== 'succeeded'
        ? { by: people.hand, reference: refund.handReference, at: refund.handAt.toISOString() }
        : null,
    reference: people.reference,
    settledAt: refund.settledAt?.toISOString() ?? null,
  }));
}

async function readItems(db: Executor, refundIds: readonly string[]): Promise<Map<string, RefundItemView[]>> {
  const byRefund = new Map<string, RefundItemView[]>();
  if (refundIds.length === 0) return byRefund;
  const found = await db
    .select({ refundId: refundItems.refundId, item: paymentItems, receipt: receipts })
    .from(refundItems)
    .innerJoin(paymentItems, eq(paymentItems.id, refundItems.itemId))
    .leftJoin(receipts, eq(receipts.itemId, paymentItems.id))
    .where(inArray(refundItems.refundId, [...refundIds]))
    .orderBy(asc(paymentItems.plate), asc(paymentItems.fiscalYear));
  for (const { refundId, item, receipt } of found) {
    byRefund.set(refundId, [...(byRefund.get(refundId) ?? []), itemViewOf(item, receipt)]);
  }
  return byRefund;
}

const itemViewOf = (
  { id, plate, country, fiscalYear, amount }: typeof paymentItems.$inferSelect,
  receipt: typeof receipts.$inferSelect | null,
): RefundItemView => ({
  ...{ id, plate, country, fiscalYear, amount },
  receiptNumber: receipt && receiptNumber(receipt.series, receipt.year, receipt.number),
});

/** The payment that a receipt's number, its public reference or its own id names, whatever its state. */
export async function findPaymentId(db: Executor, query: string): Promise<string | null> {
  const text = query.trim();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  const number = parseReceiptNumber(text);
  const is = number
    ? and(eq(receipts.series, number.series), eq(receipts.year, number.year), eq(receipts.number, number.number))
    : eq(receipts.reference, text.toUpperCase());
  const [row] = await db.select({ intentId: receipts.intentId }).from(receipts).where(is);
  return row?.intentId ?? null;
}

/** A payment whose money came, with what of it can be paid back; null when there is no such payment. */
export async function readRefundable(db: Executor, paymentId: string): Promise<Refundable | null> {
  const intent = await findIntent(db, paymentId);
  if (!intent?.settledAt) return null;
  const items = await itemsOf(db, paymentId);
  const ids = items.map(({ id }) => id);
  const [holders, due] = [await holdersOfItems(db, ids), await refundOfDue(db, paymentId)];
  const found = await db.select().from(receipts).where(inArray(receipts.itemId, ids));
  const byItem = new Map(found.map((receipt) => [receipt.itemId, receipt]));
  const views = items.map((item) => ({
    ...itemViewOf(item, byItem.get(item.id) ?? null),
    refund: holders.get(item.id) ?? (due && { id: due.id, state: due.state }),
  }));
  return {
    ...{ paymentId, provider: intent.provider, currency: intent.currency, amount: intent.amount },
    settledAt: intent.settledAt.toISOString(),
    items: views,
    refundable: views.reduce((sum, { amount, refund }) => sum + (refund ? 0 : amount), 0),
  };
}

const STAGES: Readonly<Partial<Record<RefundState, PayerRefund['stage']>>> = {
  proposed: 'proposed',
  rejected: 'rejected',
  succeeded: 'paid_back',
};

const refundsOfIntents = compiled((db) =>
  db
    .select({
      refund: refunds,
      itemIds: sql<string[]>`coalesce(array_agg(${refundItems.itemId}) filter (where ${refundItems.itemId} is not null), '{}')`,
    })
    .from(refunds)
    .leftJoin(refundItems, eq(refundItems.refundId, refunds.id))
    .where(sql`${refunds.intentId} = any(${sql.placeholder('ids')}::uuid[]) and ${refunds.state} <> 'withdrawn'`)
    .groupBy(refunds.id)
    .orderBy(asc(refunds.proposedAt)),
);
/** The refunds of payments as their payers see them, oldest first. What was withdrawn never was. */
export async function payerRefunds(db: Executor, intentIds: readonly string[]): Promise<Map<string, PayerRefund[]>> {
  const byIntent = new Map<string, PayerRefund[]>();
  if (intentIds.length === 0) return byIntent;
  const found = await refundsOfIntents(db, { ids: [...intentIds] });
  for (const { refund, itemIds } of found) {
    const view: PayerRefund = {
      ...{ id: refund.id, amount: refund.amount, itemIds, stage: STAGES[refund.state] ?? 'under_way' },
      proposedAt: refund.proposedAt.toISOString(),
      decidedAt: refund.decidedAt?.toISOString() ?? null,
      paidBackAt: refund.settledAt?.toISOString() ?? null,
    };
    byIntent.set(refund.intentId, [...(byIntent.get(refund.intentId) ?? []), view]);
  }
  return byIntent;
}
