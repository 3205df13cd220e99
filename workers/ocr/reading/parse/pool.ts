import type { FieldName, PageSide } from '#shared/contracts/documents.ts';
import { FieldName as FieldNameSchema } from '#shared/contracts/documents.ts';
import type { Candidate } from './candidates.ts';
import { withKnownModels } from './models.ts';
import { hasVinCheckDigit } from './values.ts';

/** A candidate with where it comes from. */
export interface PooledCandidate extends Candidate {
  readonly page: PageSide;
  readonly pageIndex: number;
  /** Number of the pass that read it. */
  readonly pass: number;
}

/** The value chosen for a field. */
export interface Chosen {
  readonly name: FieldName;
  readonly value: string;
  readonly confidence: number;
  /** The reading that shows it best: its box is the one that is drawn. */
  readonly best: PooledCandidate;
}

/** What the second, third and fourth pass that agree over the same occurrence count for. */
const AGAIN = [0.6, 0.3, 0.2];
/** Less than this is not worth showing. */
const LEAST_CONFIDENCE = 0.15;
/** No reading is certain. */
const MOST_CONFIDENCE = 0.995;

/** Chooses one value per field from all readings of all passes and pages. */
export function pool(all: readonly PooledCandidate[]): Chosen[] {
  const make = choose(
    'make',
    all.filter((c) => c.name === 'make'),
  );
  const candidates = withKnownModels(all, make && make.confidence > 0.5 ? make.value : undefined);
  return FieldNameSchema.options.flatMap((name) => {
    const chosen = choose(
      name,
      candidates.filter((c) => c.name === name),
    );
    return chosen ? [chosen] : [];
  });
}

/** Values that differ only in spaces, dashes or accents are one value. */
export function sameValueKey(value: string): string {
  return value
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}

function choose(name: FieldName, candidates: PooledCandidate[]): Chosen | null {
  const groups = new Map<string, PooledCandidate[]>();
  for (const candidate of candidates) {
    const key = sameValueKey(candidate.value);
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  const ranked = [...groups.values()]
    .map((group) => ({ group, support: supportOf(name, group) }))
    .sort((a, b) => b.support - a.support);
  const winner = ranked[0];
  if (!winner) return null;
  const rival = ranked[1]?.support ?? 0;
  const confidence = Math.min(MOST_CONFIDENCE, winner.support * (1 - 0.45 * rival));
  const best = [...winner.group].sort((a, b) => displayRank(b) - displayRank(a))[0];
  if (!best || confidence < LEAST_CONFIDENCE) return null;
  return { name, value: best.value, confidence: Math.round(confidence * 1000) / 1000, best };
}

/**
 * How far all readings of one value support it. Different printed occurrences (field, coupon, machine-readable line) are independent
 * witnesses; two passes over the same occurrence share its faults, so the second counts for part.
 */
function supportOf(name: FieldName, group: PooledCandidate[]): number {
  const byPlace = new Map<string, Map<number, number>>();
  for (const { place, page, pass, confidence } of group) {
    const key = `${page} ${place === 'loose' ? 'field' : place}`;
    const passes = byPlace.get(key) ?? new Map<number, number>();
    passes.set(pass, Math.max(passes.get(pass) ?? 0, confidence));
    byPlace.set(key, passes);
  }
  let against = 1;
  for (const passes of byPlace.values()) {
    const [first = 0, ...others] = [...passes.values()].sort((a, b) => b - a);
    against *= others.reduce((doubt, confidence, i) => doubt * (1 - (AGAIN[i] ?? 0.1) * confidence), 1 - first);
  }
  if (name === 'vin' && group.some((c) => hasVinCheckDigit(c.value))) against *= 0.6;
  return 1 - against;
}

/** Prefer the printed field's own box and spelling over the machine-readable line's. */
function displayRank({ place, confidence }: PooledCandidate): number {
  const order = { field: 0.4, loose: 0.2, coupon: 0.1, mrz: 0 };
  return confidence + order[place];
}
