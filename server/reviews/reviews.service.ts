import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import {
  correctField,
  currentPages,
  fieldsOf,
  findDocument,
  lockDocument,
  lockUser,
  updateDocument,
  type DocumentRow,
} from '#db/documents.repository.ts';
import { findReview, openReview, updateReview } from '#db/reviews.repository.ts';
import { findOwnerId, lockVehicle, lockVehicleByPlate, updateVehicle } from '#db/vehicles.repository.ts';
import type { FieldChange } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { AskPhoto, DecideReview } from '#shared/contracts/reviews.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { canMove, canonicalField, effectiveValue, fieldError, type FieldContext } from '#shared/domain/documents.ts';
import { reviewReasons } from '#shared/domain/reviews.ts';
import { vehicleOfFields, type VehicleData } from '#shared/domain/vehicles.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { appendDocumentEvent } from '../documents/document-events.ts';
import { lockHeldReview } from './leases.service.ts';
import { reviewsChange } from './review-events.ts';

export interface ReviewsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  /** ISO 3166-1 of the country that runs the platform, and its time zone. */
  country: string;
  timeZone: string;
  /** Told, after the commit, of the plates that a correction touched; never fails. */
  onRegistered?: (vehicle: { country: string; plate: string }) => Promise<void>;
}

/** What agents decide of doubtful documents. Whose the vehicle of a claim is, is decided elsewhere. */
export interface ReviewsService {
  /**
   * Everything as it stands, or with corrections, which the vehicle follows. What is owed follows by itself: it is computed.
   * @throws AppError REVIEW_NOT_FOUND, REVIEW_LOST, REVIEW_OF_CLAIM, PLATE_INVALID, VIN_INVALID, DOCUMENT_FIELD_INVALID,
   * PLATE_ALREADY_REGISTERED
   */
  decide(agentId: string, decision: DecideReview): Promise<void>;
  /** The citizen is asked for another photograph: the document waits for them, its vehicle stays. @throws AppError REVIEW_NOT_FOUND, REVIEW_LOST */
  askPhoto(agentId: string, request: AskPhoto): Promise<void>;
}

