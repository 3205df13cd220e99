import { AT_ONCE, SPREAD_MS } from '#server/sockets/room-teller.ts';
import type { Machine } from '../machine.ts';
import type { Measured, Told } from './measure.ts';
import { GROUP_SIZE, KINDS, MESSAGE_BYTES, MIX, OWN_ALONE, ROOM_SIZE, ROOMS_ALONE, type Kind } from './scenario.ts';
import type { ServerKind } from './servers.ts';

const NAMES: Readonly<Record<ServerKind, string>> = {
  uws: 'ours, uWebSockets.js',
  ws: 'ours, Socket.IO’s default (ws)',
  bare: 'bare uWebSockets.js',
};
const KIND_NAMES: Readonly<Record<Kind, string>> = {
  own: 'one person',
  room: `room of ${ROOM_SIZE}`,
  group: `room of ${GROUP_SIZE}`,
  all: 'everybody',
};
/** The order's: a socket with its subscriptions, and how much dearer than the bare limit the hot path may be. */
const MOST_BYTES = 16 * 1_024;
const MOST_TIMES = 1.5;

export interface Conditions {
  users: number;
  seconds: number;
  loadBefore: number;
  loadAfter: number;
}

/** One figure of all servers; what `times` says is how many times the bare limit it is. */
interface Row {
  what: string;
  unit: string;
  of: (measured: Measured) => number;
  digits: number;
}

const cost = (what: string, of: (measured: Measured) => Told): Row[] => [
  { what: `CPU a delivery, ${what}`, unit: 'µs', of: (one) => of(one).netUs, digits: 1 },
];
const ROWS: readonly Row[] = [
  { what: 'people who come and join, a second', unit: '/s', of: ({ connect }) => connect.perSecond, digits: 0 },
  { what: 'CPU for one who comes and joins', unit: 'ms', of: ({ connect }) => connect.cpuMs, digits: 3 },
  { what: 'memory a socket, RSS', unit: 'KB', of: ({ memory }) => memory.rss / 1_024, digits: 1 },
  { what: 'memory a socket, heap', unit: 'KB', of: ({ memory }) => memory.heap / 1_024, digits: 1 },
  { what: 'CPU while nothing is told', unit: '% of a core', of: ({ idle }) => idle.core * 100, digits: 2 },
  { what: 'CPU a ping with its answer', unit: 'µs', of: ({ idle }) => idle.pingUs, digits: 1 },
  ...cost('the mix', ({ mix }) => mix),
  ...cost('one person each', ({ own }) => own),
  ...cost(`rooms of ${ROOM_SIZE}`, ({ rooms }) => rooms),
  { what: 'CPU a delivery, the mix with pings and timers', unit: 'µs', of: ({ mix }) => mix.cpuUs, digits: 1 },
  ...KINDS.flatMap((kind) =>
    (['p50', 'p95', 'p99'] as const).map((share) => ({
      ...{ what: `${share}, ${KIND_NAMES[kind]}`, unit: 'ms', digits: 2 },
      of: ({ mix }: Measured) => mix.latency[kind][share],
    })),
  ),
  { what: 'event loop, p99', unit: 'ms', of: ({ mix }) => mix.loopP99Ms, digits: 2 },
  { what: 'lost', unit: '', of: ({ mix, own, rooms }) => mix.lost + own.lost + rooms.lost, digits: 0 },
];

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
const ratio = (value: number, limit: number): number | null => (limit > 0 ? round(value / limit, 2) : null);

export type Servers = Readonly<Record<ServerKind, Measured>>;

/** Each figure side by side, and how many times the bare limit ours and the default are. */
export function sideBySide(servers: Servers) {
  return ROWS.map(({ what, unit, of, digits }) => {
    const [ours, byDefault, bare] = [of(servers.uws), of(servers.ws), of(servers.bare)];
    return {
      ...{ what, unit, ours: round(ours, digits), default: round(byDefault, digits), bare: round(bare, digits) },
      ...{ oursToBare: ratio(ours, bare), defaultToBare: ratio(byDefault, bare) },
    };
  });
}

