import { roomOf, type Audience, type BusMessage } from '#shared/contracts/bus.ts';
import { EVENTS, type EventName } from '#shared/contracts/events.ts';
import { JOBS_OF_EVENTS, type JobOrder } from '#shared/contracts/jobs.ts';
import { TOPICS, parseTopic } from '#shared/contracts/topics.ts';
import type { IdentifiedJob } from '#shared/node/queues.ts';
import type { OutboxTopic } from '#db/schema/platform.ts';

/** An outbox row as the relay reads it. */
export interface OutboxRow {
  id: string;
  position: number;
  name: string;
  payload: unknown;
  topics: OutboxTopic[];
  createdAt: string;
}

/** A row speaks of what this release does not know: a newer one may. */
export class UnknownToThisRelease extends Error {
  override readonly name = 'UnknownToThisRelease';
}

/** The event of a row, or an error that says why it can never be dispatched. */
export function parseEvent(row: OutboxRow): { name: EventName; payload: unknown } {
  if (!Object.hasOwn(EVENTS, row.name)) throw new UnknownToThisRelease(`no such event: ${row.name}`);
  const name = row.name as EventName;
  return { name, payload: EVENTS[name].parse(row.payload) };
}

/** What the live bus is told of one row. Throws when the row makes no sense: it is parked. */
export function busMessagesOf(row: OutboxRow): BusMessage[] {
  const event = parseEvent(row);
  const messages: BusMessage[] = [];
  for (const { topic, seq, states, again = [] } of row.topics) {
    const parsed = parseTopic(topic);
    if (!parsed) throw new UnknownToThisRelease(`no such topic: ${topic}`);
    for (const [audience, state] of Object.entries(states)) {
      const room = roomOf(topic, audience as Audience);
      messages.push({ kind: 'live', room, message: { topic, seq, state, at: row.createdAt } });
    }
    for (const audience of again) {
      messages.push({ kind: 'live', room: roomOf(topic, audience), message: { topic, seq, again: true, at: row.createdAt } });
    }
  }
  if (event.name === 'session.ended') {
    const { sessionId, why } = EVENTS['session.ended'].parse(event.payload);
    messages.push({ kind: 'session-ended', sessionId, why });
  }
  return messages;
}

/** Leaves out what a later message of the same batch replaces: of a state topic only the newest counts, for each room. */
export function coalesce(messages: readonly BusMessage[]): BusMessage[] {
  const newest = new Map<string, BusMessage>();
  const others: BusMessage[] = [];
  for (const message of messages) {
    const name = message.kind === 'live' ? parseTopic(message.message.topic)?.name : undefined;
    if (message.kind === 'live' && name && TOPICS[name].kind !== ('delta' as string)) {
      // Deleted first, so that the order of the rest follows the newest one's place.
      newest.delete(message.room);
      newest.set(message.room, message);
    } else others.push(message);
  }
  return [...others, ...newest.values()];
}

/** The jobs of one row; their ids come from the row, so that enqueuing it again adds nothing. */
export function jobsOf(row: OutboxRow): IdentifiedJob[] {
  const { name, payload } = parseEvent(row);
  const order = JOBS_OF_EVENTS[name] as ((payload: unknown, eventId: string) => JobOrder[]) | undefined;
  return (order?.(payload, row.id) ?? []).map((job, index) => ({ id: `outbox-${row.id}-${index}`, job }));
}
