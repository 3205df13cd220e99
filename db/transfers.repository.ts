import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import {
  TransferState,
  type TransferListed,
  type TransferPreview,
  type TransferVehicle,
  type TransferView,
} from '#shared/contracts/transfers.ts';
import { amountsDueAt } from './amounts-due.ts';
import type { Executor, Tx } from './connect.ts';
import { isTaxPaid } from './paid-taxes.repository.ts';
import { vehicleTransfers } from './schema/account.ts';
import { users } from './schema/identity.ts';
import { assessmentClaims, assessments } from './schema/payments.ts';
import { vehicleClaims, vehicles } from './schema/vehicles.ts';

export type TransferRow = typeof vehicleTransfers.$inferSelect;

const LIVE = ['open', 'accepted'];
const live = () => inArray(vehicleTransfers.state, LIVE);

/** Writes a new one; null when the vehicle has one under way already. */
export async function insertTransfer(tx: Tx, transfer: typeof vehicleTransfers.$inferInsert): Promise<string | null> {
  const [row] = await tx.insert(vehicleTransfers).values(transfer).onConflictDoNothing().returning({ id: vehicleTransfers.id });
  return row?.id ?? null;
}

export async function findTransfer(db: Executor, id: string): Promise<TransferRow | null> {
  const [row] = await db.select().from(vehicleTransfers).where(eq(vehicleTransfers.id, id));
  return row ?? null;
}

export async function findTransferByCode(db: Executor, codeHash: string): Promise<TransferRow | null> {
  const [row] = await db.select().from(vehicleTransfers).where(eq(vehicleTransfers.codeHash, codeHash));
  return row ?? null;
}

/** The one under way of a vehicle. */
export async function findLiveTransfer(db: Executor, vehicleId: string): Promise<TransferRow | null> {
  const [row] = await db
    .select()
    .from(vehicleTransfers)
    .where(and(eq(vehicleTransfers.vehicleId, vehicleId), live()));
  return row ?? null;
}

/** All that a person takes part in and that are under way. */
export async function liveTransfersOf(db: Executor, userId: string): Promise<TransferRow[]> {
  return db
    .select()
    .from(vehicleTransfers)
    .where(and(or(eq(vehicleTransfers.sellerId, userId), eq(vehicleTransfers.buyerId, userId)), live()));
}

/** Holds a transfer until the transaction ends. */
export async function lockTransfer(tx: Tx, id: string): Promise<TransferRow | null> {
  const [row] = await tx.select().from(vehicleTransfers).where(eq(vehicleTransfers.id, id)).for('update');
  return row ?? null;
}

export async function updateTransfer(
  tx: Tx,
  id: string,
  change: Partial<Pick<TransferRow, 'state' | 'buyerId' | 'acceptedAt' | 'expiresAt' | 'closedAt'>>,
): Promise<void> {
  await tx
    .update(vehicleTransfers)
    .set({ ...change, version: sql`${vehicleTransfers.version} + 1` })
    .where(eq(vehicleTransfers.id, id));
}

/** Ends the one under way of a vehicle that is nobody's any more; null when there was none. */
export async function cancelTransferOf(tx: Tx, vehicleId: string, at: Date): Promise<TransferRow | null> {
  const [row] = await tx
    .update(vehicleTransfers)
    .set({ state: 'cancelled', closedAt: at, version: sql`${vehicleTransfers.version} + 1` })
    .where(and(eq(vehicleTransfers.vehicleId, vehicleId), live()))
    .returning();
  return row ?? null;
}

/** Under way although their time is over, those that waited longest first. */
export async function overdueTransfers(db: Executor, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: vehicleTransfers.id })
    .from(vehicleTransfers)
    .where(and(live(), lte(vehicleTransfers.expiresAt, now)))
    .orderBy(asc(vehicleTransfers.expiresAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** A person's open claim on a vehicle is granted by its owner. */
export async function acceptClaimsOf(tx: Tx, vehicleId: string, claimantId: string, at: Date): Promise<void> {
  await tx
    .update(vehicleClaims)
    .set({ status: 'accepted', closedAt: at })
    .where(
      and(eq(vehicleClaims.vehicleId, vehicleId), eq(vehicleClaims.claimantId, claimantId), eq(vehicleClaims.status, 'open')),
    );
}

export async function readTransfer(db: Executor, id: string, at: Date): Promise<TransferView> {
  const [seller, buyer] = [alias(users, 'seller'), alias(users, 'buyer')];
  const [row] = await db
    .select({ transfer: vehicleTransfers, sellerName: seller.name, buyerName: buyer.name })
    .from(vehicleTransfers)
    .innerJoin(seller, eq(seller.id, vehicleTransfers.sellerId))
    .leftJoin(buyer, eq(buyer.id, vehicleTransfers.buyerId))
    .where(eq(vehicleTransfers.id, id));
  if (!row) throw new Error(`no transfer ${id}`);
  const { transfer } = row;
  return {
    id,
    state: TransferState.parse(transfer.state),
    version: transfer.version,
    vehicle: await readTransferVehicle(db, transfer.vehicleId, at),
    seller: { userId: transfer.sellerId, name: row.sellerName },
    buyer: transfer.buyerId ? { userId: transfer.buyerId, name: row.buyerName ?? '' } : null,
    createdAt: transfer.createdAt.toISOString(),
    expiresAt: transfer.expiresAt.toISOString(),
    closedAt: transfer.closedAt?.toISOString() ?? null,
  };
}

export async function readTransferPreview(db: Executor, transfer: TransferRow, at: Date): Promise<TransferPreview> {
  const view = await readTransfer(db, transfer.id, at);
  return { vehicle: view.vehicle, sellerName: view.seller.name, expiresAt: view.expiresAt };
}

async function readTransferVehicle(db: Executor, vehicleId: string, at: Date): Promise<TransferVehicle> {
  const [vehicle] = await db.select().from(vehicles).where(eq(vehicles.id, vehicleId));
  if (!vehicle) throw new Error(`no vehicle ${vehicleId}`);
  const due = (await amountsDueAt(db, at))(vehicle);
  const paid = due !== null && (await isTaxPaid(db, vehicle, due.fiscalYear));
  const held = await db
    .select({ id: assessments.id })
    .from(assessmentClaims)
    .innerJoin(assessments, eq(assessments.id, assessmentClaims.assessmentId))
    .where(and(eq(assessments.vehicleId, vehicleId), isNull(assessments.paidAt)));
  const { id, plate, country, make, model, firstRegistration } = vehicle;
  return { id, plate, country, make, model, firstRegistration, due, paid, beingPaid: held.length > 0 };
}

/** What a person takes part in, for the list of vehicles. */
export async function listTransfers(db: Executor, userId: string): Promise<TransferListed[]> {
  const rows = await db
    .select({ transfer: vehicleTransfers, plate: vehicles.plate, country: vehicles.country })
    .from(vehicleTransfers)
    .innerJoin(vehicles, eq(vehicles.id, vehicleTransfers.vehicleId))
    .where(and(or(eq(vehicleTransfers.sellerId, userId), eq(vehicleTransfers.buyerId, userId)), live()))
    .orderBy(asc(vehicleTransfers.createdAt));
  return rows.map(({ transfer, plate, country }) => ({
    id: transfer.id,
    role: transfer.sellerId === userId ? 'seller' : 'buyer',
    state: TransferState.parse(transfer.state),
    vehicleId: transfer.vehicleId,
    plate,
    country,
    expiresAt: transfer.expiresAt.toISOString(),
  }));
}
