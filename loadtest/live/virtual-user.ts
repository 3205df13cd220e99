import { tryTakesMs } from '#shared/contracts/reconnection.ts';
import type { Joined, LiveMessage } from '#shared/contracts/topics.ts';
import type { Page } from '../acts/act.ts';
import { ActError } from '../acts/act-types.ts';
import { Watches } from '../acts/watches.ts';
import { backOffMs } from './back-off.ts';
import type { Asked, Crowd } from './crowd.ts';
import { kindOf, type CrowdUser, type FinalState, type Kind } from './crowd-types.ts';
import { Line, type LineOwner } from './line.ts';
import { CONNECT, DISCONNECT, eventPacket, PONG } from './packets.ts';
import { note } from './tally.ts';

/** One topic on a screen: what `client/src/lib/live/topic-entry.ts` keeps of it, and its state. */
export interface Held {
  topic: string;
  kind: Kind;
  seq: number;
  state: unknown;
  reading: boolean;
  again: boolean;
  /** The newest message that came while the snapshot was read. */
  meanwhile: LiveMessage | null;
  stale: boolean;
  /** When its whole state was read last, milliseconds. */
  wholeAt: number;
}

export type Answer = { data?: unknown; error?: { code: string; details?: { retryAfterSeconds?: number } } };
const RETRY_REFUSED_MS = 10_000;
/** As the page has it (client/src/lib/live/live-client.ts). */
const GOOD_FOR_MS = 600_000;

const nothingYet = (topic: string): Held => ({
  ...{ topic, kind: kindOf(topic), seq: -1, state: null, reading: false, again: false, meanwhile: null, stale: true },
  wholeAt: 0,
});

/** One page: its line, its topics, and what the real client does about a lost line, a gap and an order to read again. */
export class VirtualUser implements LineOwner, Page {
  connected = false;
  private line: Line | null = null;
  private readonly held: Held[];
  private cookies = new Map<string, string>();
  private attempt = 0;
  private lines = 0;
  private beganAt = 0;
  private lostAt = 0;
  private over = false;
  private waiting: ReturnType<typeof setTimeout> | null = null;
  /** Of those alone who act. */
  private watches: Watches | null = null;
  /** Told when whoever closed the tab has it open again, with everything on it. */
  private back: (() => void) | null = null;

  constructor(
    private readonly crowd: Crowd,
    private readonly user: CrowdUser,
    readonly from: string | undefined,
    private slow: boolean,
  ) {
    this.held = user.topics.map(nothingYet);
  }

  get settled(): boolean {
    return this.connected && this.held.every(({ stale, reading }) => !stale && !reading);
  }

  connect(): void {
    if (this.over || this.line) return;
    this.lines += 1;
    this.beganAt = performance.now();
    const { host, port, origin } = this.crowd.options;
    this.line = new Line(
      this,
      { host, port, origin, cookie: this.cookie, ...(this.from !== undefined && { localAddress: this.from }) },
      this.slow,
    );
    // One that waits at a balancer which takes no more tries another.
    this.waiting = setTimeout(() => this.line?.drop(), tryTakesMs(this.attempt));
  }

  /** The network is gone. */
  cut(): void {
    this.line?.drop();
  }

  /** Nothing comes through for so long. */
  stall(ms: number): void {
    this.line?.stall(ms);
  }

  /** Whose line was slow has a good one. */
  mend(): void {
    this.slow = false;
    this.line?.mend();
  }

  // What acts need.

  get isThere(): boolean {
    return !this.over && this.settled;
  }

  get cookie(): string {
    return [this.user.cookie, ...[...this.cookies].map(([name, value]) => `${name}=${value}`)].join('; ');
  }

  /** Looks on, and nothing else. */
  get isIdle(): boolean {
    return this.user.part === undefined && !this.slow;
  }

  hold(topic: string): void {
    if (this.held.some((one) => one.topic === topic)) return;
    const one = nothingYet(topic);
    this.held.push(one);
    this.read([one]);
  }

  stateOf(topic: string): unknown {
    return this.held.find((one) => one.topic === topic)?.state ?? null;
  }

