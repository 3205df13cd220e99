import type { EventRates } from '../live/events.ts';

/** The order's rates, at whatever number of people. */
export const ORDERED: EventRates = { user: 300, office: 10, broadcast: 1 / 60 };
/** Of the nation's dashboard, states a second (shared/contracts/dashboards.ts: DASHBOARD_EVERY_MS). */
export const DASHBOARD_HZ = 4;
/** Watchers of the nation's dashboard, and people in the room of an office's line, among 20,000. */
export const [WATCHERS, OFFICES, ROOM] = [300, 10, 200];

export interface Scenario {
  what: string;
  /** People a second who come, by the share of them that has come (0 to 1). */
  arrivals: (perSecond: number, share: number) => number;
  /** Times the ordered rates, by the share of the time that has passed. */
  load: (share: number) => number;
  /** Of everybody, share a second who close the tab, and milliseconds until they open it again. */
  leaving: { share: number; backInMs: number };
}

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
  soak: {
    what: 'the ordered rates for as long as one wants, people coming and going',
    arrivals: (most) => most,
    load: () => 1,
    leaving: { share: 0.001, backInMs: 10_000 },
  },
} as const satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;

export const STORMS = {
  'kill-node': 'kill -9 of one node; it is started again after 20 s',
  redis: 'the Redis of queues and bus is restarted',
  postgres: 'Postgres is restarted',
  balancer: 'kill -9 of one HAProxy process; it is started again after 20 s',
  'drop-all': 'every line is cut at once',
  slow: 'one in ten reads 1 KB a second, all the time',
  stalls: 'for 30 s one line in ten stands still for up to 5 s, one in a hundred breaks, each second',
  rolling: 'every node is drained and started again, one after the other',
} as const;
export type StormName = keyof typeof STORMS;
