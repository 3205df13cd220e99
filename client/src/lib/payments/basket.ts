import { MAX_ITEMS } from '#shared/contracts/payments.ts';
import type { AssessmentLine, GridInForce } from '#shared/contracts/tax.ts';
import type { VehicleView } from '#shared/contracts/vehicles.ts';
import { assess } from '#shared/domain/tax/assess.ts';

/** Why a vehicle that was chosen is not among what is paid. */
export type LeftOut = 'paid' | 'exempt' | 'not_yet_due' | 'undetermined' | 'elsewhere' | 'unknown' | 'too_many';

export interface BasketItem {
  vehicle: VehicleView;
  fiscalYear: number;
  lines: readonly AssessmentLine[];
  amount: number;
}

/** What one payment would be over. */
export interface Basket {
  items: BasketItem[];
  /** Chosen, and yet not payable. `vehicle` is null when it is not in the person's list. */
  left: { id: string; vehicle: VehicleView | null; why: LeftOut }[];
  /** Minor unit. */
  total: number;
}

/** Prices the vehicles chosen, as the server will; none chosen means all that have something to pay. */
export function basketOf(vehicles: readonly VehicleView[], chosen: readonly string[], grid: GridInForce): Basket {
  const basket: Basket = { items: [], left: [], total: 0 };
  const ids = chosen.length > 0 ? [...new Set(chosen)] : vehicles.map(({ id }) => id);
  for (const id of ids) {
    const vehicle = vehicles.find((one) => one.id === id) ?? null;
    const priced = vehicle ? price(vehicle, grid) : 'unknown';
    const why = typeof priced === 'string' ? priced : basket.items.length >= MAX_ITEMS ? 'too_many' : null;
    if (typeof priced !== 'string' && why === null) basket.items.push(priced);
    // Who chose nothing is not told of each vehicle for which there is nothing to pay.
    else if (why && (chosen.length > 0 || why === 'too_many')) basket.left.push({ id, vehicle, why });
  }
  basket.total = basket.items.reduce((sum, { amount }) => sum + amount, 0);
  return basket;
}

function price(vehicle: VehicleView, { grid, today, fiscalYear }: GridInForce): BasketItem | LeftOut {
  if (vehicle.country !== grid.country) return 'elsewhere';
  if (vehicle.paid) return 'paid';
  const { status, total, lines } = assess({ vehicle, fiscalYear, on: today, grid });
  if (status !== 'due' && status !== 'overdue') return status;
  return total ? { vehicle, fiscalYear, lines, amount: total } : 'exempt';
}

/** Whether there is something to pay for a vehicle, going by what its list says. */
export const isPayable = ({ due, paid }: Pick<VehicleView, 'due' | 'paid'>): boolean =>
  !paid && Boolean(due?.total) && (due?.status === 'due' || due?.status === 'overdue');

/** Address of the page that checks and pays the taxes of these vehicles. */
export const payAddress = (vehicleIds: readonly string[]): string =>
  `/payer?${vehicleIds.map((id) => `vehicule=${encodeURIComponent(id)}`).join('&')}`;
