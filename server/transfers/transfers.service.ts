import { randomUUID } from 'node:crypto';
import type { Db, Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import {
  acceptClaimsOf,
  findLiveTransfer,
  findTransfer,
  findTransferByCode,
  insertTransfer,
  liveTransfersOf,
  lockTransfer,
  readTransfer,
  readTransferPreview,
  updateTransfer,
  type TransferRow,
} from '#db/transfers.repository.ts';
import { ensureOwner, findOwnerId, lockVehicle, updateVehicle } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { TransferPreview, TransferView } from '#shared/contracts/transfers.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { holdTransfer, tellTransfer, type TransferEvent, type TransferPeople } from './transfer-events.ts';
import { transferCode, transferCodeHash } from './transfer-code.ts';

const HOURS = 3600_000;
/** A code is typed while both stand at the car, or that evening. Milliseconds. */
export const CODE_MS = 24 * HOURS;
/** For the seller to look at the buyer's name and confirm. Milliseconds. */
export const CONFIRM_MS = 72 * HOURS;

export interface TransfersDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  /** Key of the purpose `transfer-code`. */
  key: Buffer;
}

/**
 * A vehicle goes from its owner to another, agreed by both; somebody else's transfer is answered like a missing one. Whoever comes second
 * of two who decide at once is told TRANSFER_STATE_CONFLICT with the state; the same decision again is answered like the first.
 */
export interface TransfersService {
  /** The seller's first step; the one under way when there is one. @throws AppError VEHICLE_NOT_FOUND */
  start(userId: string, vehicleId: string): Promise<TransferView>;
  /** The code that the seller shows. @throws AppError TRANSFER_NOT_FOUND, TRANSFER_STATE_CONFLICT once somebody has typed it */
  code(userId: string, transferId: string): Promise<string>;
  /** What a code is for. @throws AppError TRANSFER_CODE_INVALID, TRANSFER_OWN_VEHICLE */
  lookUp(userId: string, code: string): Promise<TransferPreview>;
  /** Whoever has the code becomes the buyer. Of two, one. @throws AppError as lookUp */
  accept(userId: string, code: string): Promise<TransferView>;
  /** The seller confirms what they saw: the vehicle is the buyer's. @throws AppError TRANSFER_NOT_FOUND, TRANSFER_STATE_CONFLICT */
  confirm(userId: string, transferId: string, version: number): Promise<TransferView>;
  /** By either of the two. @throws AppError TRANSFER_NOT_FOUND, TRANSFER_STATE_CONFLICT */
  cancel(userId: string, transferId: string): Promise<TransferView>;
  /** Ends what a person takes part in, in the caller's transaction, which has locked them. */
  cancelAllOf(tx: Tx, userId: string): Promise<void>;
}

