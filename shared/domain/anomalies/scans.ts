import { kilometres, placeOf } from './places.ts';

/** A check of a receipt; `at` in milliseconds. */
export interface Scan {
  id: string;
  place: string;
  at: number;
}

/** Two regions whose seats are nearer than this may meet at a road: nothing is said of them. Kilometres. */
export const NEAR_KM = 80;
/** No car goes so fast for so long, kilometres an hour: what would have to, was in two places. */
export const FASTEST_KMH = 160;
/** Two scans further apart in time than this are never too fast within any country here. Milliseconds. */
export const SCAN_WINDOW_MS = 12 * 3_600_000;

/** A page without a network sends its scans later, but not so much later. Milliseconds. */
export const OLDEST_SCAN_MS = 7 * 24 * 3_600_000;

/** Whether one receipt cannot have been at both places; null: it can. Rounded to a kilometre and a minute. */
export function farApart(a: Scan, b: Scan): { km: number; minutes: number } | null {
  const [from, to] = [placeOf(a.place), placeOf(b.place)];
  if (!from || !to || from.code === to.code) return null;
  const km = kilometres(from, to);
  const hours = Math.abs(a.at - b.at) / 3_600_000;
  return km >= NEAR_KM && km > hours * FASTEST_KMH ? { km: Math.round(km), minutes: Math.round(hours * 60) } : null;
}

/** The first two scans in a row, by time, that cannot both be: a copy is told of once, however often it is shown. */
export function firstFarApart(scans: readonly Scan[]): { first: Scan; second: Scan; km: number; minutes: number } | null {
  const sorted = [...scans].sort((a, b) => a.at - b.at || a.id.localeCompare(b.id));
  for (const [index, second] of sorted.entries()) {
    const first = sorted[index - 1];
    const far = first && farApart(first, second);
    if (first && far) return { first, second, ...far };
  }
  return null;
}
