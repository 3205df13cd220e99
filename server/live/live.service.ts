import { sql } from 'drizzle-orm';
import { AUDIENCES, roomOf, type Audience } from '#shared/contracts/bus.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { TOPICS, parseTopic, type LiveSnapshot, type TopicName } from '#shared/contracts/topics.ts';
import type { Db } from '#db/connect.ts';
import { topicSeqs } from '#db/outbox.repository.ts';
import { createShared, createTurns } from './reads.ts';
import type { TopicDefinition, TopicRegistry, Viewer } from './topic.ts';

/** What the live service needs of a socket: its rooms. */
export interface Subscriber {
  rooms: ReadonlySet<string>;
  join(room: string): Promise<void> | void;
  leave(room: string): Promise<void> | void;
}

export interface LiveService {
  /**
   * Joins the room, then reads state and number at one moment, in that order: what is published in between reaches the client,
   * which keeps it until the snapshot is there. TOPIC_UNKNOWN, TOPIC_FORBIDDEN, TOO_MANY_TOPICS; UNAVAILABLE when too many ask at once.
   */
  subscribe(subscriber: Subscriber, viewer: Viewer, topic: string): Promise<LiveSnapshot>;
  unsubscribe(subscriber: Subscriber, topic: string): Promise<void>;
  /** Which of the held topics have moved on, or are not subscribed to on this socket at all. */
  behind(subscriber: Subscriber, held: readonly (readonly [topic: string, seq: number])[]): Promise<string[]>;
}

export interface LiveServiceDeps {
  db: Db;
  registry: TopicRegistry;
  maxTopics: number;
  /** States that are read at the same time; as many as the database has lines for is enough. */
  readsAtOnce: number;
  now: () => Date;
}

/** Serves live topics (DESIGN: mechanism 2). */
export function createLiveService(deps: LiveServiceDeps): LiveService {
  const { db, registry } = deps;
  const turns = createTurns({ atOnce: deps.readsAtOnce, now: () => performance.now() });
  const shared = createShared();

  function find(topic: string): { definition: TopicDefinition; key: string } {
    const parsed = parseTopic(topic);
    if (!parsed) throw new AppError('TOPIC_UNKNOWN', { topic });
    return { definition: registry[parsed.name], key: parsed.key };
  }

  async function read(definition: TopicDefinition, topic: string, key: string, audience: Audience): Promise<LiveSnapshot> {
    const kind = TOPICS[definition.name].kind;
    if (definition.source === 'redis') {
      const { seq, state } = await definition.snapshot(key);
      return { topic, kind, seq, state, asOf: deps.now().toISOString() };
    }
    return db.transaction(
      async (tx) => {
        const seqs = await topicSeqs(tx, [topic]);
        const state = await definition.snapshot(tx, key, audience);
        return { topic, kind, seq: seqs.get(topic) ?? 0, state, asOf: deps.now().toISOString() };
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
  }

  /** Ephemeral topics live in Redis; all others are numbered in the database, whatever their number, in one query. */
  async function currentSeqs(topics: readonly string[]): Promise<Map<string, number>> {
    const inDatabase: string[] = [];
    const current = new Map<string, number>();
    for (const topic of topics) {
      const { definition, key } = find(topic);
      if (definition.source === 'database') inDatabase.push(topic);
      else current.set(topic, (await definition.snapshot(key)).seq);
    }
    for (const [topic, seq] of await topicSeqs(db, inDatabase)) current.set(topic, seq);
    return current;
  }

  return {
    async subscribe(subscriber, viewer, topic) {
      const { definition, key } = find(topic);
      // A socket that has gone is in no room any more, not even its own.
      const here = (): boolean => subscriber.rooms.size > 0;
      return turns.take(here, async () => {
        const may = !viewer.guest || definition.guests === true;
        const audience = may ? await definition.authorise(db, viewer, key) : null;
        if (!audience) throw new AppError('TOPIC_FORBIDDEN', { topic });
        const room = roomOf(topic, audience);
        if (!subscriber.rooms.has(room)) {
          // A socket is also in a room of its own id.
          if (subscriber.rooms.size > deps.maxTopics) throw new AppError('TOO_MANY_TOPICS', { max: deps.maxTopics });
          await subscriber.join(room);
        }
        // Whoever is in a room is sent the same states: they may read them together.
        return shared(room, () => read(definition, topic, key, audience));
      });
    },
    async unsubscribe(subscriber, topic) {
      for (const audience of AUDIENCES) {
        const room = roomOf(topic, audience);
        if (subscriber.rooms.has(room)) await subscriber.leave(room);
      }
    },
    async behind(subscriber, held) {
      const joined = held.filter(([topic]) => AUDIENCES.some((audience) => subscriber.rooms.has(roomOf(topic, audience))));
      const current = await currentSeqs(joined.map(([topic]) => topic));
      const known = new Set(joined.map(([topic]) => topic));
      return held.filter(([topic, seq]) => !known.has(topic) || current.get(topic) !== seq).map(([topic]) => topic);
    },
  };
}

/** Proves to the compiler that a registry is complete, and that each definition stands under its own name. */
export function topicRegistry(definitions: TopicRegistry): TopicRegistry {
  for (const name of Object.keys(TOPICS) as TopicName[]) {
    if (definitions[name].name !== name) throw new Error(`the topic ${name} is defined under another name`);
  }
  return definitions;
}

/** One statement that tells whether the database answers. */
export const pingDatabase = (db: Db) => db.execute(sql`select 1`);
