import type { Chosen } from './pool.ts';

/** What was read beside the fields and can contradict them. */
export interface Witnesses {
  readonly issueDates: readonly string[];
}

/**
 * Confronts the chosen values with what else the document says: a vehicle cannot be registered after its document was issued,
 * and a first registration equal to the issue date is suspect when only one of them was found by its own label.
 */
export function crossCheck(chosen: readonly Chosen[], { issueDates }: Witnesses): Chosen[] {
  const issued = [...issueDates].sort().at(-1);
  return chosen.map((field) => {
    if (field.name !== 'first_registration' || !issued || field.value <= issued || field.best.source === 'mrz') return field;
    return { ...field, confidence: Math.round(field.confidence * 0.9 * 1000) / 1000 };
  });
}
