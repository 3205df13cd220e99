import { ACCEPT_CONFIDENCE, KEY_FIELDS, type FieldName, type FieldSource } from '#shared/contracts/documents.ts';
import type { ReviewReason } from '#shared/contracts/reviews.ts';
import { effectiveValue, type FieldState } from './documents.ts';
import { countriesOfPlate, isPlate } from './plates.ts';

/** How long an agent has a document without saying again that they look at it, and how often the page says so. Milliseconds. */
export const REVIEW_LEASE_MS = 150_000;
export const REVIEW_RENEW_MS = 50_000;
/** What is left of it once their line is gone: time for it to come back. */
export const REVIEW_GRACE_MS = 20_000;

/** What the rules know of a confirmed document. */
export interface ConfirmedDocument {
  fields: readonly (FieldState & { source: FieldSource })[];
  /** ISO 3166-1 of the country that issued it, where it was read. */
  issuer: string | null;
  /** The gate advised against its photograph, and the citizen had it read all the same. */
  insisted: boolean;
  /** Its plate is registered to somebody else, who may have to give it up. */
  claim: boolean;
}

/** The fields that decide what is owed: on a person's word alone they may cost the state money. */
const TAX_FIELDS: readonly FieldName[] = ['fiscal_power', 'fuel', 'first_registration'];

/**
 * Why a person of the staff should look at a document that its citizen confirmed; none: nobody has to. At most one reason a field, the
 * gravest first.
 */
export function reviewReasons({ fields, issuer, insisted, claim }: ConfirmedDocument): ReviewReason[] {
  const reasons: ReviewReason[] = [];
  if (claim) reasons.push({ code: 'claim', field: null });
  for (const name of KEY_FIELDS) {
    const field = fields.find((one) => one.name === name);
    const code = field && effectiveValue(field) !== '' ? reasonOfField(field, issuer) : null;
    if (code) reasons.push({ code, field: name });
  }
  if (insisted) reasons.push({ code: 'insisted', field: null });
  return reasons;
}

function reasonOfField(field: FieldState & { source: FieldSource }, issuer: string | null): ReviewReason['code'] | null {
  const value = effectiveValue(field);
  const changed = field.source !== 'person' && field.corrected !== null && field.corrected !== field.value;
  if (changed && field.confidence >= ACCEPT_CONFIDENCE) return 'read_otherwise';
  if (TAX_FIELDS.includes(field.name) && (changed || field.source === 'person')) return 'typed_for_tax';
  if (!changed && field.source !== 'person' && field.confidence < ACCEPT_CONFIDENCE) return 'doubtful_kept';
  if (field.name === 'vin' && !vinCheckDigitFits(value)) return 'vin_check_digit';
  if (field.name === 'plate' && !plateFits(value, issuer)) return 'plate_form';
  return null;
}

/** Whether a plate has a form of the country that issued the document, or of any that is known where that was not read. */
const plateFits = (plate: string, issuer: string | null): boolean =>
  issuer === null ? countriesOfPlate(plate).length > 0 : isPlate(plate, issuer);

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** What each letter counts (ISO 3779; I, O and Q are never there). */
const VIN_LETTERS: Readonly<Record<string, number>> = {
  ...{ A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9 },
  ...{ S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9 },
};

/**
 * Whether the check digit of a VIN (its ninth character) is right, where there must be one: in North America (first character 1 to 5;
 * 49 CFR 565.15) and China (L; GB 16735). Elsewhere makers put there what they like, and nothing is said against it.
 */
export function vinCheckDigitFits(vin: string): boolean {
  if (!/^[1-5L]/.test(vin)) return true;
  const sum = [...vin].reduce((total, character, index) => {
    const counts = /\d/.test(character) ? Number(character) : (VIN_LETTERS[character] ?? 0);
    return total + counts * (VIN_WEIGHTS[index] ?? 0);
  }, 0);
  const rest = sum % 11;
  return vin[8] === (rest === 10 ? 'X' : String(rest));
}

/** The fields that an agent should look at first: those with a reason, then those read with doubt. */
export function fieldsToReview(reasons: readonly ReviewReason[], doubtful: readonly FieldName[]): FieldName[] {
  const named = reasons.flatMap(({ field }) => (field ? [field] : []));
  return [...new Set([...named, ...doubtful])];
}
