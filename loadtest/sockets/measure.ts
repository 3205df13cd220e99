import path from 'node:path';
import { startChild, type Child } from './child.ts';
import type { Heard, Latency, ListenersOrder } from './listeners-process.ts';
import { MIX, NOTHING, OWN_ALONE, ROOMS_ALONE, type Kind, type Rates } from './scenario.ts';
import { ORIGIN, type ServerKind } from './servers.ts';
import type { Memory, ServerOrder, TellResult } from './server-process.ts';

/** What is told: of all kinds as the order has it, or one kind alone. */
export const STRETCHES = ['mix', 'own', 'rooms'] as const;
export type Stretch = (typeof STRETCHES)[number];
const RATES: Readonly<Record<Stretch, Rates>> = { mix: MIX, own: OWN_ALONE, rooms: ROOMS_ALONE };

/** What of a stretch was found, in the middle of its rounds. */
export interface Told {
  deliveries: number;
  lost: number;
  /** Microseconds of a core a delivery; `net`: without timers and pings, which the same crowd has when nothing is told. */
  cpuUs: number;
  netUs: number;
  /** Of each round: how far they are apart says what the middle one is worth. */
  netUsOfRounds: number[];
  loopP99Ms: number;
  latency: Record<Kind, Latency>;
}

export interface Measured extends Record<Stretch, Told> {
  server: ServerKind;
  connect: { people: number; perSecond: number; cpuMs: number };
  /** Bytes a socket that has joined its rooms, after a collection of garbage. */
  memory: { rss: number; heap: number };
  /** Of a core, while nothing is told; microseconds of it a ping of Socket.IO's own, with its answer. */
  idle: { core: number; pingUs: number };
}

export interface Options {
  users: number;
  /** Of the mix, over all rounds. */
  seconds: number;
  /** Folder for CPU profiles of the servers. */
  profile: string | null;
}

/** They come first, and stay: what a process makes once is there when the others come. */
const FIRST_SHARE = 0.1;
const WARM_SECONDS = 2;
/** Of a second each; nobody is connected meanwhile. */
const SILENT_MOMENTS = 6;
/** As long as from one ping of a socket to the next. */
const IDLE_SECONDS = 26;
const ALONE_SECONDS = 3;
/** Servers take turns: what else happens on the machine happens to all of them. */
const ROUNDS = 3;

interface RoundResult {
  deliveries: number;
  received: number;
  cpuUs: number;
  netUs: number;
  loopP99Ms: number;
  latency: Record<Kind, Latency>;
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A server and its crowd, a process each. */
export class Subject {
  private readonly server = startChild<ServerOrder>(new URL('./server-process.ts', import.meta.url), ['--expose-gc']);
  private readonly listeners: Child<ListenersOrder> = startChild(new URL('./listeners-process.ts', import.meta.url));
  private readonly rounds: Record<Stretch, RoundResult[]> = { mix: [], own: [], rooms: [] };
  private connect = { people: 0, perSecond: 0, cpuMs: 0 };
  private memory = { rss: 0, heap: 0 };
  /** Timers alone, of a core. */
  silentCore = 0;
  /** With the crowd before it. */
  private idle = { core: 0, pingUs: 0 };

  constructor(
    readonly kind: ServerKind,
    private readonly options: Options,
  ) {}

  /** Brings its crowd; what a socket takes is what the later ones do. */
  async fill(): Promise<void> {
    const { users } = this.options;
    const port = await this.server.ask<number>({ do: 'begin', kind: this.kind });
    await this.listeners.ask({ do: 'begin', port, origin: ORIGIN, socketIo: this.kind !== 'bare' });
    this.silentCore = await this.silence();
    const first = Math.ceil(users * FIRST_SHARE);
    await this.bring(0, first);
    for (const rates of [MIX, OWN_ALONE]) await this.server.ask({ do: 'tell', rates, seconds: WARM_SECONDS, users: first });
    const few = await this.server.ask<Memory>({ do: 'memory' });
    this.connect = await this.bring(first, users);
    const all = await this.server.ask<Memory>({ do: 'memory' });
    const each = (what: 'rss' | 'heap'): number => (all[what] - few[what]) / (all.sockets - few.sockets);
    this.memory = { rss: each('rss'), heap: each('heap') };
  }

  /** What timers take of a core when nobody is connected: the least of some moments, since whatever else happens only adds to it. */
  private async silence(): Promise<number> {
    let least = Infinity;
    for (let moment = 0; moment < SILENT_MOMENTS; moment += 1) {
      const order = { do: 'tell', rates: NOTHING, seconds: 1, users: 0 } as const;
      const { cpuMs, seconds } = await this.server.ask<TellResult>(order);
      least = Math.min(least, cpuMs / 1_000 / seconds);
    }
    return least;
  }

