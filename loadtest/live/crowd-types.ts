import { noActFigures, type ActFigures, type Part } from '../acts/act-types.ts';
import type { Tally } from './tally.ts';

/** Somebody who is signed in, and what their page shows. */
export interface CrowdUser {
  /** Value of the `Cookie` header. */
  cookie: string;
  topics: readonly string[];
  /** What they do beside looking on; absent: nothing. */
  part?: Part;
}

/** How commit → screen is told apart: whom a change is for. */
export const KINDS = ['user', 'office', 'dashboard', 'broadcast'] as const;
export type Kind = (typeof KINDS)[number];

const KIND_OF: Readonly<Record<string, Kind>> = {
  dashboard: 'dashboard',
  channels: 'broadcast',
  line: 'office',
  queue: 'office',
  board: 'office',
};
export const kindOf = (topic: string): Kind => KIND_OF[topic.split(':', 1)[0] ?? ''] ?? 'user';

/** What a crowd has seen since it was last reset; adds up over processes. */
export interface CrowdFigures {
  handshakes: Tally;
  acknowledgements: Tally;
  /** From the database's stamp on the event to the state on the screen. */
  screens: Record<Kind, Tally>;
  /** From a lost line to all topics read again. */
  returns: Tally;
  received: Record<Kind, number>;
  /** Messages whose number was not the next: the relay leaves out what a newer one replaces. */
  gaps: number;
  snapshots: number;
  /** Topics of which what was held was the newest still: no state was read. */
  unchanged: number;
  resyncs: number;
  drains: number;
  checks: number;
  /** Topics found behind by a check. */
  behind: number;
  errors: Record<string, number>;
  bytes: number;
  acts: ActFigures;
}

export interface CrowdState {
  users: number;
  connected: number;
  /** All topics read since the line came. */
  settled: number;
  /** Acts that are not over. */
  acting: number;
}

export const noFigures = (): CrowdFigures => ({
  ...{ handshakes: {}, acknowledgements: {}, returns: {}, errors: {} },
  screens: { user: {}, office: {}, dashboard: {}, broadcast: {} },
  received: { user: 0, office: 0, dashboard: 0, broadcast: 0 },
  ...{ gaps: 0, snapshots: 0, unchanged: 0, resyncs: 0, drains: 0, checks: 0, behind: 0, bytes: 0 },
  acts: noActFigures(),
});

/** What a screen shows at the end: number and digest of each topic. */
export interface FinalState {
  topic: string;
  seq: number;
  digest: string;
  /** Held because of something that its person did. */
  acted?: true;
}
