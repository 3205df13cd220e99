import type { DocumentView, FieldName, FieldView, ReadField, ReadingProgress } from '#shared/contracts/documents.ts';
import { countryOfPlate, effectiveValue, isDoubtful } from '#shared/domain/documents.ts';
import { formatPlate } from '#shared/domain/plates.ts';
import type { Formats } from '../i18n/format.ts';
import type { Messages } from '../i18n/messages.ts';

/** The order in which a person reads them, with the letters that stand beside each on a harmonised card. */
export const FIELD_CODES = {
  plate: 'A',
  first_registration: 'B',
  owner: 'C.1',
  make: 'D.1',
  model: 'D.3',
  vin: 'E',
  fuel: 'P.3',
  fiscal_power: 'P.6',
  category: 'J',
  seats: 'S.1',
  max_mass: 'F.2',
} as const satisfies Record<FieldName, string>;

export const FIELD_ORDER = Object.keys(FIELD_CODES) as readonly FieldName[];

export interface FieldRow {
  name: FieldName;
  code: string;
  field: FieldView | null;
  /** `waiting` only while a reading goes on: what it may yet find. */
  state: 'waiting' | 'missing' | 'sure' | 'doubtful' | 'corrected';
}

const asView = (field: ReadField): FieldView => ({ ...field, corrected: null });

/** The fields to show: while reading, those of the progress (of this attempt); afterwards, the document's. */
export function fieldsToShow(document: DocumentView, progress: ReadingProgress | null): readonly FieldView[] {
  if (document.status !== 'reading') return document.fields;
  return progress?.attempt === document.attempt ? progress.fields.map(asView) : [];
}

export function fieldRows(fields: readonly FieldView[], reading: boolean): FieldRow[] {
  return FIELD_ORDER.map((name) => {
    const field = fields.find((one) => one.name === name) ?? null;
    const present = field !== null && effectiveValue(field) !== '';
    const state = !present
      ? reading
        ? 'waiting'
        : 'missing'
      : field.corrected !== null
        ? 'corrected'
        : isDoubtful(field)
          ? 'doubtful'
          : 'sure';
    return { name, code: FIELD_CODES[name], field: present ? field : null, state };
  });
}

/** What a value is shown with: the platform's country and the one that issued the document, the words and the way of writing. */
export interface Showing {
  country: string;
  issuer: string | null;
  m: Messages;
  f: Formats;
}

/** A canonical value as people write it. */
export function showField(name: FieldName, value: string, { country, issuer, m, f }: Showing): string {
  const texts = m.documents.fields;
  switch (name) {
    case 'plate':
      return formatPlate(value, countryOfPlate(value, country, issuer));
    case 'first_registration':
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? f.date(value) : value;
    case 'fuel':
      return Object.hasOwn(texts.fuel, value) ? texts.fuel[value as keyof typeof texts.fuel] : value;
    case 'fiscal_power':
      return texts.horsepower(value);
    case 'max_mass':
      return /^\d+$/.test(value) ? texts.kilograms(f.number(Number(value))) : value;
    default:
      return value;
  }
}
