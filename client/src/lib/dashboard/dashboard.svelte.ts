import {
  DASHBOARD_HEARTBEAT_MS,
  SECTION_FRESH_MS,
  type DashboardScope,
  type DashboardView,
  type Section,
} from '#shared/contracts/dashboards.ts';
import type { Live, LiveTopic } from '$lib/live/context.ts';
import { dateOf } from './address.ts';
import { createLateness } from './lateness.ts';
import { createPausable, type Pausable } from './pausable.svelte.ts';

/** A scope that somebody looks at is told at least every five seconds. */
const SILENT_AFTER_MS = 4 * DASHBOARD_HEARTBEAT_MS;

/** A state is told within half a second; one that takes so much longer says of how long ago it is. */
const LATE_AFTER_MS = 5_000;

/** A dashboard as a page shows it: its state, when each part of it was true, and whether it moves. */
export interface Dashboard {
  readonly topic: LiveTopic<'dashboard'>;
  readonly view: DashboardView | null;
  readonly pausable: Pausable<DashboardView>;
  /** As of when a section is true; null: it never was read. */
  asOf(section: Section): Date | null;
  /** For how long nothing has come at all, milliseconds, when that is too long; null: it moves. */
  silentMs(now: number): number | null;
  /** How old states are when they come, milliseconds, when that is too much: the line is slow; null: they are fresh. */
  lateMs(): number | null;
  /** How old a section is, milliseconds, when that is more than it should be; null: it is fresh. */
  staleMs(section: Section, now: number): number | null;
}

/**
 * To be called while a component initialises. The age of a section is what the server says of it, and how long ago that came: the clock of
 * this machine may be wrong, but it goes.
 */
export function createDashboard(live: Pick<Live, 'topic'>, scope: DashboardScope): Dashboard {
  const topic = live.topic('dashboard', scope);
  const pausable = createPausable<DashboardView>(topic);
  const lateness = createLateness();
  let heard = { seq: -1, at: 0, late: 0 };
  const view = $derived(pausable.state);
  /** When the newest state came, by this machine's clock. */
  const receivedAt = (): number => {
    const { seq, state } = topic;
    if (seq !== heard.seq && state) {
      // Not the clock of the machine, which somebody may set meanwhile.
      heard = { seq, at: Date.now(), late: lateness(performance.now(), Date.parse(state.asOf)) };
    }
    return heard.at;
  };
  return {
    topic,
    pausable,
    get view() {
      return view;
    },
    asOf(section) {
      return dateOf(view?.sections[section]);
    },
    silentMs(now) {
      if (!topic.state) return null;
      const ms = now - receivedAt();
      return ms > SILENT_AFTER_MS ? ms : null;
    },
    lateMs() {
      receivedAt();
      return heard.late > LATE_AFTER_MS ? heard.late : null;
    },
    staleMs(section, now) {
      const newest = topic.state;
      if (!newest) return null;
      const read = newest.sections[section];
      if (!read) return null;
      const ms = Math.max(0, Date.parse(newest.asOf) - Date.parse(read)) + Math.max(0, now - receivedAt());
      return ms > SECTION_FRESH_MS[section] ? ms : null;
    },
  };
}