export function createTransfersService({ db, notifier, clock, key }: TransfersDeps): TransfersService {
  /** Runs a use-case's transaction, then wakes the relay. */
  async function change<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }

  const tell = (tx: Tx, name: TransferEvent, transfer: TransferPeople, actorId: string | null): Promise<void> =>
    tellTransfer(tx, name, transfer, { actorId, at: clock() });

  async function findByCode(userId: string, code: string): Promise<TransferRow> {
    const found = await findTransferByCode(db, transferCodeHash(key, code));
    // Their own acceptance again, after an answer that was lost.
    const again = found?.state === 'accepted' && found.buyerId === userId;
    if (!found || (!again && found.state !== 'open') || found.expiresAt <= clock()) throw new AppError('TRANSFER_CODE_INVALID');
    if (found.sellerId === userId) throw new AppError('TRANSFER_OWN_VEHICLE');
    return found;
  }

  async function findOwn(userId: string, transferId: string): Promise<TransferRow> {
    const found = await findTransfer(db, transferId);
    if (found?.sellerId !== userId && found?.buyerId !== userId) throw new AppError('TRANSFER_NOT_FOUND');
    return found;
  }

  const conflict = ({ state }: TransferRow): AppError => new AppError('TRANSFER_STATE_CONFLICT', { state });
  const isLive = ({ state, expiresAt }: TransferRow): boolean =>
    (state === 'open' || state === 'accepted') && expiresAt > clock();

  return {
    start: (userId, vehicleId) =>
      change(async (tx) => {
        await lockUser(tx, userId);
        const vehicle = await lockVehicle(tx, vehicleId);
        const ownerId = await findOwnerId(tx, userId);
        if (!vehicle || !ownerId || vehicle.ownerId !== ownerId) throw new AppError('VEHICLE_NOT_FOUND');
        const at = clock();
        const before = await findLiveTransfer(tx, vehicleId);
        if (before && before.sellerId === userId && isLive(before)) return readTransfer(tx, before.id, at);
        if (before) await updateTransfer(tx, before.id, { state: 'expired', closedAt: at });
        const id = randomUUID();
        const transfer = { id, vehicleId, sellerId: userId, buyerId: null };
        const codeHash = transferCodeHash(key, transferCode(key, id));
        await insertTransfer(tx, { ...transfer, codeHash, createdAt: at, expiresAt: new Date(at.getTime() + CODE_MS) });
        await tell(tx, 'started', transfer, userId);
        return readTransfer(tx, id, at);
      }),

    async code(userId, transferId) {
      const found = await findOwn(userId, transferId);
      if (found.sellerId !== userId) throw new AppError('TRANSFER_NOT_FOUND');
      if (found.state !== 'open' || !isLive(found)) throw conflict(found);
      return transferCode(key, transferId);
    },

    async lookUp(userId, code) {
      return readTransferPreview(db, await findByCode(userId, code), clock());
    },

    async accept(userId, code) {
      const known = await findByCode(userId, code);
      return change(async (tx) => {
        const { transfer } = await holdTransfer(tx, known, userId);
        const at = clock();
        if (transfer.state === 'accepted' && transfer.buyerId === userId) return readTransfer(tx, transfer.id, at);
        if (transfer.state !== 'open' || !isLive(transfer)) throw new AppError('TRANSFER_CODE_INVALID');
        const expiresAt = new Date(at.getTime() + CONFIRM_MS);
        await updateTransfer(tx, transfer.id, { state: 'accepted', buyerId: userId, acceptedAt: at, expiresAt });
        await tell(tx, 'accepted', { ...transfer, buyerId: userId }, userId);
        return readTransfer(tx, transfer.id, at);
      });
    },

    async confirm(userId, transferId, version) {
      const known = await findOwn(userId, transferId);
      if (known.sellerId !== userId) throw new AppError('TRANSFER_NOT_FOUND');
      return change(async (tx) => {
        const { transfer, vehicle } = await holdTransfer(tx, known);
        const at = clock();
        if (transfer.state === 'completed') return readTransfer(tx, transferId, at);
        const { buyerId } = transfer;
        if (transfer.state !== 'accepted' || !buyerId || !isLive(transfer) || transfer.version !== version)
          throw conflict(transfer);
        if (vehicle.ownerId === null || vehicle.ownerId !== (await findOwnerId(tx, userId))) throw conflict(transfer);
        const ownerId = await ensureOwner(tx, buyerId);
        const { buyer } = await readTransfer(tx, transferId, at);
        // The seller's photograph and name stay theirs: the new carte grise will have the buyer's.
        const change = { ownerId, ownedSince: at, updatedAt: at, documentId: null, holderName: buyer?.name ?? '' };
        await updateVehicle(tx, vehicle.id, change);
        await acceptClaimsOf(tx, vehicle.id, buyerId, at);
        await updateTransfer(tx, transferId, { state: 'completed', closedAt: at });
        await tell(tx, 'completed', transfer, userId);
        return readTransfer(tx, transferId, at);
      });
    },

    async cancel(userId, transferId) {
      const known = await findOwn(userId, transferId);
      return change(async (tx) => {
        const { transfer } = await holdTransfer(tx, known);
        const at = clock();
        if (transfer.state === 'cancelled') return readTransfer(tx, transferId, at);
        if (!isLive(transfer)) throw conflict(transfer);
        await updateTransfer(tx, transferId, { state: 'cancelled', closedAt: at });
        await tell(tx, 'cancelled', transfer, userId);
        return readTransfer(tx, transferId, at);
      });
    },

    async cancelAllOf(tx, userId) {
      for (const known of await liveTransfersOf(tx, userId)) {
        const transfer = await lockTransfer(tx, known.id);
        if (transfer?.state !== 'open' && transfer?.state !== 'accepted') continue;
        await updateTransfer(tx, transfer.id, { state: 'cancelled', closedAt: clock() });
        await tell(tx, 'cancelled', transfer, userId);
      }
    },
  };
}