export function createReviewsService({ db, notifier, clock, ...deps }: ReviewsDeps): ReviewsService {
  /** Locks in the order of all who change documents: the citizen, the document, its review. */
  async function lockBoth(tx: Tx, agentId: string, about: { documentId: string; round: number }) {
    const found = await findDocument(tx, about.documentId);
    if (!found) throw new AppError('REVIEW_NOT_FOUND');
    await lockUser(tx, found.userId);
    const document = await lockDocument(tx, about.documentId);
    if (!document) throw new AppError('REVIEW_NOT_FOUND');
    return { document, review: await lockHeldReview(tx, agentId, about) };
  }

  async function correct(tx: Tx, document: DocumentRow, { corrections }: DecideReview, at: Date): Promise<FieldChange[]> {
    const context: FieldContext = { country: deps.country, today: civilDate(at, deps.timeZone) };
    const before = await fieldsOf(tx, document.id);
    const [page] = await currentPages(tx, document.id);
    const changes: FieldChange[] = [];
    for (const { name, value } of corrections) {
      const canonical = canonicalField(name, value, context);
      if (!canonical.ok) throw fieldError(name, canonical.fault);
      const field = before.find((one) => one.name === name);
      const from = field ? effectiveValue(field) : null;
      if (from === canonical.value) continue;
      // The claim is about the vehicle with that plate: with another one it is another request, which only the citizen can make.
      if (name === 'plate' && document.claimId) throw new AppError('REVIEW_OF_CLAIM');
      await correctField(tx, { documentId: document.id, name, value: canonical.value, page: page?.side ?? 'recto', at });
      changes.push({ name, from, to: canonical.value });
    }
    return changes;
  }

  /** The vehicle follows its document, unless it has meanwhile another document or another owner. Answers the plates touched. */
  async function followUp(tx: Tx, document: DocumentRow, at: Date): Promise<{ country: string; plate: string }[]> {
    const today = civilDate(at, deps.timeZone);
    const reading = vehicleOfFields(await fieldsOf(tx, document.id), { country: deps.country, today, issuer: document.country });
    if (!reading.ok) {
      const [invalid] = reading.invalid;
      throw invalid
        ? fieldError(invalid.name, invalid.fault)
        : new AppError('DOCUMENT_FIELDS_MISSING', { fields: reading.missing });
    }
    if (!document.vehicleId) return [];
    const vehicle = await lockVehicle(tx, document.vehicleId);
    const owner = await findOwnerId(tx, document.userId);
    if (!vehicle || vehicle.documentId !== document.id || vehicle.ownerId !== owner) return [];
    await assertPlateFree(tx, vehicle.id, reading.vehicle);
    await updateVehicle(tx, vehicle.id, { ...reading.vehicle, updatedAt: at });
    return [vehicle, reading.vehicle].map(({ country, plate }) => ({ country, plate }));
  }

  return {
    async decide(agentId, decision) {
      const touched = await db.transaction(async (tx) => {
        const at = clock();
        const { document, review } = await lockBoth(tx, agentId, decision);
        const changes = await correct(tx, document, decision, at);
        const plates = changes.length > 0 ? await followUp(tx, document, at) : [];
        const status = changes.length > 0 ? 'corrected' : 'accepted';
        const decided = { decidedBy: agentId, decidedAt: at, holderId: null, heldUntil: null };
        await updateReview(tx, review.id, { status, changes, ...decided });
        await updateDocument(tx, document.id, { updatedAt: at });
        await appendAudit(tx, {
          actorId: agentId,
          action: status === 'corrected' ? 'review.correct' : 'review.accept',
          entity: 'document',
          entityId: document.id,
          details: { round: review.round, fields: changes.map(({ name }) => name).join(' ') },
        });
        const { id: documentId } = document;
        await appendDocumentEvent(tx, `review.${status}`, { documentId }, document, { others: [reviewsChange] });
        return plates;
      });
      notifier.wake();
      for (const plate of touched) await deps.onRegistered?.(plate);
    },

    async askPhoto(agentId, { reason, side, note, ...about }) {
      await db.transaction(async (tx) => {
        const at = clock();
        const { document, review } = await lockBoth(tx, agentId, about);
        if (!canMove(document.status, 'needs_photo')) throw new AppError('REVIEW_LOST');
        await updateReview(tx, review.id, {
          ...{ status: 'photo_asked', photoReason: reason, photoSide: side, photoNote: note, changes: [] },
          ...{ decidedBy: agentId, decidedAt: at, holderId: null, heldUntil: null },
        });
        await updateDocument(tx, document.id, { status: 'needs_photo', gate: [], updatedAt: at });
        await appendAudit(tx, {
          actorId: agentId,
          action: 'review.ask_photo',
          entity: 'document',
          entityId: document.id,
          details: { round: review.round, reason, side },
        });
        const { id: documentId } = document;
        await appendDocumentEvent(tx, 'review.photo_asked', { documentId }, document, { others: [reviewsChange] });
      });
      notifier.wake();
    },
  };
}

/** @throws AppError PLATE_ALREADY_REGISTERED when another vehicle has it */
async function assertPlateFree(tx: Tx, vehicleId: string, { country, plate }: VehicleData): Promise<void> {
  const other = await lockVehicleByPlate(tx, country, plate);
  if (other && other.id !== vehicleId) throw new AppError('PLATE_ALREADY_REGISTERED', { plate });
}

/**
 * In the transaction of a confirmation: puts the document before the agents when the rules say so, or when they had asked for the
 * photograph that it now has. A vehicle that rested on what the photograph before seemed to say leaves the citizen's list when it is
 * another one that they confirm now. Answers whether the agents' list changes.
 */
export async function reviewConfirmed(
  tx: Tx,
  document: Pick<DocumentRow, 'id' | 'userId' | 'country' | 'insisted' | 'vehicleId'>,
  { vehicleId, claimId, at }: { vehicleId: string | null; claimId: string | null; at: Date },
): Promise<boolean> {
  const { id: documentId, country: issuer, insisted } = document;
  if (document.vehicleId !== null && document.vehicleId !== vehicleId) await letGo(tx, document, document.vehicleId, at);
  const reasons = reviewReasons({ fields: await fieldsOf(tx, documentId), issuer, insisted, claim: claimId !== null });
  if (reasons.length === 0 && (await findReview(tx, documentId)) === null) return false;
  await openReview(tx, { documentId, reasons, at });
  return true;
}

async function letGo(tx: Tx, document: Pick<DocumentRow, 'id' | 'userId'>, vehicleId: string, at: Date): Promise<void> {
  const vehicle = await lockVehicle(tx, vehicleId);
  const owner = await findOwnerId(tx, document.userId);
  if (!vehicle || vehicle.documentId !== document.id || vehicle.ownerId !== owner) return;
  await updateVehicle(tx, vehicleId, { ownerId: null, updatedAt: at });
  await appendAudit(tx, {
    actorId: document.userId,
    action: 'vehicle.remove',
    entity: 'vehicle',
    entityId: vehicleId,
    details: { documentId: document.id },
  });
}
