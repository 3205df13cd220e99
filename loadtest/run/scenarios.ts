import { NO_ACTS, type ActRates } from '../acts/act-types.ts';
import type { EventRates } from '../live/events.ts';

/** The order's rates, at whatever number of people. */
export const ORDERED: EventRates = { user: 300, office: 10, broadcast: 1 / 60 };
/** Of the nation's dashboard, states a second (shared/contracts/dashboards.ts: DASHBOARD_EVERY_MS). */
export const DASHBOARD_HZ = 4;
/** Watchers of the nation's dashboard, and people in the room of an office's line, among 20,000. */
export const [WATCHERS, OFFICES, ROOM] = [300, 10, 200];

/**
 * What people do a second, at whatever number of them, unless told otherwise. A reading takes a core for three seconds: more photographs
 * than one in ten seconds would be a test of the readers, who in earnest have cores of their own.
 */
export const ACT_RATES: ActRates = { upload: 0.1, pay: 2, leave: 5, serve: 2, search: 5, cash: 1 };
/** Agents at counters, among 20,000; the least there are. */
export const [AGENTS, FEWEST_AGENTS] = [60, 8];
/** How long somebody who leaves stays away where the scenario does not say. */
export const USUAL_ABSENCE_MS = 5_000;

export interface Scenario {
  what: string;
  /** People a second who come, by the share of them that has come (0 to 1). */
  arrivals: (perSecond: number, share: number) => number;
  /** Times the ordered rates, and those of what people do, by the share of the time that has passed. */
  load: (share: number) => number;
  /** Of everybody, share a second who close the tab (none: as many as usually do), and milliseconds until they open it again. */
  leaving: { share: number; backInMs: number };
}

/** Times the ordered rates. */
const CLIMB = [1, 1.25, 1.5, 1.75, 2, 2.5, 3];

const still = { share: 0, backInMs: 0 };
export const SCENARIOS = {
  steady: {
    what: 'all come as fast as they can, then the ordered rates',
    arrivals: (most) => most,
    load: () => 1,
    leaving: still,
  },
  morning: {
    what: 'offices open: people come faster and faster, stay, some go and come back',
    arrivals: (most, share) => most * (0.1 + 0.9 * share),
    load: (share) => 0.3 + 0.7 * share,
    leaving: { share: 0.002, backInMs: 5_000 },
  },
  'last-day': {
    what: 'the last day of the tax: all at once, half as many changes again, tabs closed and opened all the time',
    arrivals: (most) => most,
    load: () => 1.5,
    leaving: { share: 0.01, backInMs: 2_000 },
  },
  spike: {
    what: 'three times the ordered rates in the middle third',
    arrivals: (most) => most,
    load: (share) => (share > 1 / 3 && share < 2 / 3 ? 3 : 1),
    leaving: still,
  },
  climb: {
    what: 'times the ordered rates, step by step, until it breaks',
    arrivals: (most) => most,
    load: (share) => CLIMB[Math.min(CLIMB.length - 1, Math.floor(share * CLIMB.length))] ?? 1,
    leaving: still,
  },
  soak: {
    what: 'the ordered rates for as long as one wants, people coming and going',
    arrivals: (most) => most,
    load: () => 1,
    leaving: { share: 0.001, backInMs: 10_000 },
  },
} as const satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;

/** What is done in a run: nothing but leaving where the scenario has it when acts are off; under a storm nobody leaves by themselves. */
export function actRatesOf(scenario: Scenario, given: { users: number; storm: boolean; acts: ActRates | null }): ActRates {
  const { leaving } = scenario;
  const acts = given.acts ?? NO_ACTS;
  const leave = leaving.share > 0 ? leaving.share * given.users : acts.leave;
  return { ...acts, leave: given.storm ? 0 : leave };
}

/** How often an act of one a second is done in a run of so many seconds. */
export function timesIn({ load }: Scenario, seconds: number): number {
  const steps = 300;
  return (Array.from({ length: steps }, (_, step) => load(step / steps)).reduce((sum, one) => sum + one, 0) / steps) * seconds;
}

export const STORMS = {
  'kill-node': 'kill -9 of one node; it is started again after 20 s',
  redis: 'the Redis of queues and bus is restarted',
  postgres: 'Postgres is restarted',
  balancer: 'kill -9 of one HAProxy process; it is started again after 20 s',
  'drop-all': 'every line is cut at once',
  slow: 'one in ten reads 1 KB a second, until all is over',
  stalls: 'for 30 s one line in ten stands still for up to 5 s, one in a hundred breaks, each second',
  rolling: 'every node is drained and started again, one after the other',
} as const;
export type StormName = keyof typeof STORMS;
