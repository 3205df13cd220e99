import { sql } from 'drizzle-orm';
import { AUDIENCES, roomOf, type Audience } from '#shared/contracts/bus.ts';
import { AppError, type ErrorBody } from '#shared/contracts/errors.ts';
import { TOPICS, parseTopic, type Join, type Joined, type LiveSnapshot, type TopicName } from '#shared/contracts/topics.ts';
import type { Db, Tx } from '#db/connect.ts';
import { topicSeq, topicSeqs } from '#db/outbox.repository.ts';
import { keepingScope, withScope } from '#db/scope.ts';
import { createGathering, type Waiting } from './gathering.ts';
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
  /**
   * The same for all that a page watches, in the order given: one question to the database where nothing happened since the page read,
   * and one transaction for what is its own. Each topic's refusal stands in its place.
   */
  join(subscriber: Subscriber, viewer: Viewer, wanted: Join['topics']): Promise<Joined[]>;
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

/** A topic whose room somebody is in. */
interface Admitted {
  topic: string;
  definition: TopicDefinition;
  key: string;
  audience: Audience;
  room: string;
}
type OfDatabase = Admitted & { definition: { source: 'database' } };

/** A page that asks for what is its own. */
interface OwnAsked extends Waiting {
  viewer: Viewer;
  topics: readonly OfDatabase[];
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

  async function admit(subscriber: Subscriber, viewer: Viewer, topic: string): Promise<Admitted> {
    const { definition, key } = find(topic);
    const may = !viewer.guest || definition.guests === true;
    const audience = may ? await definition.authorise(db, viewer, key) : null;
    if (!audience) throw new AppError('TOPIC_FORBIDDEN', { topic });
    const room = roomOf(topic, audience);
    if (!subscriber.rooms.has(room)) {
      // A socket is also in a room of its own id.
      if (subscriber.rooms.size > deps.maxTopics) throw new AppError('TOO_MANY_TOPICS', { max: deps.maxTopics });
      await subscriber.join(room);
    }
    return { topic, definition, key, audience, room };
  }

