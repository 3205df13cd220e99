import { taxedVehicleOf } from '#db/amounts-due.ts';
import type { Db } from '#db/connect.ts';
import { readPlateState } from '#db/paid-taxes.repository.ts';
import { findVehicleByPlate } from '#db/vehicles.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { GridInForce, PlateLookup } from '#shared/contracts/tax.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { canonicalField, countryOfPlate, fieldError } from '#shared/domain/documents.ts';
import { assess } from '#shared/domain/tax/assess.ts';
import type { GridSource } from './grid-source.service.ts';
import type { AnswerBasis, KeptLookup, PlateCache, PlateKey } from './plate-cache.service.ts';

export interface TaxDeps {
  db: Db;
  country: Country;
  clock: () => Date;
  grids: GridSource;
  plates: PlateCache;
  /**
   * Told of each look-up what the cache had: the answer (`hit`), that nobody has the plate (`hit_unknown`), an answer that is out of date
   * (`stale`), or nothing (`miss`).
   */
  onLookup?: (outcome: CacheOutcome) => void;
}

export type CacheOutcome = 'hit' | 'hit_unknown' | 'stale' | 'miss';

export interface TaxService {
  /** @throws AppError UNAVAILABLE when no grid is in force */
  grid(): Promise<GridInForce>;
  /**
   * What is owed for a plate as it was typed; nothing in the answer tells of a person.
   * @throws AppError PLATE_INVALID, NOT_FOUND (a plate of another country, or that the register does not have), UNAVAILABLE
   */
  lookUp(typed: string): Promise<PlateLookup>;
}

type Rules = Pick<GridInForce, 'grid' | 'fiscalYear'>;

export function createTaxService({ db, country, clock, grids, plates, onLookup }: TaxDeps): TaxService {
  /** What is being computed, so that many who ask for one plate at once cost one reading. */
  const computing = new Map<string, Promise<KeptLookup | null>>();

  function compute(key: PlateKey, basis: AnswerBasis, rules: Rules): Promise<KeptLookup | null> {
    const name = [key.country, key.plate, basis.version, basis.gridVersion, basis.on].join(' ');
    const found = computing.get(name);
    if (found) return found;
    const made = read(key, basis, rules).finally(() => computing.delete(name));
    computing.set(name, made);
    return made;
  }

  async function read(key: PlateKey, basis: AnswerBasis, { grid, fiscalYear }: Rules): Promise<KeptLookup | null> {
    const vehicle = await findVehicleByPlate(db, key.country, key.plate);
    if (!vehicle) return null;
    const assessment = assess({ vehicle: taxedVehicleOf(vehicle), fiscalYear, on: basis.on, grid });
    const lookup: KeptLookup = { ...key, make: vehicle.make, assessment };
    // Under the version that was asked before: a change in between makes the next one ask again.
    await plates.keep(lookup, basis.version);
    return lookup;
  }

  return {
    grid: () => grids.current(),

    async lookUp(typed) {
      const { grid, today, fiscalYear } = await grids.current();
      const canonical = canonicalField('plate', typed, { country: country.code, today });
      if (!canonical.ok) throw fieldError('plate', canonical.fault);
      const key = { country: countryOfPlate(canonical.value, country.code), plate: canonical.value };
      // The register may know it, as somebody's vehicle; its tax is another country's.
      if (key.country !== country.code) throw new AppError('NOT_FOUND', { what: 'plate', ...key });
      const unknown = (): AppError => new AppError('NOT_FOUND', { what: 'plate', plate: key.plate });
      const cached = await plates.read(key);
      if (cached.state === 'unknown') {
        onLookup?.('hit_unknown');
        throw unknown();
      }
      // Each asks for itself: an answer that another is still waiting for may be of before the payment.
      const asOf = clock().toISOString();
      const state = await readPlateState(db, key, fiscalYear);
      const basis = { version: state?.version ?? '', gridVersion: grid.version, on: today };
      const kept = state && cached.state === 'kept' && isOf(cached, basis) ? cached.lookup : null;
      onLookup?.(kept ? 'hit' : cached.state === 'kept' ? 'stale' : 'miss');
      if (!state) {
        await plates.keepUnknown(key);
        throw unknown();
      }
      const lookup = kept ?? (await compute(key, basis, { grid, fiscalYear }));
      if (!lookup) throw unknown();
      return { ...lookup, paid: state.paid, asOf };
    },
  };
}

const isOf = ({ version, lookup }: { version: string; lookup: KeptLookup }, basis: AnswerBasis): boolean =>
  version === basis.version && lookup.assessment.gridVersion === basis.gridVersion && lookup.assessment.on === basis.on;
