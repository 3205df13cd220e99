import type { Comparison, Level } from '#shared/contracts/alarm-metrics.ts';

/** A rule as far as time and value go. At least one threshold; past the alarm's is past the warning's too. Times in milliseconds. */
export interface Terms {
  comparison: Comparison;
  warnAt: number | null;
  alarmAt: number | null;
  /** The value must be past a threshold for so long, without a pause, before anybody is told. */
  holdMs: number;
  /** It must be well for so long, without a pause, before the alarm closes: a value that swings about the threshold opens one alarm. */
  clearMs: number;
}

/** What is known of one rule and subject. Instants in milliseconds since 1970. */
export interface Condition {
  /** Since when the value is past each threshold without a pause; null: it is not. */
  past: Readonly<Record<Level, number | null>>;
  /** Of the last measure that said something; null: none ever did. */
  lastAt: number | null;
  open: OpenAlarm | null;
}

export interface OpenAlarm {
  level: Level;
  /** When the value came past the threshold; `openedAt` is when it had been for long enough. */
  since: number;
  openedAt: number;
  /** The worst value so far. */
  peak: number;
  /** Since when it is well again without a pause; null: it is not. */
  betterSince: number | null;
}

/** A measure; `value` null: nobody knows. */
export interface Measure {
  at: number;
  value: number | null;
}

export type Turn = 'opened' | 'escalated' | 'closed';

export const QUIET: Condition = { past: { warning: null, alarm: null }, lastAt: null, open: null };

/** Two measures further apart than this do not say what was between them: durations begin anew. Milliseconds. */
export const GAP_MS = 30_000;

export const isPast = (value: number, threshold: number | null, comparison: Comparison): boolean =>
  threshold !== null && (comparison === 'above' ? value > threshold : value < threshold);

export const worse = (a: number, b: number, comparison: Comparison): number =>
  comparison === 'above' ? Math.max(a, b) : Math.min(a, b);

/** In which of the states of an alarm's life a condition is. That somebody acknowledged it is known of the alarm itself. */
export function phaseOf({ past, open }: Condition): 'ok' | 'pending' | 'firing' {
  return open ? 'firing' : past.warning !== null || past.alarm !== null ? 'pending' : 'ok';
}

/**
 * What one more measure makes of a condition: ok → pending → firing (→ worse) → ok. An unknown value, or one older than the last, changes
 * nothing: it neither opens nor closes. After a gap (`GAP_MS`) an open alarm stays open, and what was about to open or to close has to
 * hold from the beginning again.
 */
export function nextCondition(
  condition: Condition,
  measure: Measure,
  terms: Terms,
  gapMs: number = GAP_MS,
): { condition: Condition; turn: Turn | null } {
  const { at, value } = measure;
  const { lastAt, past: before, open } = condition;
  if (value === null || !Number.isFinite(value) || (lastAt !== null && at <= lastAt)) return { condition, turn: null };
  const unbroken = lastAt !== null && at - lastAt <= gapMs;
  const since = (holds: boolean, earlier: number | null): number | null => (holds ? (unbroken ? (earlier ?? at) : at) : null);
  const alarm = isPast(value, terms.alarmAt, terms.comparison);
  const past = {
    warning: since(alarm || isPast(value, terms.warnAt, terms.comparison), before.warning),
    alarm: since(alarm, before.alarm),
  };
  const held = (level: Level): boolean => {
    const from = past[level];
    return (level === 'alarm' || terms.warnAt !== null) && from !== null && at - from >= terms.holdMs;
  };
  const reached: Level | null = held('alarm') ? 'alarm' : held('warning') ? 'warning' : null;
  if (!open) {
    if (!reached) return { condition: { past, lastAt: at, open: null }, turn: null };
    const from = past.warning ?? at;
    const opened: OpenAlarm = { level: reached, since: from, openedAt: at, peak: value, betterSince: null };
    return { condition: { past, lastAt: at, open: opened }, turn: 'opened' };
  }
  const betterSince = since(past.warning === null, open.betterSince);
  if (betterSince !== null && at - betterSince >= terms.clearMs)
    return { condition: { past, lastAt: at, open: null }, turn: 'closed' };
  const escalated = reached === 'alarm' && open.level === 'warning';
  const still: OpenAlarm = {
    ...open,
    level: escalated ? 'alarm' : open.level,
    peak: worse(open.peak, value, terms.comparison),
    betterSince,
  };
  return { condition: { past, lastAt: at, open: still }, turn: escalated ? 'escalated' : null };
}
