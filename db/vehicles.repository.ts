import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import type { DocumentStatus, FuelCode } from '#shared/contracts/documents.ts';
import type { AmountDue } from '#shared/contracts/tax.ts';
import type { ClaimStatus, GarageView } from '#shared/contracts/vehicles.ts';
import type { VehicleData } from '#shared/domain/vehicles.ts';
import { amountsDueAt } from './amounts-due.ts';
import type { Executor, Tx } from './connect.ts';
import { paidTaxes } from './paid-taxes.repository.ts';
import { documentFields, documents } from './schema/documents.ts';
import { users } from './schema/identity.ts';
import { listTransfers } from './transfers.repository.ts';
import { owners, vehicleClaims, vehicles } from './schema/vehicles.ts';

export type VehicleRow = typeof vehicles.$inferSelect;
export type ClaimRow = typeof vehicleClaims.$inferSelect;

/** The owner that a user is in the register; made, under the name of their account, the first time. */
export async function ensureOwner(tx: Tx, userId: string): Promise<string> {
  await tx.execute(
    sql`insert into ${owners} (user_id, name) select ${users.id}, ${users.name} from ${users} where ${users.id} = ${userId} on conflict (user_id) do nothing`,
  );
  const ownerId = await findOwnerId(tx, userId);
  if (!ownerId) throw new Error(`no owner could be made for user ${userId}`);
  return ownerId;
}

export async function findOwnerId(db: Executor, userId: string): Promise<string | null> {
  const [row] = await db.select({ id: owners.id }).from(owners).where(eq(owners.userId, userId));
  return row?.id ?? null;
}

/** Registers a plate that the register does not have; null when it has it. Waits for another who is registering the same. */
export async function insertVehicle(
  tx: Tx,
  vehicle: VehicleData,
  ownerId: string,
  documentId: string,
  at: Date,
): Promise<string | null> {
  const [row] = await tx
    .insert(vehicles)
    .values({ ...vehicle, ownerId, documentId, ownedSince: at, createdAt: at, updatedAt: at })
    .onConflictDoNothing({ target: [vehicles.country, vehicles.plate] })
    .returning({ id: vehicles.id });
  return row?.id ?? null;
}

export async function lockVehicleByPlate(tx: Tx, country: string, plate: string): Promise<VehicleRow | null> {
  const [row] = await tx
    .select()
    .from(vehicles)
    .where(and(eq(vehicles.country, country), eq(vehicles.plate, plate)))
    .for('update');
  return row ?? null;
}

/** A vehicle of the register, without waiting for who changes it. */
export async function findVehicleByPlate(db: Executor, country: string, plate: string): Promise<VehicleRow | null> {
  const [row] = await db
    .select()
    .from(vehicles)
    .where(and(eq(vehicles.country, country), eq(vehicles.plate, plate)));
  return row ?? null;
}

/** The same by its id. */
export async function findVehicle(db: Executor, id: string): Promise<VehicleRow | null> {
  const [row] = await db.select().from(vehicles).where(eq(vehicles.id, id));
  return row ?? null;
}

export async function lockVehicle(tx: Tx, id: string): Promise<VehicleRow | null> {
  const [row] = await tx.select().from(vehicles).where(eq(vehicles.id, id)).for('update');
  return row ?? null;
}

/** Changes a locked vehicle and raises its version. */
export async function updateVehicle(
  tx: Tx,
  id: string,
  change: Partial<Omit<VehicleRow, 'id' | 'version' | 'createdAt'>>,
): Promise<void> {
  await tx
    .update(vehicles)
    .set({ ...change, version: sql`${vehicles.version} + 1` })
    .where(eq(vehicles.id, id));
}

/** Opens a claim, or gives the open one of the same person the newer document. */
export async function openClaim(
  tx: Tx,
  claim: { vehicleId: string; claimantId: string; documentId: string; at: Date },
): Promise<string> {
  const { at, ...values } = claim;
  const [row] = await tx
    .insert(vehicleClaims)
    .values({ ...values, openedAt: at })
    .onConflictDoUpdate({
      target: [vehicleClaims.vehicleId, vehicleClaims.claimantId],
      targetWhere: sql`${vehicleClaims.status} = 'open'`,
      set: { documentId: claim.documentId },
    })
    .returning({ id: vehicleClaims.id });
  if (!row) throw new Error('vehicle_claims returned nothing');
  return row.id;
}

