import { appendAudit } from '#db/audit.repository.ts';
import type { Tx } from '#db/connect.ts';
import { lockUser } from '#db/documents.repository.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { lockTransfer, readTransfer, type TransferRow } from '#db/transfers.repository.ts';
import { lockVehicle, type VehicleRow } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { fileChange } from '../vehicles/file-events.ts';
import { garageChange } from '../vehicles/garage-events.ts';

export type TransferEvent = 'started' | 'accepted' | 'completed' | 'cancelled' | 'expired';
export type TransferPeople = Pick<TransferRow, 'id' | 'vehicleId' | 'sellerId' | 'buyerId'>;

/** The page of a transfer changes, for both. */
export const transferChange = (id: string, at: Date): TopicChange =>
  topicChange('transfer', topicOf('transfer', id), async (tx) => ({ owner: await readTransfer(tx, id, at) }));

/** Holds the people (sorted, so that two never wait crosswise), the vehicle, then the transfer: the order of every use-case. */
export async function holdTransfer(
  tx: Tx,
  known: TransferRow,
  ...more: string[]
): Promise<{ transfer: TransferRow; vehicle: VehicleRow }> {
  const people = new Set([known.sellerId, ...(known.buyerId ? [known.buyerId] : []), ...more]);
  for (const userId of [...people].sort()) await lockUser(tx, userId);
  const vehicle = await lockVehicle(tx, known.vehicleId);
  const transfer = await lockTransfer(tx, known.id);
  if (!vehicle || !transfer) throw new AppError('TRANSFER_NOT_FOUND');
  return { vehicle, transfer };
}

/** The last thing of a use-case: what happened is told to both, and to the screens of all that changes. */
export async function tellTransfer(
  tx: Tx,
  name: TransferEvent,
  { id: transferId, vehicleId, sellerId, buyerId }: TransferPeople,
  { actorId, at }: { actorId: string | null; at: Date },
): Promise<void> {
  await appendAudit(tx, {
    actorId,
    action: `transfer.${name}`,
    entity: 'transfer',
    entityId: transferId,
    details: { vehicleId },
  });
  const people = buyerId ? [sellerId, buyerId] : [sellerId];
  await appendOutbox(tx, `transfer.${name}`, { transferId, vehicleId, sellerId, buyerId }, [
    transferChange(transferId, at),
    ...people.map(garageChange),
    fileChange(vehicleId),
  ]);
}
