import type { Audience } from '#shared/contracts/bus.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { TopicName, TopicState } from '#shared/contracts/topics.ts';
import type { Executor, Tx } from '#db/connect.ts';

/** Who asks. */
export interface Viewer {
  userId: string;
  sessionId: string;
  role: Role;
  officeId: string | null;
  /** Somebody without an account (sockets/guests.ts). */
  guest?: true;
  /** What a guest showed in the handshake; proves nothing until a topic has looked at it. */
  pass?: string;
}

/**
 * How a topic is served. `authorise` decides which audience's room the viewer joins, null when none; it is asked at every
 * subscription. A state topic's snapshot is read in the transaction that reads its number.
 */
export type TopicDefinition<N extends TopicName = TopicName> = {
  name: N;
  /** Whether people without an account may ask. */
  guests?: true;
  authorise(db: Executor, viewer: Viewer, key: string): Promise<Audience | null>;
} & (
  | {
      source: 'database';
      snapshot(tx: Tx, key: string, audience: Audience): Promise<TopicState<N>>;
      /** The states that owners see of several, by key, in as many queries as of one; what is not there is left out. */
      snapshots?(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, TopicState<N>>>;
    }
  | { source: 'redis'; snapshot(key: string): Promise<{ seq: number; state: TopicState<N> }> }
);

/** All topics that a node serves: one definition a name, checked by the compiler. */
export type TopicRegistry = { [N in TopicName]: TopicDefinition<N> };
