import fc from 'fast-check';
import { FuelCode } from '#shared/contracts/documents.ts';
import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import { FIRST_GRIDS } from '../../countries/grids.ts';
import { addDays } from '../../dates.ts';
import type { TaxedVehicle } from '../vehicle.ts';

export const anyGrid = fc.constantFrom(...Object.values(FIRST_GRIDS));
/** Days of 1990 to 2027. */
export const anyDay = fc.integer({ min: 0, max: 13_800 }).map((days) => addDays('1990-01-01', days));
/** Days of the year 2026 and some on both sides. */
export const anyAssessmentDay = fc.integer({ min: -60, max: 800 }).map((days) => addDays('2026-01-01', days));
export const anyCategory = fc.constantFrom(
  null,
  'VP',
  'CTTE',
  'CAM',
  'TCP',
  'TM',
  'MTL',
  'REM',
  'Ambulance',
  'Sapeurs-Pompiers',
  'Société',
  '?',
);

/** A vehicle of which everything is known, `on` or before. */
export const wholeVehicle = (on: string): fc.Arbitrary<TaxedVehicle & { fuel: FuelCode; firstRegistration: string }> =>
  fc.record({
    category: anyCategory,
    fuel: fc.constantFrom(...FuelCode.options),
    fiscalPower: fc.integer({ min: 1, max: 99 }),
    firstRegistration: anyDay.map((day) => (day > on ? on : day)),
    seats: fc.integer({ min: 1, max: 99 }),
    maxMass: fc.integer({ min: 50, max: 40_000 }),
  });

/** A whole question about the fiscal year 2026. */
export const anyQuestion = fc
  .tuple(anyGrid, anyAssessmentDay)
  .chain(([grid, on]) => wholeVehicle(on).map((vehicle) => ({ grid, on, vehicle, fiscalYear: 2026 })));

/** The next version of a grid, with every amount of its tariffs raised. */
export function raised(grid: PriceGrid, by: number): PriceGrid {
  const next = structuredClone(grid);
  next.version += 1;
  next.effectiveFrom = '2026-07-01';
  for (const { bands } of next.rules.tariffs) for (const { cells } of bands) for (const cell of cells) cell.amount += by;
  return next;
}
