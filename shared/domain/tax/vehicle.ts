import type { FuelCode } from '#shared/contracts/documents.ts';
import type { TaxField } from '#shared/contracts/tax.ts';
import type { Energy, TaxRules, VehicleClass } from '#shared/contracts/tax-rules.ts';

/** What the tax looks at. Null: the carte grise does not say, or it was not read yet. */
export interface TaxedVehicle {
  /** As printed or read: `VP`, `CTTE`, `Ambulance`, … */
  category: string | null;
  fuel: FuelCode | null;
  /** CV. */
  fiscalPower: number | null;
  /** ISO date. */
  firstRegistration: string | null;
  seats: number | null;
  /** F.2, kilograms. */
  maxMass: number | null;
}

/** Nothing is known yet. */
export const UNKNOWN_VEHICLE: TaxedVehicle = {
  category: null,
  fuel: null,
  fiscalPower: null,
  firstRegistration: null,
  seats: null,
  maxMass: null,
};

/** Where each field of the assessment's `missing` stands in a vehicle. */
export const PROPERTY_OF = {
  category: 'category',
  fuel: 'fuel',
  fiscal_power: 'fiscalPower',
  first_registration: 'firstRegistration',
  seats: 'seats',
  max_mass: 'maxMass',
} as const satisfies Record<TaxField, keyof TaxedVehicle>;

/** The class that a category makes of a vehicle: `vehicle` when it is none that the law tells apart, or absent. */
export function classOf(category: string | null, rules: TaxRules): VehicleClass {
  const plain = category
    ?.normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  return (plain && rules.classes.find((one) => one.categories.includes(plain))?.class) || 'vehicle';
}

/** What a fuel counts as; null when it is absent or cannot be told. */
export const energyOf = (fuel: FuelCode | null, rules: TaxRules): Energy | null => fuel && rules.energies.of[fuel];
