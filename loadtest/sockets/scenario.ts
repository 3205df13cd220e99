import { roomOf } from '#shared/contracts/bus.ts';
import { topicOf, type LiveMessage } from '#shared/contracts/topics.ts';
import type { LineView } from '#shared/contracts/tickets.ts';

/** Whom a message is for: one person, a room, some who look at the same dashboard, everybody. */
export const KINDS = ['own', 'room', 'group', 'all'] as const;
export type Kind = (typeof KINDS)[number];
/** Messages a second of each kind. */
export type Rates = Readonly<Record<Kind, number>>;

/** The order's own: 300 messages a second to one person each, ten to rooms of 200, a dashboard four times a second, now and then everybody. */
export const MIX: Rates = { own: 300, room: 10, group: 4, all: 0.1 };
export const NOTHING: Rates = { own: 0, room: 0, group: 0, all: 0 };
/** One kind alone and far more of it, so that what a message costs is not lost among timers. */
export const OWN_ALONE: Rates = { ...NOTHING, own: 6_000 };
export const ROOMS_ALONE: Rates = { ...NOTHING, room: 60 };

export const ROOM_SIZE = 200;
export const GROUP_SIZE = 300;

const id = (family: number, number: number): string =>
  `${String(family).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const personId = (person: number): string => id(1, person);

const TOPIC_OF: Readonly<Record<Kind, (number: number) => string>> = {
  own: (person) => topicOf('payment', id(1, person)),
  room: (room) => topicOf('line', id(2, room)),
  group: () => topicOf('dashboard', 'national'),
  all: () => topicOf('channels'),
};

/** What the page of a person watches. */
export const topicsOf = (person: number): string[] => [
  TOPIC_OF.own(person),
  TOPIC_OF.room(Math.floor(person / ROOM_SIZE)),
  TOPIC_OF.all(0),
  ...(person < GROUP_SIZE ? [TOPIC_OF.group(0)] : []),
];

export const roomOfTopic = (topic: string): string => roomOf(topic, topic.startsWith('payment:') ? 'owner' : 'public');

/** How many hear a message of a kind. */
export const hearers = (kind: Kind, number: number, users: number): number =>
  ({ own: 1, room: Math.min(ROOM_SIZE, users - number * ROOM_SIZE), group: Math.min(GROUP_SIZE, users), all: users })[kind];

/** Into how many rooms a crowd of so many falls. */
export const roomsOf = (kind: Kind, users: number): number =>
  ({ own: users, room: Math.ceil(users / ROOM_SIZE), group: 1, all: 1 })[kind];

/**
 * The line of an office with five who wait, about 600 bytes, for all kinds: a payment of one vehicle or a document's fields are as large; a
 * nation's dashboard is not (30 KB in the load test).
 */
const STATE: LineView = {
  officeId: id(2, 0),
  places: Array.from({ length: 5 }, (_, place) => ({
    number: `A${120 + place}`,
    serviceId: id(3, 0),
    expectedAt: `2026-11-23T08:${20 + 7 * place}:00.000Z`,
  })),
  openCounters: 3,
};

/** As many characters as an instant has. */
const STAMP_LENGTH = 24;
/** The clock of the machine, the same for all its processes; nanoseconds. */
const stamp = (): string => process.hrtime.bigint().toString().padStart(STAMP_LENGTH, '0');

/** A message to the room `number` of a kind, stamped now in place of the instant that it was committed. */
export const messageOf = (kind: Kind, number: number): { room: string; message: LiveMessage } => {
  const topic = TOPIC_OF[kind](number);
  return { room: roomOfTopic(topic), message: { topic, seq: 4, state: STATE, at: stamp() } };
};

const HEAD = '42["live",';
/** As Socket.IO has it on the wire. */
export const wireText = (message: LiveMessage): string => `${HEAD}${JSON.stringify(message)}]`;
const stateText = JSON.stringify(STATE);
/** The same bytes, from pieces that were made before. */
export const readyText = (kind: Kind, number: number): { room: string; text: string } => {
  const topic = TOPIC_OF[kind](number);
  return { room: roomOfTopic(topic), text: `${HEAD}{"topic":"${topic}","seq":4,"state":${stateText},"at":"${stamp()}"}]` };
};
export const MESSAGE_BYTES = Buffer.byteLength(readyText('own', 0).text);

/** Where the topic's first letter is, and what follows the stamp. */
const LETTER_AT = `${HEAD}{"topic":"`.length;
const TAIL_LENGTH = '"}]'.length;
const KIND_OF: Readonly<Record<string, Kind>> = { p: 'own', l: 'room', d: 'group', c: 'all' };

/** Of which kind a message is, and how long it was under way, nanoseconds; null: none of ours. Reads two places of it and no more. */
export function readDelivery(bytes: Buffer): { kind: Kind; ns: number } | null {
  const kind = KIND_OF[String.fromCharCode(bytes[LETTER_AT] ?? 0)];
  const from = bytes.length - TAIL_LENGTH - STAMP_LENGTH;
  if (!kind || from < 0) return null;
  const sent = BigInt(bytes.toString('latin1', from, from + STAMP_LENGTH));
  return { kind, ns: Number(process.hrtime.bigint() - sent) };
}
