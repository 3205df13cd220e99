import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { fieldsOf, findDocument, lockUser, updateDocument } from '#db/documents.repository.ts';
import { appendOutbox, topicChange } from '#db/outbox.repository.ts';
import { cancelTransferOf } from '#db/transfers.repository.ts';
import {
  closeClaim,
  ensureOwner,
  findClaim,
  lockClaim,
  lockVehicle,
  updateVehicle,
  type ClaimRow,
  type VehicleRow,
} from '#db/vehicles.repository.ts';
import { insertNote, ownerUserOf } from '#db/vehicle-file.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { DecideClaim, WriteNote } from '#shared/contracts/vehicle-file.ts';
import { claimRefusal } from '#shared/domain/claims.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { vehicleOfFields } from '#shared/domain/vehicles.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { documentView } from '../documents/document-events.ts';
import { transferChange } from '../transfers/transfer-events.ts';
import { fileChange } from '../vehicles/file-events.ts';
import { garageChange } from '../vehicles/garage-events.ts';

export interface ClaimsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  country: string;
  timeZone: string;
  /** Told, after the commit, of a vehicle that changed; never fails. */
  onRegistered?: (vehicle: { country: string; plate: string }) => Promise<void>;
}

/** What the staff does with a vehicle's file. Whether they may at all was asked before (domain/policy.ts). */
export interface ClaimsService {
  /**
   * Gives the vehicle to who claims it, as their document describes it, or refuses with a reason. The same decision again is that one.
   * @throws AppError CLAIM_NOT_FOUND, CLAIM_OWN (their own vehicle or claim), CLAIM_STATE_CONFLICT (withdrawn, or decided otherwise)
   */
  decide(deciderId: string, order: DecideClaim): Promise<void>;
  /** @throws AppError VEHICLE_NOT_FOUND */
  note(authorId: string, note: WriteNote): Promise<void>;
}

type Held = { claim: ClaimRow; vehicle: VehicleRow; formerOwnerId: string | null };

export function createClaimsService(deps: ClaimsDeps): ClaimsService {
  const { db, notifier, clock } = deps;

  /** People (sorted), vehicle, claim: the order of every use-case that holds several. */
  async function hold(tx: Tx, claimId: string): Promise<Held> {
    const known = await findClaim(tx, claimId);
    if (!known) throw new AppError('CLAIM_NOT_FOUND');
    const formerOwnerId = await ownerUserOf(tx, known.vehicleId);
    const people = new Set([known.claimantId, ...(formerOwnerId ? [formerOwnerId] : [])]);
    for (const userId of [...people].sort()) await lockUser(tx, userId);
    const vehicle = await lockVehicle(tx, known.vehicleId);
    const claim = await lockClaim(tx, claimId);
    if (!vehicle || !claim) throw new AppError('CLAIM_NOT_FOUND');
    // It changed hands while it was waited for: who decides must see that first.
    if ((await ownerUserOf(tx, vehicle.id)) !== formerOwnerId)
      throw new AppError('CLAIM_STATE_CONFLICT', { status: claim.status });
    return { claim, vehicle, formerOwnerId };
  }

  /** The vehicle as the claimant's document describes it; a document that says too little changes the owner alone. */
  async function asDescribed(tx: Tx, { claim, vehicle }: Held): Promise<Partial<VehicleRow>> {
    const document = await findDocument(tx, claim.documentId);
    const context = { country: deps.country, today: civilDate(clock(), deps.timeZone), issuer: document?.country ?? null };
    const reading = vehicleOfFields(await fieldsOf(tx, claim.documentId), context);
    if (!reading.ok || reading.vehicle.plate !== vehicle.plate) return {};
    const { plate: _plate, country: _country, ...described } = reading.vehicle;
    return described;
  }

  async function accept(tx: Tx, held: Held, at: Date): Promise<void> {
    const { claim, vehicle } = held;
    const ownerId = await ensureOwner(tx, claim.claimantId);
    const change = { ownerId, ownedSince: at, documentId: claim.documentId, updatedAt: at };
    await updateVehicle(tx, vehicle.id, { ...(await asDescribed(tx, held)), ...change });
    await updateDocument(tx, claim.documentId, { vehicleId: vehicle.id, updatedAt: at });
  }

  return {
    async decide(deciderId, order) {
      const decided = await db.transaction(async (tx) => {
        const held = await hold(tx, order.claimId);
        const { claim, vehicle, formerOwnerId } = held;
        const { id: claimId, claimantId, documentId } = claim;
        const status = order.decision === 'accept' ? 'accepted' : 'refused';
        if (claim.status === status && claim.decidedBy === deciderId) return null;
        if (claim.status !== 'open') throw new AppError('CLAIM_STATE_CONFLICT', { status: claim.status });
        if (claimRefusal(deciderId, { claimantId, ownerUserId: formerOwnerId })) throw new AppError('CLAIM_OWN');
        const at = clock();
        const reason = order.decision === 'refuse' ? order.reason : null;
        await closeClaim(tx, claimId, status, at, { decidedBy: deciderId, reason });
        if (status === 'accepted') await accept(tx, held, at);
        const ended = status === 'accepted' ? await cancelTransferOf(tx, vehicle.id, at) : null;
        await appendAudit(tx, {
          ...{ actorId: deciderId, action: `claim.${status}`, entity: 'claim', entityId: claimId },
          details: { vehicleId: vehicle.id, documentId, formerOwnerId },
        });
        const people = new Set([claimantId, formerOwnerId, ended?.buyerId].filter((id) => typeof id === 'string'));
        await appendOutbox(tx, `claim.${status}`, { claimId, vehicleId: vehicle.id, claimantId, formerOwnerId }, [
          ...[...people].map(garageChange),
          fileChange(vehicle.id),
          topicChange('document', topicOf('document', documentId), async (inner) => ({
            owner: await documentView(inner, documentId),
          })),
          ...(ended ? [transferChange(ended.id, at)] : []),
        ]);
        if (ended) {
          const { id: transferId, sellerId, buyerId } = ended;
          await appendOutbox(tx, 'transfer.cancelled', { transferId, vehicleId: vehicle.id, sellerId, buyerId });
        }
        return vehicle;
      });
      notifier.wake();
      if (decided) await deps.onRegistered?.(decided);
    },

    async note(authorId, { noteId, vehicleId, text }) {
      await db.transaction(async (tx) => {
        if (!(await lockVehicle(tx, vehicleId))) throw new AppError('VEHICLE_NOT_FOUND');
        if (!(await insertNote(tx, { id: noteId, vehicleId, authorId, text, writtenAt: clock() }))) return;
        await appendAudit(tx, { actorId: authorId, action: 'vehicle.noted', entity: 'vehicle', entityId: vehicleId });
        await appendOutbox(tx, 'vehicle.noted', { vehicleId, userId: authorId }, [fileChange(vehicleId)]);
      });
      notifier.wake();
    },
  };
}
