import { and, asc, desc, eq, gte, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import { FieldName, type DocumentStatus, type FuelCode } from '#shared/contracts/documents.ts';
import type { FiledClaim, FiledDocument, FiledNote, FiledPayment, VehicleFileView } from '#shared/contracts/vehicle-file.ts';
import { COUNTRIES } from '#shared/domain/countries/countries.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { fiscalYearOf } from '#shared/domain/tax/calendar.ts';
import { taxedVehicleOf } from './amounts-due.ts';
import type { Executor } from './connect.ts';
import { gridsInForce } from './price-grids.repository.ts';
import { vehiclesOfOwner } from './register-search.repository.ts';
import { documentFields, documentPages, documents } from './schema/documents.ts';
import { users } from './schema/identity.ts';
import { assessments, paymentIntents, paymentItems, receiptRevocations, receipts } from './schema/payments.ts';
import { owners, vehicleClaims, vehicleNotes, vehicles } from './schema/vehicles.ts';
import type { VehicleRow } from './vehicles.repository.ts';

const YEARS = 5;
/** Documents, payments and notes that are listed, each. */
const LISTED = 100;

/** State of the topic `vehicle-file:<vehicle>`; null when there is no such vehicle. In a transaction, so that it is of one moment. */
export async function readVehicleFile(db: Executor, vehicleId: string, at: Date): Promise<VehicleFileView | null> {
  const [found] = await db
    .select({ vehicle: vehicles, owner: owners })
    .from(vehicles)
    .leftJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(eq(vehicles.id, vehicleId));
  if (!found) return null;
  const { vehicle, owner } = found;
  const claims = await openClaims(db, vehicleId);
  const filed = await filedDocuments(
    db,
    or(
      eq(documents.vehicleId, vehicleId),
      inArray(
        documents.id,
        [vehicle.documentId, ...claims.map(({ documentId }) => documentId)].filter((id) => id !== null),
      ),
    ),
  );
  const byId = new Map(filed.map((document) => [document.id, document]));
  const claimed = new Set(claims.map(({ documentId }) => documentId));
  return {
    vehicle: {
      ...{ id: vehicle.id, plate: vehicle.plate, country: vehicle.country, vin: vehicle.vin, make: vehicle.make },
      ...{ model: vehicle.model, firstRegistration: vehicle.firstRegistration, fuel: vehicle.fuel as FuelCode | null },
      ...{ fiscalPower: vehicle.fiscalPower, category: vehicle.category, seats: vehicle.seats, maxMass: vehicle.maxMass },
      ...{ ownerName: vehicle.holderName, documentId: vehicle.documentId, addedAt: vehicle.createdAt.toISOString() },
      owner: owner && { name: owner.name, userId: owner.userId, since: vehicle.ownedSince.toISOString() },
    },
    others: owner ? (await vehiclesOfOwner(db, owner.id)).filter(({ id }) => id !== vehicleId) : [],
    ...(await taxOf(db, vehicle, at)),
    documents: filed.filter(({ id }) => !claimed.has(id)),
    payments: await filedPayments(db, vehicleId, at),
    claims: claims.flatMap(({ documentId, ...claim }): FiledClaim[] => {
      const document = byId.get(documentId);
      return document ? [{ ...claim, document }] : [];
    }),
    notes: await notesOf(db, vehicleId),
  };
}

async function taxOf(db: Executor, vehicle: VehicleRow, at: Date): Promise<Pick<VehicleFileView, 'assessment' | 'paid'>> {
  const country = Object.values(COUNTRIES).find(({ code }) => code === vehicle.country);
  if (!country) return { assessment: null, paid: false };
  const on = civilDate(at, country.timeZone);
  const fiscalYear = fiscalYearOf(on);
  const grid = (await gridsInForce(db, { [country.code]: on })).get(country.code);
  const [paid] = await db
    .select({ paidAt: assessments.paidAt })
    .from(assessments)
    .where(and(eq(assessments.vehicleId, vehicle.id), eq(assessments.fiscalYear, fiscalYear)));
  const assessment = grid ? assess({ vehicle: taxedVehicleOf(vehicle), fiscalYear, on, grid }) : null;
  return { assessment, paid: Boolean(paid?.paidAt) };
}

async function filedDocuments(db: Executor, which: ReturnType<typeof or>): Promise<FiledDocument[]> {
  const found = await db
    .select({ document: documents, sender: users.name })
    .from(documents)
    .innerJoin(users, eq(users.id, documents.userId))
    .where(and(which, ne(documents.status, 'discarded')))
    .orderBy(desc(documents.createdAt))
    .limit(LISTED);
  const ids = found.map(({ document }) => document.id);
  if (ids.length === 0) return [];
  const pages = await db
    .select()
    .from(documentPages)
    .where(and(inArray(documentPages.documentId, ids), isNull(documentPages.supersededAt)))
    .orderBy(asc(documentPages.side));
  const fields = await db.select().from(documentFields).where(inArray(documentFields.documentId, ids));
  return found.map(({ document, sender }) => ({
    id: document.id,
    status: document.status as DocumentStatus,
    sender: { id: document.userId, name: sender },
    submittedAt: document.createdAt.toISOString(),
    sides: pages
      .filter(({ documentId }) => documentId === document.id)
      .map(({ id, side, imagesKey }) => ({ side, pageId: id, ready: imagesKey !== null })),
    // The check of a field's name is the reader's: the column is text.
    fields: fields
      .filter(({ documentId }) => documentId === document.id)
      .flatMap(({ name, ...field }) => {
        const known = FieldName.safeParse(name);
        return known.success ? [{ name: known.data, value: field.corrected ?? field.value }] : [];
      }),
  }));
}

async function openClaims(
  db: Executor,
  vehicleId: string,
): Promise<{ id: string; claimant: FiledClaim['claimant']; openedAt: string; documentId: string }[]> {
  const rows = await db
    .select({ claim: vehicleClaims, name: users.name })
    .from(vehicleClaims)
    .innerJoin(users, eq(users.id, vehicleClaims.claimantId))
    .where(and(eq(vehicleClaims.vehicleId, vehicleId), eq(vehicleClaims.status, 'open')))
    .orderBy(asc(vehicleClaims.openedAt));
  return rows.map(({ claim: { id, claimantId, openedAt, documentId }, name }) => ({
    ...{ id, claimant: { id: claimantId, name }, documentId },
    openedAt: openedAt.toISOString(),
  }));
}

async function filedPayments(db: Executor, vehicleId: string, at: Date): Promise<FiledPayment[]> {
  const since = new Date(at);
  since.setUTCFullYear(since.getUTCFullYear() - YEARS);
  const rows = await db
    .select({ item: paymentItems, intent: paymentIntents, receipt: receipts, revokedAt: receiptRevocations.revokedAt })
    .from(paymentItems)
    .innerJoin(paymentIntents, eq(paymentIntents.id, paymentItems.intentId))
    .leftJoin(receipts, eq(receipts.itemId, paymentItems.id))
    .leftJoin(receiptRevocations, eq(receiptRevocations.reference, receipts.reference))
    .where(and(eq(paymentItems.vehicleId, vehicleId), gte(paymentIntents.createdAt, since)))
    .orderBy(desc(paymentIntents.createdAt))
    .limit(LISTED);
  return rows.map(({ item, intent, receipt, revokedAt }) => ({
    ...{ paymentId: intent.id, state: intent.state, provider: intent.provider, currency: intent.currency },
    ...{ fiscalYear: item.fiscalYear, amount: item.amount },
    startedAt: intent.createdAt.toISOString(),
    settledAt: intent.settledAt?.toISOString() ?? null,
    receipt: receipt && {
      number: receiptNumber(receipt.series, receipt.year, receipt.number),
      reference: receipt.reference,
      revoked: revokedAt !== null,
    },
  }));
}

async function notesOf(db: Executor, vehicleId: string): Promise<FiledNote[]> {
  const rows = await db
    .select({ note: vehicleNotes, author: users.name })
    .from(vehicleNotes)
    .innerJoin(users, eq(users.id, vehicleNotes.authorId))
    .where(eq(vehicleNotes.vehicleId, vehicleId))
    .orderBy(desc(vehicleNotes.writtenAt))
    .limit(LISTED);
  return rows.map(({ note: { id, text, writtenAt }, author }) => ({ id, author, text, writtenAt: writtenAt.toISOString() }));
}

/** Writes a note; false when it was written before. */
export async function insertNote(db: Executor, note: typeof vehicleNotes.$inferInsert): Promise<boolean> {
  return (await db.insert(vehicleNotes).values(note).onConflictDoNothing().returning({ id: vehicleNotes.id })).length > 0;
}

/** Whether a document is in the file of a vehicle: what the staff may see photographs of. */
export async function isFiled(db: Executor, documentId: string): Promise<boolean> {
  const [row] = await db.execute<{ filed: boolean }>(sql`select
    exists (select 1 from ${documents} where id = ${documentId} and vehicle_id is not null and status <> 'discarded')
    or exists (select 1 from ${documents} d join ${vehicleClaims} c on c.id = d.claim_id where d.id = ${documentId}) as filed`);
  return row?.filed === true;
}

/** The account of a vehicle's owner; null: nobody's, or of somebody without one. */
export async function ownerUserOf(db: Executor, vehicleId: string): Promise<string | null> {
  const [row] = await db
    .select({ userId: owners.userId })
    .from(vehicles)
    .innerJoin(owners, eq(owners.id, vehicles.ownerId))
    .where(eq(vehicles.id, vehicleId));
  return row?.userId ?? null;
}
