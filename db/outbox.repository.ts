import { sql } from 'drizzle-orm';
import { EVENTS, type EventName, type EventPayload } from '#shared/contracts/events.ts';
import type { Audience } from '#shared/contracts/bus.ts';
import type { TopicName, TopicState } from '#shared/contracts/topics.ts';
import { compiled } from './compiled.ts';
import type { Executor, Tx } from './connect.ts';
import { gathered } from './gathered.ts';
import { insertRows } from './insert-rows.ts';
import { asSystem } from './scope.ts';
import { outbox, topicVersions, type OutboxTopic } from './schema/platform.ts';

/** A topic that an event changes, and how its whole state is read, for each audience. */
export type TopicChange =
  | {
      topic: string;
      /** Called after the topic's number is raised (and so locked): what it reads includes every change numbered before. */
      read: (tx: Tx) => Promise<Partial<Record<Audience, unknown>>>;
    }
  | {
      topic: string;
      /** The state is too large to be carried by each change: these audiences are told to read it again. */
      again: readonly Audience[];
    };

/** A typed TopicChange that carries the state. */
export function topicChange<N extends TopicName>(
  _name: N,
  topic: string,
  read: (tx: Tx) => Promise<Partial<Record<Audience, TopicState<N>>>>,
): TopicChange {
  return { topic, read };
}

/** An event to tell of, with the topics that it changes. */
export type OutboxEntry = {
  [E in EventName]: { name: E; payload: EventPayload<E>; changes?: readonly TopicChange[] };
}[EventName];

/**
 * Tells that something happened, in the transaction that made it happen: the last thing a use-case does. Raises the topics'
 * numbers in sorted order (so that two transactions never wait for each other crosswise), then reads their state, then writes the row.
 * The caller notifies the relay after its commit (`OutboxNotifier`).
 */
export async function appendOutbox<E extends EventName>(
  tx: Tx,
  name: E,
  payload: EventPayload<E>,
  changes: readonly TopicChange[] = [],
): Promise<void> {
  await appendOutboxRows(tx, [{ name, payload, changes } as unknown as OutboxEntry]);
}

/** The same for several events at once. A topic that more than one of them changes is raised once and told of with the first. */
export async function appendOutboxRows(tx: Tx, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const firsts = new Map<string, { change: TopicChange; entry: OutboxEntry }>();
  for (const entry of entries) {
    EVENTS[entry.name].parse(entry.payload);
    for (const change of entry.changes ?? []) if (!firsts.has(change.topic)) firsts.set(change.topic, { change, entry });
  }
  const seqs = await raiseTopics(tx, [...firsts.keys()]);
  const topics = new Map<OutboxEntry, OutboxTopic[]>();
  for (const [topic, { change, entry }] of [...firsts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const told = { topic, seq: seqs.get(topic) ?? 0 };
    const carried =
      'read' in change
        ? { ...told, states: await asSystem(tx, () => change.read(tx)) }
        : { ...told, states: {}, again: [...change.again] };
    topics.set(entry, [...(topics.get(entry) ?? []), carried]);
  }
  await insertRows(
    tx,
    outbox,
    entries.map((entry) => ({ name: entry.name, payload: entry.payload, topics: topics.get(entry) ?? [] })),
  );
}

/** Raises topics' numbers, in sorted order, and holds their rows until the transaction ends. */
async function raiseTopics(tx: Tx, topics: readonly string[]): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const rows = await insertRows<typeof topicVersions, { topic: string; seq: string }>(
    tx,
    topicVersions,
    [...topics].sort().map((topic) => ({ topic, seq: 1 })),
    sql`on conflict (topic) do update set seq = ${topicVersions.seq} + 1 returning topic, seq`,
  );
  return new Map(rows.map(({ topic, seq }) => [topic, Number(seq)]));
}

/** Raises a topic's number and holds its row until the transaction ends. */
export async function raiseTopic(tx: Tx, topic: string): Promise<number> {
  const [row] = await tx
    .insert(topicVersions)
    .values({ topic, seq: 1 })
    .onConflictDoUpdate({ target: topicVersions.topic, set: { seq: sql`${topicVersions.seq} + 1` } })
    .returning({ seq: topicVersions.seq });
  if (!row) throw new Error(`topic_versions returned nothing for ${topic}`);
  return row.seq;
}

const versionsOf = compiled((db) =>
  db
    .select()
    .from(topicVersions)
    .where(sql`${topicVersions.topic} = any(${sql.placeholder('topics')}::text[])`),
);
/** How long who asks whether a page is behind waits for others who do, milliseconds. */
const SEQS_WITHIN_MS = 15;
/** The number of a topic, together with those that others ask for in the same moment. */
export const topicSeq = gathered<string, number>(async (db, topics) => {
  const found = await topicSeqs(db, [...new Set(topics)]);
  return topics.map((topic) => found.get(topic) ?? 0);
}, SEQS_WITHIN_MS);

/** The numbers of topics; a topic that never changed has 0. */
export async function topicSeqs(db: Executor, topics: readonly string[]): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const rows = await versionsOf(db, { topics: [...topics] });
  const found = new Map(rows.map((row) => [row.topic, row.seq]));
  return new Map(topics.map((topic) => [topic, found.get(topic) ?? 0]));
}
