import type { AssessmentLine, AssessmentObstacle, TaxField } from '#shared/contracts/tax.ts';
import { countryOfPlate, effectiveValue, type FieldState } from '#shared/domain/documents.ts';
import { livePrice } from '#shared/domain/tax/live-price.ts';
import type { HeldGrid } from './grid-source.ts';

/** What can be said of the price of a carte grise, going by what was read of it so far. */
export type PriceState =
  | { kind: 'waiting' | 'away' }
  /** Of another country than the grid. */
  | { kind: 'elsewhere'; country: string }
  | { kind: 'between'; min: number; max: number; missing: readonly TaxField[] }
  | { kind: 'unknown'; obstacle: AssessmentObstacle | null; missing: readonly TaxField[] }
  | { kind: 'none'; lines: readonly AssessmentLine[] }
  | { kind: 'settled'; total: number; lines: readonly AssessmentLine[]; fiscalYear: number; doubtful: readonly TaxField[] };

/** @param issuer country that issued the document, where it was read */
export function priceState(
  fields: readonly FieldState[],
  issuer: string | null,
  held: HeldGrid | null,
  away: boolean,
): PriceState {
  if (!held) return { kind: away ? 'away' : 'waiting' };
  const home = held.grid.grid.country;
  const plate = fields.find(({ name }) => name === 'plate');
  const country = plate && effectiveValue(plate) ? countryOfPlate(effectiveValue(plate), home, issuer) : (issuer ?? home);
  if (country !== home) return { kind: 'elsewhere', country };
  const { assessment, doubtful } = livePrice(fields, held.grid);
  const { status, lines, total, range, missing, obstacle, fiscalYear } = assessment;
  if (status === 'exempt') return { kind: 'none', lines };
  if (total !== null) return { kind: 'settled', total, lines, fiscalYear, doubtful };
  return range ? { kind: 'between', ...range, missing } : { kind: 'unknown', obstacle, missing };
}

/**
 * Where between nothing and the dearest that it could ever be the price lies, as shares: for a bar that closes in.
 * @param widest the largest amount that was possible since the page opened
 */
export function priceSpan(state: PriceState, widest: number): { from: number; to: number } {
  if (widest <= 0) return { from: 0, to: 1 };
  if (state.kind === 'between') return { from: state.min / widest, to: Math.min(1, state.max / widest) };
  if (state.kind === 'settled') return { from: Math.min(1, state.total / widest), to: Math.min(1, state.total / widest) };
  return state.kind === 'none' ? { from: 0, to: 0 } : { from: 0, to: 1 };
}
