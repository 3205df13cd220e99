import { and, eq, gt, inArray, isNotNull, lt, notExists, sql } from 'drizzle-orm';
import type { EventName } from '#shared/contracts/events.ts';
import type { Executor, Tx } from './connect.ts';
import { noticeSources } from './schema/notices.ts';
import { paymentIntents } from './schema/payments.ts';
import { outbox } from './schema/platform.ts';
import { refunds } from './schema/refunds.ts';
import { owners, vehicles } from './schema/vehicles.ts';

/** Takes an event to be told of, in the transaction that tells; false when it was told of before. */
export async function takeNoticeSource(tx: Tx, eventId: string, at: Date): Promise<boolean> {
  const rows = await tx
    .insert(noticeSources)
    .values({ eventId, doneAt: at })
    .onConflictDoNothing()
    .returning({ id: noticeSources.eventId });
  return rows.length > 0;
}

/** An event whose notices were never made although its job was enqueued. */
export interface LostNotice {
  eventId: string;
  name: string;
  payload: Record<string, unknown>;
}

/** Events of these names, enqueued before `enqueuedBefore` and after `createdAfter`, that nobody was told of. */
export async function lostNotices(
  db: Executor,
  names: readonly EventName[],
  between: { createdAfter: Date; enqueuedBefore: Date },
  limit: number,
): Promise<LostNotice[]> {
  const done = db
    .select({ one: sql`1` })
    .from(noticeSources)
    .where(eq(noticeSources.eventId, outbox.id));
  return db
    .select({ eventId: outbox.id, name: outbox.name, payload: outbox.payload })
    .from(outbox)
    .where(
      and(
        inArray(outbox.name, [...names]),
        gt(outbox.createdAt, between.createdAfter),
        lt(outbox.enqueuedAt, between.enqueuedBefore),
        notExists(done),
      ),
    )
    .orderBy(outbox.createdAt)
    .limit(limit);
}

/** Forgets events done before a moment, a batch; the outbox forgets them earlier. */
export async function pruneNoticeSources(db: Executor, doneBefore: Date, limit: number): Promise<number> {
  const old = db
    .select({ id: noticeSources.eventId })
    .from(noticeSources)
    .where(lt(noticeSources.doneAt, doneBefore))
    .limit(limit);
  return (await db.delete(noticeSources).where(inArray(noticeSources.eventId, old)).returning({ id: noticeSources.eventId }))
    .length;
}

/** The users whose vehicles these are, by vehicle. */
export async function usersOfVehicles(db: Executor, vehicleIds: readonly string[]): Promise<Map<string, string>> {
  if (vehicleIds.length === 0) return new Map();
  const rows = await db
    .select({ vehicleId: vehicles.id, userId: owners.userId })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(and(inArray(vehicles.id, [...vehicleIds]), isNotNull(owners.userId)));
  return new Map(rows.flatMap(({ vehicleId, userId }) => (userId ? [[vehicleId, userId] as const] : [])));
}

/** What the payer is told of a refund; null when there is none, or nobody with an account paid. */
export async function findRefundToTell(
  db: Executor,
  refundId: string,
): Promise<{ payerId: string; paymentId: string; amount: number; currency: string } | null> {
  const [row] = await db
    .select({
      payerId: paymentIntents.payerId,
      paymentId: refunds.intentId,
      amount: refunds.amount,
      currency: refunds.currency,
    })
    .from(refunds)
    .innerJoin(paymentIntents, eq(paymentIntents.id, refunds.intentId))
    .where(eq(refunds.id, refundId));
  return row?.payerId ? { ...row, payerId: row.payerId } : null;
}