  command(name: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.connected) return reject(new ActError('NO_LINE'));
      this.ask(name, input, null, (answer) => {
        if (answer && !answer.error) resolve(answer.data);
        else reject(new ActError(answer?.error?.code ?? 'NO_ANSWER'));
      });
    });
  }

  shown<T>(topic: string, question: (state: never) => T | null, withinMs: number): Promise<T> {
    this.watches ??= new Watches();
    return this.watches.until(topic, this.stateOf(topic), question, withinMs);
  }

  /** Opened again at once, as a person does, without a back-off. */
  leaveAndReturn(backInMs: number, withinMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (!this.isThere) return reject(new ActError('NO_LINE'));
      this.hangUp();
      this.waiting = setTimeout(() => {
        const opened = performance.now();
        const tooLate = setTimeout(() => {
          this.back = null;
          reject(new ActError('NOT_SHOWN'));
        }, withinMs);
        this.back = () => {
          clearTimeout(tooLate);
          resolve(performance.now() - opened);
        };
        this.connect();
      }, backInMs);
    });
  }

  end(): void {
    this.over = true;
    this.waitNoMore();
    this.line?.drop();
  }

  check(): void {
    const held = this.held.filter(({ stale, reading }) => !stale && !reading);
    if (!this.connected || held.length === 0) return;
    this.crowd.figures.checks += 1;
    this.ask('live:check', { held: held.map(({ topic, seq }) => [topic, seq]) }, null);
  }

  finals(): FinalState[] {
    const acted = this.user.topics.length;
    return this.held.map(({ topic, seq, state }, index) => ({
      ...{ topic, seq, digest: this.crowd.digest(state) },
      ...(index >= acted && { acted: true as const }),
    }));
  }

  // What the line tells.

  onCookies(pairs: readonly string[]): void {
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
  }

  onMessage(message: Buffer): void {
    const packet = this.crowd.read(message);
    switch (packet.kind) {
      case 'open':
        return this.line?.send(CONNECT);
      case 'ping':
        return this.line?.send(PONG);
      case 'connected':
        return this.onConnected();
      case 'event':
        return this.onEvent(packet.data as [string, unknown]);
      case 'ack':
        return this.onAnswer(packet.id, packet.data as Answer);
      case 'connect_error':
        return this.onRefused((packet.data as { data?: { code?: string } }).data?.code ?? 'refused');
      case 'disconnected':
        // The server's farewell: nobody comes back from it but by himself.
        this.hangUp();
        return this.again(250 + Math.random() * 750);
      case 'close':
        return this.line?.drop();
      default:
        this.crowd.error('packet: unknown');
    }
  }

  onClosed(why: string): void {
    const was = this.connected;
    this.line = null;
    this.waitNoMore();
    this.lost();
    if (this.over) return;
    this.crowd.error(was ? `line: ${why}` : `connect: ${why}`);
    this.again(backOffMs(this.attempt));
    this.attempt += 1;
  }

  unanswered({ held, line, tell }: Asked): void {
    if (tell) return tell(null);
    // On a line that was left: what was asked was asked again on the new one.
    if (!this.connected || line !== this.lines) return;
    this.crowd.error('no answer');
    if (held) {
      this.readLater(held);
    } else {
      this.hangUp();
      this.connect();
    }
  }

  private again(ms: number, what: () => void = () => this.connect()): void {
    const timer = setTimeout(what, ms);
    if (!this.connected) this.waiting = timer;
  }

  private lost(): void {
    if (this.connected && this.lostAt === 0) this.lostAt = performance.now();
    this.connected = false;
    for (const one of this.held) [one.reading, one.again, one.meanwhile, one.stale] = [false, false, null, true];
  }

  /** Leaves without waiting for an answer. What the old line still says is not heard. */
  private hangUp(): void {
    const { line } = this;
    if (!line) return;
    this.waitNoMore();
    this.lost();
    this.line = null;
    line.disown();
    line.send(DISCONNECT);
    line.close();
  }

  private waitNoMore(): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.waiting = null;
  }

  private onConnected(): void {
    this.waitNoMore();
    this.connected = true;
    this.attempt = 0;
    note(this.crowd.figures.handshakes, performance.now() - this.beganAt);
    this.read(this.held);
  }

  private onRefused(code: string): void {
    this.crowd.error(`refused: ${code}`);
    this.hangUp();
    if (code !== 'UNAUTHENTICATED') this.again(RETRY_REFUSED_MS);
  }

  private onEvent([name, data]: [string, unknown]): void {
    const { figures } = this.crowd;
    if (name === 'live') return this.onLive(data as LiveMessage);
    const { withinMs = 0 } = (data ?? {}) as { withinMs?: number };
    if (name === 'live:resync') {
      figures.resyncs += 1;
      setTimeout(() => this.read(this.held), Math.random() * withinMs);
    } else if (name === 'node:draining') {
      figures.drains += 1;
      setTimeout(() => {
        if (!this.connected) return;
        this.hangUp();
        this.connect();
      }, Math.random() * withinMs);
    } else if (name === 'session:ended') {
      this.crowd.error('session ended');
      this.over = true;
    }
  }

  private onLive(message: LiveMessage): void {
    const one = this.held.find(({ topic }) => topic === message.topic);
    if (!one) return this.crowd.error('a topic that nobody asked for');
    this.crowd.figures.received[one.kind] += 1;
    if (one.reading && (!one.meanwhile || one.meanwhile.seq < message.seq)) one.meanwhile = message;
    if (one.seq < 0 || message.seq <= one.seq) return;
    note(this.crowd.figures.screens[one.kind], Date.now() - Date.parse(message.at));
    if (message.seq !== one.seq + 1) this.crowd.figures.gaps += 1;
    this.absorb(one, message);
  }

  private absorb(one: Held, message: LiveMessage): void {
    if (message.again) return this.read([one]);
    one.seq = message.seq;
    one.state = message.state;
    this.watches?.tell(one.topic, one.state);
  }

  private ask(name: string, input: unknown, held: readonly Held[] | null, tell?: Asked['tell']): void {
    const id = this.crowd.await({ user: this, held, line: this.lines, at: performance.now(), ...(tell && { tell }) });
    this.line?.send(eventPacket(name, input, id));
  }

  private read(some: readonly Held[]): void {
    if (!this.connected) return;
    const idle = some.filter(({ reading }) => !reading);
    for (const one of some) if (one.reading) one.again = true;
    if (idle.length === 0) return;
    for (const one of idle) [one.reading, one.meanwhile] = [true, null];
    const good = ({ seq, wholeAt }: Held): number | null => (seq >= 0 && performance.now() - wholeAt < GOOD_FOR_MS ? seq : null);
    this.ask('live:join', { topics: idle.map((one) => [one.topic, good(one)]) }, idle);
  }
  private readLater(some: readonly Held[], inMs = 500 + Math.random() * 1_500): void {
    for (const one of some) one.reading = false;
    this.again(inMs, () => this.read(some));
  }

  private onAnswer(id: number, answer: Answer): void {
    const { asked, figures } = this.crowd;
    const question = asked.get(id);
    // Late, or of a line before this one.
    if (!question) return;
    asked.delete(id);
    if (question.tell) return question.tell(answer);
    note(figures.acknowledgements, performance.now() - question.at);
    const { held } = question;
    if (answer.error) {
      this.crowd.error(`answer: ${answer.error.code}`);
      const seconds = answer.error.details?.retryAfterSeconds;
      if (held) this.readLater(held, seconds && seconds * 1_000 * (0.7 + Math.random() * 0.6));
    } else if (held) this.onAllJoined(held, answer.data as Joined[]);
    else this.onChecked((answer.data as { behind: string[] }).behind);
  }

  private onAllJoined(held: readonly Held[], answers: readonly Joined[]): void {
    const refused: Held[] = [];
    let inMs: number | undefined;
    for (const [index, joined] of answers.entries()) {
      const one = held[index];
      if (!one) continue;
      if (!('error' in joined)) {
        this.onJoined(one, joined);
        continue;
      }
      this.crowd.error(`topic: ${joined.error.code}`);
      const seconds = joined.error.details?.['retryAfterSeconds'];
      if (typeof seconds === 'number') inMs = seconds * 1_000 * (0.7 + Math.random() * 0.6);
      refused.push(one);
    }
    if (refused.length > 0) this.readLater(refused, inMs);
  }

  private onJoined(one: Held, joined: Exclude<Joined, { error: unknown }>): void {
    const { figures } = this.crowd;
    const { meanwhile } = one;
    [one.reading, one.stale, one.meanwhile] = [false, false, null];
    if ('unchanged' in joined) figures.unchanged += 1;
    else {
      figures.snapshots += 1;
      one.seq = joined.seq;
      one.wholeAt = performance.now();
      one.state = joined.state;
      this.watches?.tell(one.topic, one.state);
      if (meanwhile && meanwhile.seq > one.seq) this.absorb(one, meanwhile);
    }
    if (one.again) {
      one.again = false;
      this.read([one]);
    }
    if (this.lostAt > 0 && this.settled) {
      // Who was away by their own choice did not lose the line.
      if (!this.back) note(figures.returns, performance.now() - this.lostAt);
      this.lostAt = 0;
      this.back?.();
      this.back = null;
    }
  }

  private onChecked(behind: readonly string[]): void {
    this.crowd.figures.behind += behind.length;
    for (const one of this.held) if (behind.includes(one.topic)) this.read([one]);
  }
}
