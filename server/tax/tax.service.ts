import { taxedVehicleOf } from '#db/amounts-due.ts';
import type { Db } from '#db/connect.ts';
import { isTaxPaid } from '#db/paid-taxes.repository.ts';
import { findVehicleByPlate } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { canonicalField, countryOfPlate, fieldError } from '#shared/domain/documents.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import type { GridSource } from './grid-source.service.ts';
import type { PlateCache } from './plate-cache.service.ts';

export interface TaxDeps {
  db: Db;
  country: Country;
  clock: () => Date;
  grids: GridSource;
  plates: PlateCache;
  /** Told of each look-up, whether the cache had it. */
  onLookup?: (result: 'hit' | 'miss') => void;
}

export interface TaxService {
  /** @throws AppError UNAVAILABLE when no grid is in force */
  grid(): Promise<GridInForce>;
  /**
   * What is owed for a plate as it was typed; nothing in the answer tells of a person.
   * @throws AppError PLATE_INVALID, NOT_FOUND (a plate of another country, or that the register does not have), UNAVAILABLE
   */
  lookUp(typed: string): Promise<PlateLookup>;
}

export function createTaxService({ db, country, clock, grids, plates, onLookup }: TaxDeps): TaxService {
  return {
    grid: () => grids.current(),

    async lookUp(typed) {
      const { grid, today, fiscalYear } = await grids.current();
      const canonical = canonicalField('plate', typed, { country: country.code, today });
      if (!canonical.ok) throw fieldError('plate', canonical.fault);
      const key = { country: countryOfPlate(canonical.value, country.code), plate: canonical.value };
      // The register may know it, as somebody's vehicle; its tax is another country's.
      if (key.country !== country.code) throw new AppError('NOT_FOUND', { what: 'plate', ...key });
      const kept = await plates.read(key, { gridVersion: grid.version, on: today });
      onLookup?.(kept ? 'hit' : 'miss');
      const paid = await isTaxPaid(db, key, fiscalYear);
      if (kept) return { ...kept, paid };
      const asOf = clock().toISOString();
      const vehicle = await findVehicleByPlate(db, key.country, key.plate);
      if (!vehicle) throw new AppError('NOT_FOUND', { what: 'plate', plate: key.plate });
      const assessment = assess({ vehicle: taxedVehicleOf(vehicle), fiscalYear, on: today, grid });
      const lookup: PlateLookup = { ...key, make: vehicle.make, assessment, paid, asOf };
      await plates.keep(lookup);
      return lookup;
    },
  };
}
