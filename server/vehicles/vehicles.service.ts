import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { cancelTransferOf } from '#db/transfers.repository.ts';
import {
  closeClaim,
  ensureOwner,
  findOwnerId,
  insertVehicle,
  lockClaim,
  lockVehicle,
  lockVehicleByPlate,
  openClaim,
  updateVehicle,
} from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { registrationOf, type VehicleData } from '#shared/domain/vehicles.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { transferChange } from '../transfers/transfer-events.ts';
import { fileChange } from './file-events.ts';
import { garageChange } from './garage-events.ts';

export interface VehiclesDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

export interface RegisterVehicle {
  userId: string;
  documentId: string;
  vehicle: VehicleData;
  /** Open a claim when the plate is registered to somebody else. */
  claim: boolean;
  at: Date;
}

export interface VehiclesService {
  /**
   * The part of a confirmation that concerns the register, in the caller's transaction, which tells of it: a plate that is new or
   * nobody's becomes the user's, one that is theirs is brought up to date. Of two who register the same plate at once, exactly one gets it
   * (unique by country and plate). @throws AppError PLATE_ALREADY_REGISTERED when it is somebody else's and `claim` is false
   */
  register(tx: Tx, order: RegisterVehicle): Promise<{ vehicleId: string | null; claimId: string | null }>;
  /** Takes a vehicle off its owner's list; it stays in the register, nobody's. @throws AppError VEHICLE_NOT_FOUND */
  remove(userId: string, vehicleId: string): Promise<void>;
  /** @throws AppError NOT_FOUND, CONFLICT when an office has decided already */
  withdrawClaim(userId: string, claimId: string): Promise<void>;
}

export function createVehiclesService({ db, notifier, clock }: VehiclesDeps): VehiclesService {
  return {
    async register(tx, { userId, documentId, vehicle, claim, at }) {
      const ownerId = await ensureOwner(tx, userId);
      const audit = (action: string, vehicleId: string) =>
        appendAudit(tx, { actorId: userId, action, entity: 'vehicle', entityId: vehicleId, details: { documentId } });
      const inserted = await insertVehicle(tx, vehicle, ownerId, documentId, at);
      if (inserted) {
        await audit('vehicle.register', inserted);
        return { vehicleId: inserted, claimId: null };
      }
      const known = await lockVehicleByPlate(tx, vehicle.country, vehicle.plate);
      if (!known) throw new Error('a plate that could not be inserted is not in the register');
      const registration = registrationOf(known.ownerId, ownerId);
      if (registration !== 'belongs_to_another') {
        const since = registration === 'take_over' ? { ownedSince: at } : {};
        await updateVehicle(tx, known.id, { ...vehicle, ownerId, documentId, updatedAt: at, ...since });
        await audit(`vehicle.${registration}`, known.id);
        return { vehicleId: known.id, claimId: null };
      }
      if (!claim) throw new AppError('PLATE_ALREADY_REGISTERED', { plate: vehicle.plate });
      const claimId = await openClaim(tx, { vehicleId: known.id, claimantId: userId, documentId, at });
      await appendAudit(tx, {
        actorId: userId,
        action: 'claim.open',
        entity: 'claim',
        entityId: claimId,
        details: { vehicleId: known.id, documentId },
      });
      return { vehicleId: null, claimId };
    },

    async remove(userId, vehicleId) {
      await db.transaction(async (tx) => {
        await lockUser(tx, userId);
        const ownerId = await findOwnerId(tx, userId);
        const vehicle = await lockVehicle(tx, vehicleId);
        if (!vehicle || !ownerId || vehicle.ownerId !== ownerId) throw new AppError('VEHICLE_NOT_FOUND');
        await updateVehicle(tx, vehicleId, { ownerId: null, updatedAt: clock() });
        await appendAudit(tx, { actorId: userId, action: 'vehicle.remove', entity: 'vehicle', entityId: vehicleId });
        const ended = await cancelTransferOf(tx, vehicleId, clock());
        const changes = ended ? [transferChange(ended.id, clock()), ...(ended.buyerId ? [garageChange(ended.buyerId)] : [])] : [];
        await appendOutbox(tx, 'vehicle.removed', { vehicleId, userId }, [
          garageChange(userId),
          fileChange(vehicleId),
          ...changes,
        ]);
        if (ended) {
          const { id: transferId, sellerId, buyerId } = ended;
          await appendOutbox(tx, 'transfer.cancelled', { transferId, vehicleId, sellerId, buyerId });
        }
      });
      notifier.wake();
    },

    async withdrawClaim(userId, claimId) {
      await db.transaction(async (tx) => {
        await lockUser(tx, userId);
        const claim = await lockClaim(tx, claimId);
        if (claim?.claimantId !== userId) throw new AppError('NOT_FOUND');
        if (claim.status === 'withdrawn') return;
        if (claim.status !== 'open') throw new AppError('CONFLICT', { status: claim.status });
        await closeClaim(tx, claimId, 'withdrawn', clock());
        await appendAudit(tx, { actorId: userId, action: 'claim.withdraw', entity: 'claim', entityId: claimId });
        await appendOutbox(tx, 'claim.withdrawn', { claimId, userId }, [garageChange(userId), fileChange(claim.vehicleId)]);
      });
      notifier.wake();
    },
  };
}
