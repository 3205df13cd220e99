import { appendAudit } from '#db/audit.repository.ts';
import { readVehicleFile } from '#db/vehicle-file.repository.ts';
import { findVehicle } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { admits } from '../reach.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `vehicle-file:<vehicle>`: all that is known of a vehicle, for the staff. Who looked at whose is kept. */
export function createVehicleFileTopic({ clock }: { clock: () => Date }): TopicDefinition<'vehicle-file'> {
  return {
    name: 'vehicle-file',
    source: 'database',
    async authorise(db, viewer, key) {
      if (!admits(viewer, 'register.read_file') || !Id.safeParse(key).success || !(await findVehicle(db, key))) return null;
      await appendAudit(db, { actorId: viewer.userId, action: 'vehicle_file.opened', entity: 'vehicle', entityId: key });
      return 'staff';
    },
    async snapshot(tx, key) {
      const view = await readVehicleFile(tx, key, clock());
      if (!view) throw new AppError('VEHICLE_NOT_FOUND');
      return view;
    },
  };
}
