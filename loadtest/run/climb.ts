import type { CrowdFigures } from '../live/crowd-types.ts';
import type { EventRates } from '../live/events.ts';
import { percentiles, type Percentiles } from '../live/tally.ts';
import { addFigures } from './generators.ts';
import { coresBetween, type Usage } from './system.ts';

/** What was seen while the rates stood at one height. */
export interface Step {
  /** Times the ordered rates. */
  factor: number;
  seconds: number;
  /** A second. */
  stated: EventRates;
  committed: EventRates;
  /** Commit → screen, milliseconds. */
  screens: Record<string, Percentiles>;
  cores: Record<string, number>;
}

interface Seen {
  figures: CrowdFigures;
  committed: EventRates;
  /** Since the beginning of the run, at the end of what was seen. */
  seconds: number;
}

/** Gathers what is seen step by step. What is seen while one step turns into the next belongs to neither. */
export function startClimb(usage: () => Promise<Usage>, rates: EventRates) {
  const steps: Step[] = [];
  let at: { factor: number; from: Seen; before: Usage; seen: Seen[]; last: Seen; after: Usage } | null = null;

  function end(): void {
    if (!at || at.seen.length === 0) return;
    const seconds = at.last.seconds - at.from.seconds;
    const total = (kind: keyof EventRates): number =>
      Math.round((10 * (at?.seen ?? []).reduce((sum, { committed }) => sum + committed[kind], 0)) / seconds) / 10;
    const { screens } = addFigures(at.seen.map(({ figures }) => figures));
    steps.push({
      factor: at.factor,
      seconds: Math.round(seconds),
      stated: { user: rates.user * at.factor, office: rates.office * at.factor, broadcast: rates.broadcast * at.factor },
      committed: { user: total('user'), office: total('office'), broadcast: total('broadcast') },
      screens: Object.fromEntries(Object.entries(screens).map(([kind, tally]) => [kind, percentiles(tally)])),
      cores: coresBetween(at.before, at.after),
    });
  }

  return {
    async note(factor: number, seen: Seen): Promise<void> {
      const now = await usage();
      if (at?.factor !== factor) {
        end();
        at = { factor, from: seen, before: now, seen: [], last: seen, after: now };
        return;
      }
      at.seen.push(seen);
      [at.last, at.after] = [seen, now];
    },
    steps(): Step[] {
      end();
      at = null;
      return steps;
    },
  };
}

/** Of what is stated, the share that must come: less is another rate. */
const LEAST = 0.95;

/** The highest step that held, by the order's targets; null when not even the first one did. */
export function highestHeld(steps: readonly Step[], most: Readonly<Record<string, number>>): Step | null {
  const held = ({ stated, committed, screens }: Step): boolean =>
    committed.user >= stated.user * LEAST && Object.entries(most).every(([kind, ms]) => (screens[kind]?.p99 ?? 0) < ms);
  const broke = steps.findIndex((step) => !held(step));
  return (broke === -1 ? steps.at(-1) : steps[broke - 1]) ?? null;
}
