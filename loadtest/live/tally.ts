/** Counts of whole milliseconds: exact percentiles, and tallies of several processes add up. */
export type Tally = Record<number, number>;

export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export function note(tally: Tally, ms: number): void {
  const whole = Math.max(0, Math.round(ms));
  tally[whole] = (tally[whole] ?? 0) + 1;
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum: Tally = {};
  for (const tally of tallies) for (const [ms, count] of Object.entries(tally)) sum[Number(ms)] = (sum[Number(ms)] ?? 0) + count;
  return sum;
}

/** Of nothing, all is 0 and so is the count. */
export function percentiles(tally: Tally): Percentiles {
  const entries = Object.entries(tally)
    .map(([ms, count]): [number, number] => [Number(ms), count])
    .sort(([a], [b]) => a - b);
  const count = entries.reduce((sum, [, some]) => sum + some, 0);
  const at = (share: number): number => {
    let left = Math.ceil(count * share);
    for (const [ms, some] of entries) if ((left -= some) <= 0) return ms;
    return 0;
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: entries.at(-1)?.[0] ?? 0 };
}
