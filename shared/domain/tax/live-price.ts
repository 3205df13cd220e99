import { FuelCode } from '#shared/contracts/documents.ts';
import type { AmountDue, Assessment, GridInForce, TaxField } from '#shared/contracts/tax.ts';
import { canonicalField, effectiveValue, isDoubtful, type FieldState } from '../documents.ts';
import { assess } from './assess.ts';
import { PROPERTY_OF, type TaxedVehicle } from './vehicle.ts';

const FIELDS = Object.keys(PROPERTY_OF) as TaxField[];

/** What the fields read so far say of a vehicle. A value that cannot be one (a date in the future, no number) counts as absent. */
export function vehicleOfReading(fields: readonly FieldState[], context: { country: string; today: string }): TaxedVehicle {
  const value = (name: TaxField): string | null => {
    const field = fields.find((one) => one.name === name);
    const canonical = field && canonicalField(name, effectiveValue(field), context);
    return canonical?.ok ? canonical.value : null;
  };
  const number = (name: TaxField): number | null => {
    const text = value(name);
    return text === null ? null : Number(text);
  };
  return {
    category: value('category'),
    fuel: FuelCode.nullable().catch(null).parse(value('fuel')),
    fiscalPower: number('fiscal_power'),
    firstRegistration: value('first_registration'),
    seats: number('seats'),
    maxMass: number('max_mass'),
  };
}

export interface LivePrice {
  assessment: Assessment;
  /** Fields the price rests on that a person should look at: it may still move when they do. */
  doubtful: TaxField[];
}

/**
 * The price while a carte grise is being read, and after: between two totals until the fields that decide it are there, then exact.
 * Takes a reading's progress, or a document's fields with what the person corrected.
 */
export function livePrice(fields: readonly FieldState[], { grid, today, fiscalYear }: GridInForce): LivePrice {
  const vehicle = vehicleOfReading(fields, { country: grid.country, today });
  const assessment = assess({ vehicle, fiscalYear, on: today, grid });
  const doubtful = FIELDS.filter((name) => fields.some((field) => field.name === name && isDoubtful(field)));
  return { assessment, doubtful };
}

/** An assessment in short. */
export function amountDueOf(assessment: Assessment): AmountDue {
  const { fiscalYear, on, currency, status, total, dueDate, missing, changesOn } = assessment;
  return { fiscalYear, on, currency, status, total, dueDate, missing, changesOn };
}
