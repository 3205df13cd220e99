import { FuelCode } from '#shared/contracts/documents.ts';
import type { AmountDue } from '#shared/contracts/tax.ts';
import { COUNTRIES } from '#shared/domain/countries/countries.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import { fiscalYearOf } from '#shared/domain/tax/calendar.ts';
import { amountDueOf } from '#shared/domain/tax/live-price.ts';
import type { TaxedVehicle } from '#shared/domain/tax/vehicle.ts';
import type { Executor } from './connect.ts';
import { gridsInForce } from './price-grids.repository.ts';
import type { vehicles } from './schema/vehicles.ts';

type VehicleRow = typeof vehicles.$inferSelect;

/** What the tax looks at, of a row of the register. A fuel that is no code counts as unknown. */
export const taxedVehicleOf = (
  row: Pick<VehicleRow, 'category' | 'fuel' | 'fiscalPower' | 'firstRegistration' | 'seats' | 'maxMass'>,
): TaxedVehicle => ({
  category: row.category,
  fuel: FuelCode.nullable().catch(null).parse(row.fuel),
  fiscalPower: row.fiscalPower,
  firstRegistration: row.firstRegistration,
  seats: row.seats,
  maxMass: row.maxMass,
});

/**
 * Reads the grids in force, in one query, and answers with what says of any vehicle what is due at that moment: null for one of a country
 * without a grid.
 */
export async function amountsDueAt(db: Executor, at: Date): Promise<(vehicle: VehicleRow) => AmountDue | null> {
  const today = Object.fromEntries(Object.values(COUNTRIES).map(({ code, timeZone }) => [code, civilDate(at, timeZone)]));
  const grids = await gridsInForce(db, today);
  return (vehicle) => {
    const [grid, on] = [grids.get(vehicle.country), today[vehicle.country]];
    if (!grid || !on) return null;
    return amountDueOf(assess({ vehicle: taxedVehicleOf(vehicle), fiscalYear: fiscalYearOf(on), on, grid }));
  };
}
