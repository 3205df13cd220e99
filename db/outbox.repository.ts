import { sql } from 'drizzle-orm';
import { EVENTS, type EventName, type EventPayload } from '#shared/contracts/events.ts';
import type { Audience } from '#shared/contracts/bus.ts';
import type { TopicName, TopicState } from '#shared/contracts/topics.ts';
import type { Executor, Tx } from './connect.ts';
import { outbox, topicVersions, type OutboxTopic } from './schema/platform.ts';

/** A topic that an event changes, and how its whole state is read, for each audience. */
export interface TopicChange {
  topic: string;
  /** Called after the topic's number is raised (and so locked): what it reads includes every change numbered before. */
  read: (tx: Tx) => Promise<Partial<Record<Audience, unknown>>>;
}

/** A typed TopicChange. */
export function topicChange<N extends TopicName>(
  _name: N,
  topic: string,
  read: (tx: Tx) => Promise<Partial<Record<Audience, TopicState<N>>>>,
): TopicChange {
  return { topic, read };
}

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
  EVENTS[name].parse(payload);
  const sorted = [...changes].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
  const topics: OutboxTopic[] = [];
  for (const change of sorted) topics.push({ topic: change.topic, seq: await raiseTopic(tx, change.topic), states: {} });
  for (const [index, change] of sorted.entries()) {
    const entry = topics[index];
    if (entry) entry.states = await change.read(tx);
  }
  await tx.insert(outbox).values({ name, payload, topics });
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

/** The numbers of topics; a topic that never changed has 0. */
export async function topicSeqs(db: Executor, topics: readonly string[]): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const rows = await db
    .select()
    .from(topicVersions)
    .where(sql`${topicVersions.topic} = any(${sql.param([...topics])}::text[])`);
  const found = new Map(rows.map((row) => [row.topic, row.seq]));
  return new Map(topics.map((topic) => [topic, found.get(topic) ?? 0]));
}