  private async bring(from: number, until: number): Promise<Measured['connect']> {
    const before = await this.server.ask<number>({ do: 'cpu' });
    const seconds = await this.listeners.ask<number>({ do: 'come', from, until });
    const used = (await this.server.ask<number>({ do: 'cpu' })) - before;
    return { people: until - from, perSecond: (until - from) / seconds, cpuMs: used / (until - from) };
  }

  /** Nothing is told: what the crowd costs by being there. */
  async rest(): Promise<void> {
    const { users } = this.options;
    await this.listeners.ask({ do: 'hear', stretch: 'rest' });
    const { cpuMs, seconds } = await this.server.ask<TellResult>({ do: 'tell', rates: NOTHING, seconds: IDLE_SECONDS, users });
    const { pings } = await this.listeners.ask<Heard>({ do: 'figures', expected: 0 });
    const beside = cpuMs - this.silentCore * seconds * 1_000;
    this.idle = { core: cpuMs / 1_000 / seconds, pingUs: pings === 0 ? 0 : (beside * 1_000) / pings };
  }

  async round(): Promise<void> {
    await this.profiled(async () => {
      for (const stretch of STRETCHES) this.rounds[stretch].push(await this.tell(stretch));
    });
  }

  private async tell(stretch: Stretch): Promise<RoundResult> {
    const seconds = stretch === 'mix' ? this.options.seconds / ROUNDS : ALONE_SECONDS;
    await this.listeners.ask({ do: 'hear', stretch });
    const told = await this.server.ask<TellResult>({
      ...{ do: 'tell', rates: RATES[stretch], seconds },
      users: this.options.users,
    });
    const { deliveries, cpuMs, loopP99Ms } = told;
    const { received, latency, pings } = await this.listeners.ask<Heard>({ do: 'figures', expected: deliveries });
    const us = cpuMs * 1_000;
    const beside = this.silentCore * told.seconds * 1e6 + pings * this.idle.pingUs;
    return { deliveries, received, cpuUs: us / deliveries, netUs: (us - beside) / deliveries, loopP99Ms, latency };
  }

  /** Profiles the last round when that is wanted. */
  private async profiled(work: () => Promise<void>): Promise<void> {
    const { profile } = this.options;
    const wanted = profile !== null && this.rounds.mix.length === ROUNDS - 1;
    if (wanted) await this.server.ask({ do: 'profile', file: null });
    await work();
    if (wanted) await this.server.ask({ do: 'profile', file: path.resolve(profile ?? '', `sockets-${this.kind}.cpuprofile`) });
  }

  get measured(): Measured {
    const told = (stretch: Stretch): Told => {
      const rounds = this.rounds[stretch];
      const sum = (of: (round: RoundResult) => number): number => rounds.reduce((total, round) => total + of(round), 0);
      const inTheMiddle = (of: (round: RoundResult) => number): number => middle(rounds.map(of));
      return {
        ...{ deliveries: sum((one) => one.deliveries), lost: sum((one) => one.deliveries - one.received) },
        ...{ cpuUs: inTheMiddle((one) => one.cpuUs), netUs: inTheMiddle((one) => one.netUs) },
        netUsOfRounds: rounds.map((one) => Math.round(one.netUs * 10) / 10),
        loopP99Ms: inTheMiddle((one) => one.loopP99Ms),
        // The listeners count on from round to round.
        latency: rounds.at(-1)?.latency ?? ({} as Record<Kind, Latency>),
      };
    };
    const { kind: server, connect, memory, idle } = this;
    return { ...{ server, connect, memory, idle }, mix: told('mix'), own: told('own'), rooms: told('rooms') };
  }

  stop(): void {
    this.listeners.stop();
    this.server.stop();
  }
}

/** Measures servers, each in a process of its own and before a crowd in another: one is told something at a time, in turns. */
export async function measure(kinds: readonly ServerKind[], options: Options): Promise<Measured[]> {
  const subjects = kinds.map((kind) => new Subject(kind, options));
  try {
    for (const subject of subjects) await subject.fill();
    // The timers are the same in all of them.
    const least = Math.min(...subjects.map(({ silentCore }) => silentCore));
    for (const subject of subjects) subject.silentCore = least;
    await Promise.all(subjects.map((subject) => subject.rest()));
    for (let round = 0; round < ROUNDS; round += 1) for (const subject of subjects) await subject.round();
    return subjects.map(({ measured }) => measured);
  } finally {
    for (const subject of subjects) subject.stop();
  }
}
