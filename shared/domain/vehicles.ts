import { FuelCode, type FieldName } from '#shared/contracts/documents.ts';
import {
  MANDATORY_FIELDS,
  canonicalField,
  countryOfPlate,
  effectiveValue,
  type FieldContext,
  type FieldFault,
  type FieldState,
} from './documents.ts';

/** What a carte grise says of a vehicle, in the form the register keeps. */
export interface VehicleData {
  country: string;
  plate: string;
  /** As printed: the holder is not always the person who added the vehicle. */
  holderName: string;
  vin: string | null;
  firstRegistration: string;
  make: string | null;
  model: string | null;
  fuel: FuelCode;
  fiscalPower: number;
  category: string | null;
  seats: number | null;
  maxMass: number | null;
}

export type VehicleReading =
  { ok: true; vehicle: VehicleData } | { ok: false; missing: FieldName[]; invalid: { name: FieldName; fault: FieldFault }[] };

/**
 * Makes a vehicle of a document's fields. A mandatory field that is missing or wrong prevents it; another that is wrong is left
 * out when it was only read, and prevents it when a person typed it.
 */
export function vehicleOfFields(fields: readonly FieldState[], context: FieldContext): VehicleReading {
  const values = new Map<FieldName, string>();
  const invalid: { name: FieldName; fault: FieldFault }[] = [];
  for (const field of fields) {
    const canonical = canonicalField(field.name, effectiveValue(field), context);
    if (canonical.ok) values.set(field.name, canonical.value);
    else if (canonical.fault !== 'empty' && (isMandatory(field.name) || field.corrected !== null)) {
      invalid.push({ name: field.name, fault: canonical.fault });
    }
  }
  const missing = MANDATORY_FIELDS.filter((name) => !values.has(name) && !invalid.some((fault) => fault.name === name));
  const [plate, holderName, fuel, firstRegistration] = (['plate', 'owner', 'fuel', 'first_registration'] as const).map((name) =>
    values.get(name),
  );
  const fiscalPower = numberOf(values.get('fiscal_power'));
  const fuelCode = FuelCode.safeParse(fuel);
  if (
    invalid.length > 0 ||
    missing.length > 0 ||
    !plate ||
    !holderName ||
    !firstRegistration ||
    fiscalPower === null ||
    !fuelCode.success
  ) {
    return { ok: false, missing, invalid };
  }
  return {
    ok: true,
    vehicle: {
      country: countryOfPlate(plate, context.country, context.issuer),
      plate,
      holderName,
      vin: values.get('vin') ?? null,
      firstRegistration,
      make: values.get('make') ?? null,
      model: values.get('model') ?? null,
      fuel: fuelCode.data,
      fiscalPower,
      category: values.get('category') ?? null,
      seats: numberOf(values.get('seats')),
      maxMass: numberOf(values.get('max_mass')),
    },
  };
}

const isMandatory = (name: FieldName): boolean => MANDATORY_FIELDS.some((mandatory) => mandatory === name);
const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

/** What happens when a document about a plate is confirmed. */
export type Registration = 'take_over' | 'update' | 'belongs_to_another';

/** `ownerId` of the register's entry (null: nobody's), and the confirming person's. */
export function registrationOf(ownerId: string | null, mine: string): Registration {
  if (ownerId === null) return 'take_over';
  return ownerId === mine ? 'update' : 'belongs_to_another';
}