/** A claim, without waiting for who changes it. */
export async function findClaim(db: Executor, id: string): Promise<ClaimRow | null> {
  const [row] = await db.select().from(vehicleClaims).where(eq(vehicleClaims.id, id));
  return row ?? null;
}

export async function lockClaim(tx: Tx, id: string): Promise<ClaimRow | null> {
  const [row] = await tx.select().from(vehicleClaims).where(eq(vehicleClaims.id, id)).for('update');
  return row ?? null;
}

/** `decision`: of the staff; without it the claimant themselves withdrew it. */
export async function closeClaim(
  tx: Tx,
  id: string,
  status: Exclude<ClaimStatus, 'open'>,
  at: Date,
  decision: { decidedBy?: string; reason?: string | null } = {},
): Promise<void> {
  await tx
    .update(vehicleClaims)
    .set({ status, closedAt: at, ...decision })
    .where(eq(vehicleClaims.id, id));
}

/** Statuses of the documents that are listed beside the vehicles. */
const PENDING: DocumentStatus[] = ['queued', 'reading', 'needs_photo', 'read', 'failed'];
/**
 * Most of them that are listed, the newest. The state goes with every change into the outbox and to the screens: somebody who sends
 * photographs all day and confirms none must not make it large.
 */
export const PENDING_LISTED = 100;

/**
 * State of the topic `garage:<user>`, in six queries; newest first. What is due is computed for the day `at` lies in.
 * The check constraints hold the codes to their types.
 */
export async function readGarage(db: Executor, userId: string, at = new Date()): Promise<GarageView> {
  const owned = db
    .select({ vehicle: vehicles })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(eq(owners.userId, userId))
    .orderBy(desc(vehicles.ownedSince), asc(vehicles.plate));
  const pending = db
    .select({
      id: documents.id,
      status: documents.status,
      plate: sql<string | null>`coalesce(${documentFields.corrected}, ${documentFields.value})`,
      country: documents.country,
      at: documents.createdAt,
    })
    .from(documents)
    .leftJoin(documentFields, and(eq(documentFields.documentId, documents.id), eq(documentFields.name, 'plate')))
    .where(and(eq(documents.userId, userId), inArray(documents.status, PENDING)))
    .orderBy(desc(documents.createdAt))
    .limit(PENDING_LISTED);
  const claimed = db
    .select({ claim: vehicleClaims, plate: vehicles.plate, country: vehicles.country })
    .from(vehicleClaims)
    .innerJoin(vehicles, eq(vehicles.id, vehicleClaims.vehicleId))
    .where(and(eq(vehicleClaims.claimantId, userId), ne(vehicleClaims.status, 'withdrawn')))
    .orderBy(desc(vehicleClaims.openedAt));
  const [mine, waiting, claims, dueOf, transfers] = await Promise.all([
    owned,
    pending,
    claimed,
    amountsDueAt(db, at),
    listTransfers(db, userId),
  ]);
  const paid = await paidTaxes(
    db,
    mine.map(({ vehicle }) => vehicle.id),
    userId,
  );
  return {
    vehicles: mine.map(({ vehicle }) => ({
      id: vehicle.id,
      plate: vehicle.plate,
      country: vehicle.country,
      vin: vehicle.vin,
      firstRegistration: vehicle.firstRegistration,
      make: vehicle.make,
      model: vehicle.model,
      fuel: vehicle.fuel as FuelCode | null,
      fiscalPower: vehicle.fiscalPower,
      category: vehicle.category,
      seats: vehicle.seats,
      maxMass: vehicle.maxMass,
      ownerName: vehicle.holderName,
      documentId: vehicle.documentId,
      addedAt: vehicle.ownedSince.toISOString(),
      ...dueAndPaid(vehicle, dueOf(vehicle), paid),
    })),
    documents: waiting.map(({ id, status, plate, country, at }) => ({
      id,
      status: status as DocumentStatus,
      plate,
      country,
      submittedAt: at.toISOString(),
    })),
    claims: claims.map(({ claim, plate, country }) => ({
      id: claim.id,
      plate,
      country,
      status: claim.status as ClaimStatus,
      documentId: claim.documentId,
      openedAt: claim.openedAt.toISOString(),
      reason: claim.reason,
    })),
    transfers,
  };
}

function dueAndPaid({ id }: VehicleRow, due: AmountDue | null, paid: ReadonlyMap<string, string | null>) {
  const paymentId = due ? paid.get(`${id}:${due.fiscalYear}`) : undefined;
  return { due, paid: paymentId !== undefined, paymentId: paymentId ?? null };
}
