import { taxedVehicleOf } from '#db/amounts-due.ts';
import type { Executor } from '#db/connect.ts';
import { findGrid, versionInForce } from '#db/price-grids.repository.ts';
import { findOwnerId, findVehicle, findVehicleByPlate, type VehicleRow } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { PaymentOrderItem } from '#shared/contracts/payments.ts';
import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { civilDate } from '#shared/domain/dates.ts';
import type { PaymentOrder } from '#shared/domain/payments/order.ts';
import { normalisePlate } from '#shared/domain/plates.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { fiscalYearOf, lastDayOf } from '#shared/domain/tax/calendar.ts';

/**
 * What an order is over: each vehicle found, its tax assessed today under the grid that was in force in that year.
 * @throws AppError VEHICLE_NOT_FOUND, TAX_NOT_PAYABLE (exempt, not due yet, undetermined), UNAVAILABLE (no grid), INVALID_INPUT (twice the same)
 */
export async function priceOrder(
  db: Executor,
  order: {
    /** Null: a counter's, which knows plates alone. */
    payerId: string | null;
    items: readonly PaymentOrderItem[];
    at: Date;
    country: Country;
    channel?: 'online' | 'office';
  },
): Promise<PaymentOrder[]> {
  const { country, channel = 'online' } = order;
  const today = civilDate(order.at, country.timeZone);
  const grids = new Map<number, PriceGrid>();
  const priced: PaymentOrder[] = [];
  for (const item of order.items) {
    const { fiscalYear } = item;
    const vehicle = await vehicleOf(db, order.payerId, item, country);
    const grid = grids.get(fiscalYear) ?? (await gridOf(db, country.code, fiscalYear, today));
    grids.set(fiscalYear, grid);
    const assessment = assess({ vehicle: taxedVehicleOf(vehicle), fiscalYear, on: today, grid, channel });
    const { status, total, lines } = assessment;
    const { plate } = vehicle;
    if (!total || (status !== 'due' && status !== 'overdue'))
      throw new AppError('TAX_NOT_PAYABLE', { plate, fiscalYear, status });
    if (priced.some((one) => one.vehicleId === vehicle.id && one.fiscalYear === fiscalYear)) {
      throw new AppError('INVALID_INPUT', { fields: ['items'] });
    }
    priced.push({
      vehicleId: vehicle.id,
      plate,
      country: vehicle.country,
      fiscalYear,
      gridVersion: grid.version,
      lines,
      amount: total,
    });
  }
  return priced;
}

/** One's own by its id; anybody's by its plate. */
async function vehicleOf(db: Executor, payerId: string | null, item: PaymentOrderItem, country: Country): Promise<VehicleRow> {
  if ('plate' in item) {
    const found = await findVehicleByPlate(db, country.plateCountry, normalisePlate(item.plate));
    if (!found) throw new AppError('VEHICLE_NOT_FOUND');
    return found;
  }
  const [vehicle, ownerId] = [await findVehicle(db, item.vehicleId), payerId && (await findOwnerId(db, payerId))];
  if (!vehicle || !ownerId || vehicle.ownerId !== ownerId || vehicle.country !== country.plateCountry) {
    throw new AppError('VEHICLE_NOT_FOUND');
  }
  return vehicle;
}

/** The grid of a fiscal year: today's for the current one, for an earlier one what was in force on its last day. */
async function gridOf(db: Executor, country: string, fiscalYear: number, today: string): Promise<PriceGrid> {
  if (fiscalYear > fiscalYearOf(today)) throw new AppError('TAX_NOT_PAYABLE', { fiscalYear, status: 'not_yet_due' });
  const lastDay = lastDayOf(fiscalYear);
  const version = await versionInForce(db, country, lastDay < today ? lastDay : today);
  const grid = version === null ? null : await findGrid(db, country, version);
  if (!grid) throw new AppError('UNAVAILABLE', { what: 'price_grid', country, fiscalYear });
  return grid;
}
