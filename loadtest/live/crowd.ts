import { createPhotographs } from '../acts/photographs.ts';
import { Troupe } from '../acts/troupe.ts';
import { digestOf } from './digest.ts';
import { noFigures, type CrowdFigures, type CrowdState, type CrowdUser, type FinalState } from './crowd-types.ts';
import { readPacket, type Packet } from './packets.ts';
import { VirtualUser, type Answer, type Held } from './virtual-user.ts';

/** As the page does (client/src/lib/live/live-client.ts). Milliseconds. */
const CHECK_EVERY_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
const SWEEP_MS = 200;

export interface CrowdOptions {
  host: string;
  port: number;
  origin: string;
  /** First number of the loopback range of this process's source addresses, `127.<range>.y.z`; absent: the system chooses. */
  range?: number;
  /** Milliseconds between two questions whether a page is behind. */
  checkEveryMs?: number;
}

/** What waits for an answer. `held` null: a check. */
export interface Asked {
  /** Which of the user's lines it was asked on. */
  line: number;
  user: VirtualUser;
  held: readonly Held[] | null;
  at: number;
  /** Of a command: told the answer, or null when none came. */
  tell?: (answer: Answer | null) => void;
}

/** A message that many may get, and what it says. */
interface Read {
  bytes: Buffer;
  packet: Packet;
}
/** Messages of different rooms that reach the lines of one process at the same time. */
const RECENT = 12;

/** Users on one source address: far fewer than the ports that an address has. */
const USERS_AN_ADDRESS = 200;

/** The virtual users of one process, their figures, and what they share: ids, timers, the last message read. */
export class Crowd {
  figures: CrowdFigures = noFigures();
  readonly asked = new Map<number, Asked>();
  private readonly users: VirtualUser[] = [];
  private nextId = 0;
  private recent: Read[] = [];
  private digests = new Map<unknown, string>();
  private checkAt = 0;
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_MS);

  readonly troupe: Troupe;

  constructor(readonly options: CrowdOptions) {
    this.troupe = new Troupe(createPhotographs(options), () => this.anybody());
  }

  add(user: CrowdUser, slow = false): VirtualUser {
    const { range } = this.options;
    const block = Math.floor(this.users.length / USERS_AN_ADDRESS) + 1;
    const from = range === undefined ? undefined : `127.${range}.${block >> 8}.${block & 255}`;
    const added = new VirtualUser(this, user, from, slow);
    this.users.push(added);
    if (user.part) this.troupe.add(added, user.part);
    return added;
  }

  /** Brings them all, so many a second at most; resolves when the last has set out. */
  async arrive(users: readonly CrowdUser[], perSecond: number, slowShare = 0): Promise<void> {
    const began = performance.now();
    for (let index = 0; index < users.length;) {
      const due = Math.min(users.length, Math.floor(((performance.now() - began) / 1_000) * perSecond) + 1);
      for (; index < due; index += 1) {
        const user = users[index];
        if (user) this.add(user, slowShare > 0 && index % Math.round(1 / slowShare) === 0).connect();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Cuts so many of the lines at once, without a word. */
  drop(share = 1): void {
    const all = this.users.slice(0, Math.ceil(this.users.length * share));
    for (const user of all) user.cut();
  }

  /** A bad network: some lines stand still for up to so long, some break. */
  stall(share: number, mostMs: number, broken: number): void {
    for (const user of this.users) {
      const draw = Math.random();
      if (draw < broken) user.cut();
      else if (draw < broken + share) user.stall(Math.random() * mostMs);
    }
  }

  /** Whoever read slowly reads as fast as the others. */
  mend(): void {
    for (const user of this.users) user.mend();
  }

  get state(): CrowdState {
    let [connected, settled] = [0, 0];
    for (const user of this.users) {
      if (user.connected) connected += 1;
      if (user.settled) settled += 1;
    }
    return { users: this.users.length, connected, settled, acting: this.troupe.acting };
  }

  takeFigures(): CrowdFigures {
    const taken = { ...this.figures, acts: this.troupe.takeFigures() };
    this.figures = noFigures();
    return taken;
  }

  finals(): FinalState[] {
    this.digests = new Map();
    return this.users.flatMap((user) => user.finals());
  }

  stop(): void {
    clearInterval(this.sweeper);
    for (const user of this.users) user.end();
  }

  /** What a room is told is the same for thousands, whose lines are not read one right after the other: read once. */
  read(message: Buffer): Packet {
    this.figures.bytes += message.length;
    const known = this.recent.find(({ bytes }) => bytes.length === message.length && bytes.equals(message));
    if (known) return known.packet;
    const packet = readPacket(message.toString('utf8'));
    if (packet.kind === 'event') this.recent = [{ bytes: Buffer.from(message), packet }, ...this.recent.slice(0, RECENT - 1)];
    return packet;
  }

  /** Of a state that many hold, once. */
  digest(state: unknown): string {
    const known = this.digests.get(state) ?? digestOf(state);
    this.digests.set(state, known);
    return known;
  }

  /** The id under which the answer will come. */
  await(asked: Asked): number {
    this.nextId += 1;
    this.asked.set(this.nextId, asked);
    return this.nextId;
  }

  error(what: string): void {
    this.figures.errors[what] = (this.figures.errors[what] ?? 0) + 1;
  }

  /** Somebody who is there and only looks on; null: not found among a few. */
  private anybody(): VirtualUser | null {
    for (let tried = 0; tried < 20; tried += 1) {
      const user = this.users[Math.floor(Math.random() * this.users.length)];
      if (user?.isIdle && user.isThere) return user;
    }
    return null;
  }

  private sweep(): void {
    const before = performance.now() - ANSWER_WITHIN_MS;
    for (const [id, asked] of this.asked) {
      // In the order of asking.
      if (asked.at > before) break;
      this.asked.delete(id);
      asked.user.unanswered(asked);
    }
    const share = (this.users.length * SWEEP_MS) / (this.options.checkEveryMs ?? CHECK_EVERY_MS);
    const until = this.checkAt + share;
    for (let index = Math.ceil(this.checkAt); index < until; index += 1) this.users[index % this.users.length]?.check();
    this.checkAt = this.users.length === 0 ? 0 : until % this.users.length;
  }
}
