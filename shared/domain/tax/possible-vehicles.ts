import { FuelCode } from '#shared/contracts/documents.ts';
import type { TaxField } from '#shared/contracts/tax.ts';
import type { TaxRules } from '#shared/contracts/tax-rules.ts';
import { addDays, addMonths } from '../dates.ts';
import type { AssessmentQuestion } from './assessment-question.ts';
import { energyOf, PROPERTY_OF, type TaxedVehicle } from './vehicle.ts';

/**
 * Vehicles that stand for all that a half-known one can turn out to be: one for each case that the rules tell apart. A few hundred at
 * most; their smallest and largest totals are those of all.
 */
export function possibleVehicles({ vehicle, ...question }: AssessmentQuestion, missing: readonly TaxField[]): TaxedVehicle[] {
  let possible: TaxedVehicle[] = [vehicle];
  for (const field of missing) {
    const values = valuesOf(field, question);
    possible = possible.flatMap((one) => values.map((value): TaxedVehicle => ({ ...one, [PROPERTY_OF[field]]: value })));
  }
  return possible;
}

function valuesOf(field: TaxField, question: Omit<AssessmentQuestion, 'vehicle'>): readonly (string | number)[] {
  const { rules } = question.grid;
  switch (field) {
    case 'fuel':
      return fuelsOf(rules);
    case 'fiscal_power':
    case 'seats':
    case 'max_mass':
      return [
        ...new Set(rules.tariffs.filter(({ by }) => by === field).flatMap(({ bands }) => bands.map(({ upTo }) => upTo))),
      ].map((upTo) => upTo ?? Number.MAX_SAFE_INTEGER);
    case 'first_registration':
      return registrationsOf(question);
    case 'category':
      return [];
  }
}

/** One code for each energy. */
function fuelsOf(rules: TaxRules): FuelCode[] {
  const codes = new Map(FuelCode.options.map((code) => [energyOf(code, rules), code]));
  codes.delete(null);
  return [...codes.values()];
}

/**
 * Days until today: one of each band of age; of a vehicle that is new in the fiscal year, the first and last day of each month, between
 * which the total goes one way only; and today itself, which may lie before or after all of these.
 */
function registrationsOf({ fiscalYear, on, grid }: Omit<AssessmentQuestion, 'vehicle'>): string[] {
  const january = `${fiscalYear}-01-01`;
  const bands = grid.rules.ages.from.map((age) => addDays(addMonths(january, -12 * age), -1));
  const months = Array.from({ length: 12 }, (_, month) => addMonths(january, month));
  const ends = months.map((first) => addDays(addMonths(first, 1), -1));
  const days = [...bands, ...months, ...ends].filter((day) => day <= on);
  return [...new Set([...days, on])];
}
