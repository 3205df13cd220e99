import type { Level } from '#shared/contracts/alarm-metrics.ts';
import { nextCondition, QUIET, type Terms } from './condition.ts';

/** A minute of a metric: between which values it was. Milliseconds. */
export interface Minute {
  at: number;
  low: number;
  high: number;
}
export interface TrialAlarm {
  level: Level;
  openedAt: number;
  /** Null: it would last still. */
  closedAt: number | null;
  peak: number;
}

/** With a measure a minute, one that is missing is a minute; two are a gap. */
const GAP_MS = 150_000;

/**
 * What a rule would have opened over minutes that were kept. Each minute counts as its worst value, so that what came and went within a
 * minute is not overlooked: a trial tells rather too much than too little.
 */
export function trialOf(minutes: readonly Minute[], terms: Terms): TrialAlarm[] {
  let condition = QUIET;
  const found: TrialAlarm[] = [];
  for (const { at, low, high } of minutes) {
    const value = terms.comparison === 'above' ? high : low;
    const peak = condition.open?.peak;
    const { condition: next, turn } = nextCondition(condition, { at, value }, terms, GAP_MS);
    condition = next;
    const last = found.at(-1);
    if (turn === 'opened' && next.open) found.push({ level: next.open.level, openedAt: at, closedAt: null, peak: value });
    else if (last && turn === 'closed') Object.assign(last, { closedAt: at, peak: peak ?? last.peak });
    else if (last && next.open) Object.assign(last, { level: next.open.level, peak: next.open.peak });
  }
  return found;
}