/** What was asked for, and whether it is so. */
export function targetsOf({ uws, bare }: Servers) {
  const target = (what: string, wanted: string, was: string, met: boolean) => ({ what, wanted, was, met });
  const kilobytes = (bytes: number): string => `${round(bytes / 1_024, 1)} KB`;
  const times = (of: (one: Measured) => Told) => ratio(of(uws).netUs, of(bare).netUs) ?? Infinity;
  const hot = (what: string, of: (one: Measured) => Told) =>
    target(`CPU a delivery, ${what}, beside bare`, `≤ ${MOST_TIMES} ×`, `${times(of)} ×`, times(of) <= MOST_TIMES);
  const memory = (what: 'rss' | 'heap', name: string) =>
    target(`a socket with its rooms, ${name}`, '≤ 16 KB', kilobytes(uws.memory[what]), uws.memory[what] <= MOST_BYTES);
  return [
    ...[memory('rss', 'RSS'), memory('heap', 'heap')],
    hot('the mix', ({ mix }) => mix),
    hot('one person each', ({ own }) => own),
    hot(`rooms of ${ROOM_SIZE}`, ({ rooms }) => rooms),
  ];
}

export const CONDITIONS = {
  everything:
    'each server alone in its process, its listeners in another, on this machine over loopback; one server is told something at a time, in turns, three rounds, of which the middle one counts; no balancer, no Redis, no database',
  replaced:
    'sessions, topics and their states by functions in the process: handshake, commands, rooms and the delivery of bus messages are the product’s own',
  mix: MIX,
  alone: { own: OWN_ALONE.own, room: ROOMS_ALONE.room },
  messageBytes: MESSAGE_BYTES,
  spread: `the product tells rooms of more than ${AT_ONCE} in the course of ${SPREAD_MS} ms, on purpose; bare tells them at once`,
  rooms: `one’s own, one of ${ROOM_SIZE}, one of all; ${GROUP_SIZE} people one more`,
};

const table = (head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell ?? '').join(' | ')} |`).join('\n');

export function markdownOf(given: { at: string; machine: Machine; conditions: Conditions; servers: Servers }): string {
  const { at, machine, conditions, servers } = given;
  return `# Sockets: ours, Socket.IO’s default engine, and bare uWebSockets.js

${at}, ${machine.cores} cores (${machine.model}), ${machine.gigabytes} GB, Node ${machine.node}; on average ${conditions.loadBefore} processes wanted to run in the minute before, ${conditions.loadAfter} in the last (0: a quiet machine).
${conditions.users} people before each server: ${CONDITIONS.everything}. Replaced: ${CONDITIONS.replaced}.
Rooms: ${CONDITIONS.rooms}. The mix, ${conditions.seconds} s in all: ${MIX.own} messages a second to one person each, ${MIX.room} to rooms of ${ROOM_SIZE}, ${MIX.group} to one of ${GROUP_SIZE}, one in ${1 / MIX.all} s to everybody; ${MESSAGE_BYTES} bytes each. Then one kind alone: ${OWN_ALONE.own} messages a second to one person each, ${ROOMS_ALONE.room} to rooms. To everybody: ${CONDITIONS.spread}. Of what CPU a delivery takes, pings and the bench’s timers are taken off, where it does not say otherwise.

${table(
  ['target', 'wanted', 'was', 'met'],
  targetsOf(servers).map(({ what, wanted, was, met }) => [what, wanted, was, met ? 'yes' : '**no**']),
)}

${table(
  ['', 'unit', NAMES.uws, NAMES.ws, NAMES.bare, 'ours ÷ bare', 'default ÷ bare'],
  sideBySide(servers).map((row) => [...[row.what, row.unit, row.ours, row.default, row.bare, row.oursToBare, row.defaultToBare]]),
)}
`;
}
