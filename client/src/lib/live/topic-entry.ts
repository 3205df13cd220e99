import type { ErrorBody } from '#shared/contracts/errors.ts';
import type { LiveMessage, LiveSnapshot, TopicKind } from '#shared/contracts/topics.ts';

/** How far a topic's state on this screen can be trusted. */
export type TopicStatus =
  /** Nothing has been read yet. */
  | 'loading'
  /** Changes arrive as they happen. */
  | 'live'
  /** What is shown was true at `asOf`; the connection is away. */
  | 'stale'
  /** It was refused: `error` says why. */
  | 'error';

/** Folds one event of a delta topic into its state. */
export type Reducer = (state: unknown, event: unknown) => unknown;

/**
 * One topic as a screen holds it. Pure: messages and snapshots go in, state comes out, and `needsSnapshot` says when what was
 * received does not suffice. How they travel is the live client's business.
 */
export interface TopicEntry {
  readonly topic: string;
  readonly state: unknown;
  /** Number of the newest change applied; -1 before the first snapshot. */
  readonly seq: number;
  readonly asOf: Date | null;
  readonly status: TopicStatus;
  readonly error: ErrorBody | null;
  /** A delta topic has a gap, or there is a newer state that was not sent along: only a snapshot helps. */
  readonly needsSnapshot: boolean;
  /** From now on messages are kept until the snapshot is there. */
  beginSnapshot(): void;
  /** The snapshot is the truth as of its reading, even when its number is lower (a database restored); newer messages go on top. */
  applySnapshot(snapshot: LiveSnapshot): void;
  applyMessage(message: LiveMessage): void;
  /** Instead of a snapshot: what is held is the newest still. What was told since has been applied as it came. */
  applyUnchanged(asOf: string): void;
  refuse(error: ErrorBody): void;
  /** The server says that nothing newer exists. */
  confirm(asOf: string): void;
  disconnected(): void;
}

const MAX_BUFFER = 500;

export function createTopicEntry(topic: string, onChange: () => void, reduce: Reducer | undefined): TopicEntry {
  let kind: TopicKind = 'state';
  let state: unknown = null;
  let seq = -1;
  let asOf: Date | null = null;
  let status: TopicStatus = 'loading';
  let error: ErrorBody | null = null;
  let gap = false;
  let buffer: LiveMessage[] | null = null;

  /** Newest first wins for whole states; a delta must be the very next. */
  function absorb(message: LiveMessage): void {
    if (seq < 0 || message.seq <= seq) return;
    if (message.again) {
      gap = true;
      return;
    }
    if (kind === 'delta') {
      if (message.seq !== seq + 1 || !reduce) {
        gap = true;
        return;
      }
      state = reduce(state, message.event);
    } else {
      state = message.state;
    }
    seq = message.seq;
    asOf = new Date(message.at);
  }

  return {
    topic,
    get state() {
      return state;
    },
    get seq() {
      return seq;
    },
    get asOf() {
      return asOf;
    },
    get status() {
      return status;
    },
    get error() {
      return error;
    },
    get needsSnapshot() {
      return gap;
    },
    beginSnapshot() {
      buffer ??= [];
    },
    applySnapshot(snapshot) {
      kind = snapshot.kind;
      state = snapshot.state;
      seq = snapshot.seq;
      asOf = new Date(snapshot.asOf);
      status = 'live';
      error = null;
      gap = false;
      const kept = (buffer ?? []).toSorted((a, b) => a.seq - b.seq);
      buffer = null;
      kept.forEach(absorb);
      onChange();
    },
    applyMessage(message) {
      if (buffer && buffer.push(message) > MAX_BUFFER) buffer.shift();
      absorb(message);
      onChange();
    },
    applyUnchanged(at) {
      buffer = null;
      status = 'live';
      error = null;
      if (!asOf || Date.parse(at) > asOf.getTime()) asOf = new Date(at);
      onChange();
    },
    refuse(why) {
      error = why;
      status = 'error';
      buffer = null;
      onChange();
    },
    confirm(at) {
      asOf = new Date(at);
      onChange();
    },
    disconnected() {
      buffer = null;
      if (status === 'live') status = 'stale';
      onChange();
    },
  };
}
