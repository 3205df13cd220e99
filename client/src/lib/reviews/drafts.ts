import { FieldName, type FieldView } from '#shared/contracts/documents.ts';
import type { ReviewReason } from '#shared/contracts/reviews.ts';
import { COUNTRIES, type CountryCode } from '#shared/domain/countries/countries.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { canonicalField, effectiveValue, isDoubtful, type FieldContext, type FieldFault } from '#shared/domain/documents.ts';
import { fieldsToReview } from '#shared/domain/reviews.ts';
import { FIELD_ORDER } from '../documents/field-rows.ts';

/** What an agent has typed and seen of one document; kept until they decide. */
export interface Draft {
  /** Only of fields that they touched, as typed. */
  values: Partial<Record<FieldName, string>>;
  seen: FieldName[];
}

export const emptyDraft = (): Draft => ({ values: {}, seen: [] });

/** A draft that was kept; an empty one for anything else. */
export function parseDraft(text: string | null): Draft {
  try {
    const { values, seen } = JSON.parse(text ?? '') as Partial<Draft>;
    const known = Object.entries(values ?? {}).filter(
      ([name, value]) => FieldName.safeParse(name).success && typeof value === 'string',
    );
    return { values: Object.fromEntries(known), seen: (seen ?? []).filter((name) => FieldName.safeParse(name).success) };
  } catch {
    return emptyDraft();
  }
}

/** In what today's values are judged. `issuer`: the country that issued the document, where it was read. */
export const deskContext = (country: CountryCode, issuer: string | null): FieldContext => ({
  country,
  today: civilDate(new Date(), COUNTRIES[country].timeZone),
  issuer,
});

/** One value on the desk: `shown` is what its box holds, `now` what counts today. */
export interface DeskRow {
  name: FieldName;
  field: FieldView | null;
  now: string;
  shown: string;
  toCheck: boolean;
  seen: boolean;
  changed: boolean;
  fault: FieldFault | null;
}

/** Days as people write them: they are typed faster than picked. */
const asTyped = (name: FieldName, value: string): string =>
  name === 'first_registration' ? value.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$3/$2/$1') : value;

/** The values of a document, those to be looked at first. */
export function deskRows(
  fields: readonly FieldView[],
  reasons: readonly ReviewReason[],
  draft: Draft,
  context: FieldContext,
): DeskRow[] {
  const first = fieldsToReview(
    reasons,
    fields.filter(isDoubtful).map(({ name }) => name),
  );
  const rows = FIELD_ORDER.map((name): DeskRow => {
    const field = fields.find((one) => one.name === name) ?? null;
    const now = field ? effectiveValue(field) : '';
    const typed = draft.values[name];
    const canonical = typed === undefined || (typed.trim() === '' && now === '') ? null : canonicalField(name, typed, context);
    return {
      ...{ name, field, now, shown: typed ?? asTyped(name, now) },
      toCheck: first.includes(name),
      seen: draft.seen.includes(name),
      changed: canonical?.ok === true && canonical.value !== now,
      fault: canonical && !canonical.ok ? canonical.fault : null,
    };
  });
  return [...rows.filter((row) => row.toCheck), ...rows.filter((row) => !row.toCheck)];
}
