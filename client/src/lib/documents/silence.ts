/** A reading that has not moved for so long is said to be silent. */
export const SILENCE_MS = 5_000;

/** When a progress last moved, by this device's clock. */
export interface Movement {
  attempt: number;
  counter: number;
  /** Milliseconds of this device's clock. */
  movedAt: number;
}

interface Seen {
  attempt: number;
  counter: number;
  /** When the worker produced it (its clock, ISO). */
  at: string;
}

/**
 * Follows a progress: `movedAt` changes only when (attempt, counter) does. What a reload brings may be old already: its age by the
 * servers' own clocks (`asOf` less `at`) counts, so that a silence is told in full; this device's clock may be wrong by hours.
 */
export function followMovement(last: Movement | null, seen: Seen, asOf: Date | null, now: number): Movement {
  if (last && last.attempt === seen.attempt && last.counter === seen.counter) return last;
  const age = asOf ? Math.max(0, asOf.getTime() - Date.parse(seen.at)) : 0;
  return { attempt: seen.attempt, counter: seen.counter, movedAt: now - age };
}

/** How long a reading has been silent, in milliseconds; null while that is not worth a word. */
export function silenceOf(last: Movement | null, now: number): number | null {
  if (!last) return null;
  const silence = now - last.movedAt;
  return silence >= SILENCE_MS ? silence : null;
}