  /** Number and state of each, as they were at one moment; all are asked for at once, in one message to the database. */
  function readAll<T>(
    topics: readonly OfDatabase[],
    each: (topic: string, read: Promise<LiveSnapshot>) => Promise<T>,
  ): Promise<T[]> {
    return db.transaction(
      (tx) => {
        const seqs = topicSeqs(
          tx,
          topics.map(({ topic }) => topic),
        );
        const stateOf = statesOf(tx, topics);
        const snapshot = async (one: OfDatabase): Promise<LiveSnapshot> => {
          const { topic, definition } = one;
          const [numbers, state] = await Promise.all([seqs, stateOf(one)]);
          return {
            topic,
            kind: TOPICS[definition.name].kind,
            seq: numbers.get(topic) ?? 0,
            state,
            asOf: deps.now().toISOString(),
          };
        };
        const all = (): Promise<T[]> => Promise.all(topics.map((one) => each(one.topic, snapshot(one))));
        return topics.length > 1 ? keepingScope(all) : all();
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
  }
  async function readOne(one: Admitted): Promise<LiveSnapshot> {
    if (ofDatabase(one)) return (await readAll([one], (_topic, read) => read))[0] as LiveSnapshot;
    const { topic, definition, key } = one;
    const { seq, state } = await (definition as TopicDefinition & { source: 'redis' }).snapshot(key);
    return { topic, kind: TOPICS[definition.name].kind, seq, state, asOf: deps.now().toISOString() };
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
    await Promise.all(inDatabase.map(async (topic) => current.set(topic, await topicSeq(db, topic))));
    return current;
  }

  // Whoever is in a room is sent the same states: they may read them together.
  const readShared = (one: Admitted): Promise<LiveSnapshot> =>
    shared(one.room, () =>
      turns.take(
        () => true,
        () => readOne(one),
      ),
    );
  const together = createGathering<OwnAsked, Joined[]>({ turns, read: readTogether, now: () => performance.now() });
  /** What is several citizens' own, by all of whom the database is asked at once; each is given what they were let in to. */
  async function readTogether(asked: readonly OwnAsked[]): Promise<Joined[][]> {
    const userIds = [...new Set(asked.map(({ viewer }) => viewer.userId))];
    const [only, ...others] = userIds;
    const scope =
      only && others.length === 0 ? ({ actor: 'citizen', userId: only } as const) : ({ actor: 'citizens', userIds } as const);
    const read = await withScope(scope, () =>
      readAll(
        asked.flatMap(({ topics }) => topics),
        orRefusal,
      ),
    );
    let at = 0;
    return asked.map(({ topics }) => read.slice(at, (at += topics.length)));
  }
  /** In its turn, unless the socket has gone by then: it is in no room any more, not even its own. */
  async function readOwn(
    subscriber: Subscriber,
    viewer: Viewer,
    topics: readonly OfDatabase[],
    askedAt: number,
  ): Promise<Joined[]> {
    const here = (): boolean => subscriber.rooms.size > 0;
    try {
      if (viewer.role === 'citizen' && !viewer.guest) return await together({ viewer, topics, here, askedAt });
      return await turns.take(here, () => readAll(topics, orRefusal), askedAt);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return topics.map(({ topic }) => ({ topic, error: error.toBody() }));
    }
  }

  return {
    async subscribe(subscriber, viewer, topic) {
      return readShared(await admit(subscriber, viewer, topic));
    },
    async join(subscriber, viewer, wanted) {
      const askedAt = performance.now();
      // Asked together with what others ask: it needs no turn.
      const admitted = await Promise.all(wanted.map(([topic]) => orRefusal(topic, admit(subscriber, viewer, topic))));
      const held = new Map(wanted);
      const holding = admitted.filter((one): one is Admitted => 'room' in one && held.get(one.topic) !== null);
      const current = await currentSeqs(holding.map(({ topic }) => topic));
      const asOf = deps.now().toISOString();
      const behind = admitted.filter(
        (one): one is Admitted => 'room' in one && (!current.has(one.topic) || current.get(one.topic) !== held.get(one.topic)),
      );
      const own = behind.filter(ofDatabase).filter(({ audience }) => audience === 'owner');
      const others = behind.filter((one) => !own.some(({ topic }) => topic === one.topic));
      const read = new Map<string, Joined>();
      const [together, ...alone] = await Promise.all([
        own.length > 0 ? readOwn(subscriber, viewer, own, askedAt) : [],
        ...others.map((one) => orRefusal(one.topic, readShared(one))),
      ]);
      for (const one of [...together, ...alone]) read.set(one.topic, one);
      return admitted.map((one) =>
        'error' in one
          ? one
          : (read.get(one.topic) ?? { topic: one.topic, seq: current.get(one.topic) ?? 0, unchanged: true as const, asOf }),
      );
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

const ofDatabase = (one: Admitted): one is OfDatabase => one.definition.source === 'database';

/** Reads states: those of one kind together, where the kind can and they are seen by who owns them. */
function statesOf(tx: Tx, topics: readonly OfDatabase[]): (one: OfDatabase) => Promise<unknown> {
  const read = new Map<TopicDefinition, Promise<ReadonlyMap<string, unknown>>>();
  return async ({ topic, definition, key, audience }) => {
    if (!definition.snapshots || audience !== 'owner') return definition.snapshot(tx, key, audience);
    const same = read.get(definition) ?? definition.snapshots(tx, keysOf(topics, definition));
    read.set(definition, same);
    const states = await same;
    // Gone since its room was joined.
    if (!states.has(key)) throw new AppError('TOPIC_FORBIDDEN', { topic });
    return states.get(key);
  };
}
const keysOf = (topics: readonly OfDatabase[], definition: TopicDefinition): string[] =>
  topics.filter((one) => one.definition === definition && one.audience === 'owner').map(({ key }) => key);

/** A refusal of one topic keeps the others from nothing; a fault is one of the whole question. */
const orRefusal = <T>(topic: string, work: Promise<T>): Promise<T | { topic: string; error: ErrorBody }> =>
  work.catch((error: unknown) => {
    if (error instanceof AppError) return { topic, error: error.toBody() };
    throw error;
  });

/** Proves to the compiler that a registry is complete, and that each definition stands under its own name. */
export function topicRegistry(definitions: TopicRegistry): TopicRegistry {
  for (const name of Object.keys(TOPICS) as TopicName[]) {
    if (definitions[name].name !== name) throw new Error(`the topic ${name} is defined under another name`);
  }
  return definitions;
}

/** One statement that tells whether the database answers. */
export const pingDatabase = (db: Db) => db.execute(sql`select 1`);
