import { ACCEPT_CONFIDENCE, FuelCode, KEY_FIELDS, type DocumentStatus, type FieldName } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { couldBePlate, countriesOfPlate, isPlate, normalisePlate } from './plates.ts';

/** Where a document may go from each status. `queued → queued`: another photograph before its turn; `reading → reading`: read again. */
export const DOCUMENT_TRANSITIONS: Readonly<Record<DocumentStatus, readonly DocumentStatus[]>> = {
  queued: ['queued', 'reading', 'discarded'],
  reading: ['reading', 'read', 'needs_photo', 'failed', 'discarded'],
  needs_photo: ['queued', 'discarded'],
  read: ['queued', 'confirmed', 'discarded'],
  failed: ['queued', 'discarded'],
  /** An agent asks for another photograph. */
  confirmed: ['needs_photo'],
  discarded: [],
};

export const canMove = (from: DocumentStatus, to: DocumentStatus): boolean => DOCUMENT_TRANSITIONS[from].includes(to);

/** What a document must have before it becomes a vehicle: who, what, and what decides the tax. */
export const MANDATORY_FIELDS = [
  'plate',
  'owner',
  'fuel',
  'fiscal_power',
  'first_registration',
] as const satisfies readonly FieldName[];

/** The part of a field that the rules look at. */
export interface FieldState {
  name: FieldName;
  value: string;
  confidence: number;
  corrected: string | null;
}

/** What counts: the person's word, else what was read. */
export const effectiveValue = (field: FieldState): string => field.corrected ?? field.value;

/** The fields of `wanted` that nobody gave a value for, in the order of `wanted`. */
export function missingFields(fields: readonly FieldState[], wanted: readonly FieldName[] = KEY_FIELDS): FieldName[] {
  return wanted.filter((name) => !fields.some((field) => field.name === name && effectiveValue(field) !== ''));
}

/** Whether a person should look at a field: read with less than `ACCEPT_CONFIDENCE`, and not corrected or confirmed by them. */
export const isDoubtful = (field: FieldState): boolean => field.corrected === null && field.confidence < ACCEPT_CONFIDENCE;

export const doubtfulFields = (fields: readonly FieldState[]): FieldName[] =>
  fields.filter(isDoubtful).map((field) => field.name);

/** Why a value was not taken. */
export type FieldFault =
  | 'empty'
  | 'too_long'
  | 'not_a_plate'
  | 'not_a_vin'
  | 'not_a_date'
  | 'in_the_future'
  | 'too_old'
  | 'unknown_code'
  | 'not_a_number'
  | 'out_of_range'
  | 'no_letter';

export interface FieldContext {
  /** ISO 3166-1 of the country that runs the platform: its plates come first. */
  country: string;
  /** ISO date of today in that country. */
  today: string;
  /** ISO 3166-1 of the country that issued the document, where it was read. */
  issuer?: string | null;
}

export type CanonicalField = { ok: true; value: string } | { ok: false; fault: FieldFault };

/** Smallest and largest value of the fields that are numbers: CV, places, kilograms. */
export const NUMBER_RANGES = { fiscal_power: [1, 99], seats: [1, 99], max_mass: [50, 100_000] } as const;
/** A first registration before this is a misreading. */
export const OLDEST_REGISTRATION = '1900-01-01';
/** ISO 3779: 17 characters, never I, O or Q. */
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/;

const accept = (value: string): CanonicalField => ({ ok: true, value });
const refuse = (fault: FieldFault): CanonicalField => ({ ok: false, fault });

/** Brings a value that was typed or read to its canonical form (`ReadField.value`), or says what is wrong with it. */
export function canonicalField(name: FieldName, text: string, context: FieldContext): CanonicalField {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  if (trimmed === '') return refuse('empty');
  switch (name) {
    case 'plate':
      return canonicalPlate(trimmed, context.country);
    case 'vin': {
      const vin = trimmed.toUpperCase().replace(/[\s-]/g, '');
      return VIN.test(vin) ? accept(vin) : refuse('not_a_vin');
    }
    case 'first_registration':
      return canonicalDate(trimmed, context.today);
    case 'fuel': {
      const code = FuelCode.safeParse(trimmed.toUpperCase());
      return code.success ? accept(code.data) : refuse('unknown_code');
    }
    case 'fiscal_power':
    case 'seats':
    case 'max_mass':
      return canonicalNumber(trimmed, NUMBER_RANGES[name]);
    case 'owner':
      return canonicalName(trimmed, 120, true);
    case 'make':
      return canonicalName(trimmed, 60, true);
    case 'model':
    case 'category':
      return canonicalName(trimmed, 60, false);
  }
}

/** A fault as the error a client is told of. */
export function fieldError(name: FieldName, fault: FieldFault): AppError {
  const code = name === 'plate' ? 'PLATE_INVALID' : name === 'vin' ? 'VIN_INVALID' : 'DOCUMENT_FIELD_INVALID';
  return new AppError(code, { name, fault });
}

/**
 * The country whose register a plate belongs to. Countries share forms (`AA-123-AA` is French, Ivorian and Senegalese), so the country
 * that issued the document (`issuer`) comes first where the plate can be one of its own; then the platform's own, then the first known
 * country with that form. From a plate alone the answer is always the same.
 */
export function countryOfPlate(plate: string, home: string, issuer: string | null = null): string {
  const known = countriesOfPlate(plate);
  if (issuer !== null && known.some((country) => country === issuer)) return issuer;
  return isPlate(plate, home) ? home : (known[0] ?? home);
}

function canonicalPlate(text: string, home: string): CanonicalField {
  const plate = normalisePlate(text);
  return couldBePlate(plate, home) ? accept(plate) : refuse('not_a_plate');
}

function canonicalDate(text: string, today: string): CanonicalField {
  const french = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  const iso = french ? `${french[3]}-${french[2]?.padStart(2, '0')}-${french[1]?.padStart(2, '0')}` : text;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return refuse('not_a_date');
  const time = Date.parse(`${iso}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso) return refuse('not_a_date');
  if (iso > today) return refuse('in_the_future');
  return iso < OLDEST_REGISTRATION ? refuse('too_old') : accept(iso);
}

function canonicalNumber(text: string, [least, most]: readonly [number, number]): CanonicalField {
  const digits = text.replace(/\s?(cv|kg)$/i, '').replace(/\s/g, '');
  if (!/^\d{1,7}$/.test(digits)) return refuse('not_a_number');
  const number = Number(digits);
  return number >= least && number <= most ? accept(String(number)) : refuse('out_of_range');
}

function canonicalName(text: string, longest: number, withLetter: boolean): CanonicalField {
  const name = text.normalize('NFC').toLocaleUpperCase('fr');
  if (name.length > longest) return refuse('too_long');
  return withLetter && !/\p{L}/u.test(name) ? refuse('no_letter') : accept(name);
}
