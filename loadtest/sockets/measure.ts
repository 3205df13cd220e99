import path from 'node:path';
import { startChild, type Child } from './child.ts';
import type { Heard, Latency, ListenersOrder } from './listeners-process.ts';
import { MIX, NOTHING, OWN_ALONE, ROOMS_ALONE, type Kind, type Rates } from './scenario.ts';
import { ORIGIN, type ServerKind } from './servers.ts';
import type { Memory, ServerOrder, TellResult } from './server-process.ts';

/** A while in which messages of some kinds were told. */
export interface Told {
  messages: number;
  deliveries: number;
  lost: number;
  /** Of a core, of the server's process. */
  core: number;
  /** Microseconds of a core a delivery; `net`: without what the same crowd costs when nothing is told. */
  cpuUs: number;
  netUs: number;
  loopP99Ms: number;
  latency: Record<Kind, Latency>;
}

export interface Measured {
  server: ServerKind;
  connect: { people: number; perSecond: number; cpuMs: number };
  /** Bytes a socket that has joined its rooms, after a collection of garbage. */
  memory: { rss: number; heap: number };
  /** Of a core, while nothing is told. */
  idleCore: number;
  mix: Told;
  own: Told;
  rooms: Told;
}

export interface Options {
  users: number;
  seconds: number;
  /** Folder for CPU profiles of the servers. */
  profile: string | null;
}

/** They come first, and stay: what a process makes once is there when the others come. */
const FIRST_SHARE = 0.1;
const WARM_SECONDS = 2;
const ALONE_SECONDS = 5;

type Processes = { server: Child<ServerOrder>; listeners: Child<ListenersOrder> };
type Stretch = { rates: Rates; seconds: number; users: number };

async function tell({ server, listeners }: Processes, stretch: Stretch, idleCore: number): Promise<Told> {
  const result = await server.ask<TellResult>({ do: 'tell', ...stretch });
  const { cpuMs, seconds, messages, deliveries, loopP99Ms } = result;
  const { received, latency } = await listeners.ask<Heard>({ do: 'figures', expected: deliveries });
  const us = (ms: number): number => (deliveries === 0 ? 0 : (ms * 1_000) / deliveries);
  return {
    ...{ messages, deliveries, lost: deliveries - received, core: cpuMs / 1_000 / seconds },
    ...{ cpuUs: us(cpuMs), netUs: us(cpuMs - idleCore * seconds * 1_000), loopP99Ms, latency },
  };
}

async function bring({ server, listeners }: Processes, from: number, until: number): Promise<Measured['connect']> {
  const before = await server.ask<number>({ do: 'cpu' });
  const seconds = await listeners.ask<number>({ do: 'come', from, until });
  const used = (await server.ask<number>({ do: 'cpu' })) - before;
  return { people: until - from, perSecond: (until - from) / seconds, cpuMs: used / (until - from) };
}

async function measureIn(processes: Processes, kind: ServerKind, { users, seconds, profile }: Options): Promise<Measured> {
  const { server, listeners } = processes;
  const port = await server.ask<number>({ do: 'begin', kind });
  await listeners.ask({ do: 'begin', port, origin: ORIGIN, socketIo: kind !== 'bare' });
  const first = Math.ceil(users * FIRST_SHARE);
  await bring(processes, 0, first);
  for (const rates of [MIX, OWN_ALONE]) await tell(processes, { rates, seconds: WARM_SECONDS, users: first }, 0);
  const few = await server.ask<Memory>({ do: 'memory' });
  const connect = await bring(processes, first, users);
  const all = await server.ask<Memory>({ do: 'memory' });
  const each = (what: 'rss' | 'heap'): number => (all[what] - few[what]) / (all.sockets - few.sockets);
  const memory = { rss: each('rss'), heap: each('heap') };
  const { core: idleCore } = await tell(processes, { rates: NOTHING, seconds, users }, 0);
  if (profile !== null) await server.ask({ do: 'profile', file: null });
  const mix = await tell(processes, { rates: MIX, seconds, users }, idleCore);
  const own = await tell(processes, { rates: OWN_ALONE, seconds: ALONE_SECONDS, users }, idleCore);
  const rooms = await tell(processes, { rates: ROOMS_ALONE, seconds: ALONE_SECONDS, users }, idleCore);
  if (profile !== null) await server.ask({ do: 'profile', file: path.resolve(profile, `sockets-${kind}.cpuprofile`) });
  return { server: kind, connect, memory, idleCore, mix, own, rooms };
}

/** Measures one server, in a process of its own and before a crowd in another. */
export async function measure(kind: ServerKind, options: Options): Promise<Measured> {
  const processes: Processes = {
    server: startChild<ServerOrder>(new URL('./server-process.ts', import.meta.url), ['--expose-gc']),
    listeners: startChild<ListenersOrder>(new URL('./listeners-process.ts', import.meta.url)),
  };
  try {
    return await measureIn(processes, kind, options);
  } finally {
    processes.listeners.stop();
    processes.server.stop();
  }
}
