import type { CommandHandlers } from '../sockets/commands.ts';
import type { VehiclesService } from './vehicles.service.ts';

/** Socket commands about vehicles and claims. The use-cases refuse who does not own them. */
export function createVehicleHandlers({
  vehicles,
}: {
  vehicles: VehiclesService;
}): CommandHandlers<'vehicle:remove' | 'claim:withdraw'> {
  return {
    'vehicle:remove': async ({ viewer }, { vehicleId }) => {
      await vehicles.remove(viewer.userId, vehicleId);
      return null;
    },
    'claim:withdraw': async ({ viewer }, { claimId }) => {
      await vehicles.withdrawClaim(viewer.userId, claimId);
      return null;
    },
  };
}
