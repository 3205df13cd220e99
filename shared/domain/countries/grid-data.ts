import type { RuleSource, Tariff } from '#shared/contracts/tax-rules.ts';

type Band = Tariff['bands'][number];
type Cell = Band['cells'][number];

/** An amount that the tax office states, or the press. */
export const law = (amount: number): Cell => ({ amount, source: 'law' });
export const press = (amount: number): Cell => ({ amount, source: 'press' });
/** An amount that nobody named: ours, until the real one is imported as another version. */
export const assumed = (amount: number): Cell => ({ amount, source: 'assumption' });

/** A band up to a value, inclusive; null for the last. */
export const upTo = (limit: number | null, ...cells: Cell[]): Band => ({ upTo: limit, cells });

/** What is said beside a figure. */
export const from = (source: RuleSource): { source: RuleSource } => ({ source });

/**
 * What the codes of P.3 count as in every country so far. Gas (GP, GN) is taxed like petrol: an assumption. EH and EE are petrol
 * hybrids, GL is a diesel hybrid.
 */
export const USUAL_ENERGIES = {
  of: {
    ES: 'petrol',
    GO: 'diesel',
    EL: 'electric',
    EH: 'hybrid',
    GL: 'hybrid',
    EE: 'hybrid',
    GP: 'petrol',
    GN: 'petrol',
    OTHER: null,
  },
  source: 'assumption',
} as const;

/** Trailers have no engine, whatever the country. */
export const TRAILERS = {
  class: 'trailer',
  categories: ['REM', 'SREM', 'REMORQUE', 'SEMIREMORQUE'],
  source: 'assumption',
} as const;
