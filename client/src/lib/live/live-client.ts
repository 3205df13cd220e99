import type { Socket } from 'socket.io-client';
import type {
  Ack,
  ClientToServerEvents,
  CommandInput,
  CommandName,
  CommandOutput,
  ServerToClientEvents,
} from '#shared/contracts/commands.ts';
import { AppError, type ErrorBody } from '#shared/contracts/errors.ts';
import type { SessionEnd } from '#shared/contracts/identity.ts';
import { tryTakesMs } from '#shared/contracts/reconnection.ts';
import { createTopicEntry, type Reducer, type TopicEntry } from './topic-entry.ts';

export type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
export type ConnectionStatus = 'connecting' | 'live' | 'offline';

export interface LiveClientOptions {
  socket: LiveSocket;
  /** The session is over: nothing will come any more. */
  onSessionEnded: (why: SessionEnd) => void;
  /** For delta topics, by name. */
  reducers?: Partial<Record<string, Reducer>>;
  /** Milliseconds between two questions "am I behind?": what finds a lost last message. */
  checkEveryMs?: number;
  /** Milliseconds that an answer may take. */
  answerWithinMs?: number;
}

/** The live connection of one page: topics by reference count, commands, and the state of the line. */
export interface LiveClient {
  readonly status: ConnectionStatus;
  /** Since when it is so. */
  readonly since: Date;
  readonly lastHeardAt: Date | null;
  /** Calls back at every change of the three above. */
  onConnection(listener: () => void): () => void;
  /** Watches a topic until released. */
  watch(topic: string, listener: () => void): { entry: TopicEntry; release: () => void };
  command<C extends CommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C>>;
  /** The page is looked at again, or the network is said to be back. */
  wake(): void;
  /** The network is said to be gone. */
  lineDown(): void;
  close(): void;
}

interface Watched {
  entry: TopicEntry;
  listeners: Set<() => void>;
  refreshing: boolean;
  again: boolean;
  /** When its last reading began, milliseconds; a reading that waits for its turn. */
  readAt: number;
  /** When the reading began that last brought its whole state, milliseconds. */
  wholeAt: number;
  waits: boolean;
}

/** Between two readings of a topic whose changes are not sent along, milliseconds: a fleet's payments come by the hundred. */
const READ_EVERY_MS = 300;

/**
 * How long a state whose number has not changed is as good as a new one, milliseconds: what it says of the time of day (an estimate, what is
 * owed from today) changes without an event.
 */
const GOOD_FOR_MS = 600_000;
/** Topics in one question (shared/contracts/topics.ts: Join). */
const JOIN_AT_ONCE = 50;

/**
 * Who is refused comes again so late at most, milliseconds, and soon at first: a node that could not ask its database for a moment refuses
 * as well, and a page that then waits long shows what is no longer true.
 */
const RETRY_REFUSED_MS = { first: 500, most: 10_000 };

/**
 * Who did something and was told of nothing after so long asks whether they are behind, milliseconds: while the relay is away, a counter would
 * show its own call with the next question only, half a minute later.
 */
const OWN_DEED_MS = 1_000;
/** Commands that change nothing, some of them sent with each letter that is typed. */
const READS = /^(live:|search:|till:quote|refund:find|office:read|transfer:look-up)/;

/** How long a page that is to move waits for answers under way, milliseconds. */
const MOVE_WAITS_MS = 5_000;

/**
 * Keeps screens equal to the database over a line that loses things (DESIGN: mechanism 2): subscribes then reads, reads again
 * after every reconnect, gap, resync order and return to the foreground, and asks every so often whether it is behind.
 */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const { socket } = options;
  const answerWithinMs = options.answerWithinMs ?? 10_000;
  const watched = new Map<string, Watched>();
  const connectionListeners = new Set<() => void>();
  let status: ConnectionStatus = 'connecting';
  let since = new Date();
  let lastHeardAt: Date | null = null;
  let over = false;
  /** Refusals of the server since the line was last up. */
  let refusals = 0;
  /** Live messages so far. */
  let messages = 0;
  /** Commands that wait for their answer; while the page moves to another node, new ones wait for the new line. */
  let pending = 0;
  let moving = false;
  const forNewLine = new Set<() => void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();

  function later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!over) what();
    }, ms);
    timers.add(timer);
  }
  function setStatus(next: ConnectionStatus): void {
    if (next === status) return;
    status = next;
    since = new Date();
    for (const listener of connectionListeners) listener();
  }
  function heard(): void {
    lastHeardAt = new Date();
    for (const listener of connectionListeners) listener();
  }

  /** One command; rejects with UNAVAILABLE when no answer comes in time. */
  async function ask<C extends CommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    const emit = socket.timeout(answerWithinMs).emitWithAck.bind(socket.timeout(answerWithinMs)) as (
      name: C,
      input: CommandInput<C>,
    ) => Promise<Ack<CommandOutput<C>>>;
    if (moving) await newLine();
    pending += 1;
    const answer = await emit(name, input)
      .catch((cause: unknown) => {
        throw new AppError('UNAVAILABLE', undefined, { cause });
      })
      .finally(() => (pending -= 1));
    heard();
    if ('error' in answer) throw new AppError(answer.error.code, { ...answer.error.details, ...incidentOf(answer.error) });
    return answer.data;
  }

  /** All that is to be read in this moment is asked for in one question. */
  const toJoin: Watched[] = [];
  function refresh(one: Watched): void {
    if (!socket.connected) return;
    if (one.refreshing) {
      one.again = true;
      return;
    }
    one.refreshing = true;
    one.readAt = Date.now();
    one.entry.beginSnapshot();
    if (toJoin.push(one) === 1) queueMicrotask(() => joinAll());
  }
  function joinAll(): void {
    while (toJoin.length > 0) void join(toJoin.splice(0, JOIN_AT_ONCE));
  }
  async function join(some: Watched[]): Promise<void> {
    const joined = await ask('live:join', { topics: some.map((one) => [one.entry.topic, good(one)]) }).catch(toBody);
    const refused: Watched[] = [];
    let inMs = 0;
    for (const [index, one] of some.entries()) {
      const answer = 'code' in joined ? { error: joined } : (joined[index] ?? { error: { code: 'INTERNAL' as const } });
      if ('error' in answer && PASSING.has(answer.error.code)) {
        refused.push(one);
        inMs = Math.max(inMs, againIn(answer.error));
      } else if ('error' in answer) one.entry.refuse(answer.error);
      else if ('unchanged' in answer) one.entry.applyUnchanged(answer.asOf);
      else {
        one.wholeAt = one.readAt;
        one.entry.applySnapshot(answer);
      }
      one.refreshing = false;
      if (one.again) {
        one.again = false;
        refresh(one);
      } else if (one.entry.needsSnapshot) refreshInTurn(one);
    }
    // Together again.
    if (refused.length > 0) later(inMs, () => refused.forEach(refreshIfWatched));
  }
  /** The number of what is held of a topic, if that is to be compared; null: its state is wanted. */
  function good({ entry, wholeAt }: Watched): number | null {
    return entry.seq >= 0 && !entry.needsSnapshot && entry.status !== 'error' && Date.now() - wholeAt < GOOD_FOR_MS
      ? entry.seq
      : null;
  }
  /** Reads again what a message says is behind: at once, but not more often than `READ_EVERY_MS`. */
  function refreshInTurn(one: Watched): void {
    if (one.refreshing || one.waits) return;
    const inMs = one.readAt + READ_EVERY_MS - Date.now();
    if (inMs <= 0) return refresh(one);
    one.waits = true;
    later(inMs, () => {
      one.waits = false;
      if (one.entry.needsSnapshot) refreshIfWatched(one);
    });
  }
  function refreshIfWatched(one: Watched): void {
    if (watched.get(one.entry.topic) === one) refresh(one);
  }
  const refreshAll = (): void => watched.forEach((one) => refresh(one));

  async function check(): Promise<void> {
    const held = [...watched.values()].filter((one) => !one.refreshing && one.entry.status === 'live');
    if (!socket.connected || held.length === 0) return;
    try {
      const pairs = held.map((one): [string, number] => [one.entry.topic, one.entry.seq]);
      const { behind, asOf } = await ask('live:check', { held: pairs.slice(0, 100) });
      for (const [index, one] of held.entries()) {
        if (behind.includes(one.entry.topic)) refreshIfWatched(one);
        else if (one.entry.seq === pairs[index]?.[1]) one.entry.confirm(asOf);
      }
    } catch (error) {
      // No answer on a line that calls itself open: it is dead, a new one is needed.
      if (error instanceof AppError && error.code === 'UNAVAILABLE' && socket.connected) reconnect();
    }
  }
  function reconnect(): void {
    socket.disconnect();
    socket.connect();
  }

  /** Until the page is on another node, or it takes too long: then whoever asks finds out by itself. */
  function newLine(): Promise<void> {
    return new Promise((resolve) => {
      forNewLine.add(resolve);
      later(answerWithinMs, resolve);
    });
  }
  function arrived(): void {
    moving = false;
    forNewLine.forEach((resolve) => resolve());
    forNewLine.clear();
  }
  /** Leaves a node that goes away when every command was answered: a line that is cut takes their answers with it. */
  function move(untilMs = Date.now() + MOVE_WAITS_MS): void {
    if (!socket.connected) return arrived();
    moving = true;
    if (pending > 0 && Date.now() < untilMs) return later(20, () => moving && move(untilMs));
    reconnect();
  }

  function end(why: SessionEnd): void {
    if (over) return;
    over = true;
    setStatus('offline');
    socket.disconnect();
    options.onSessionEnded(why);
  }

  socket.on('connect', () => {
    arrived();
    refusals = 0;
    setStatus('live');
    heard();
    refreshAll();
  });
  socket.on('disconnect', (reason) => {
    for (const one of watched.values()) one.entry.disconnected();
    if (over) return;
    setStatus(moving ? 'connecting' : 'offline');
    // socket.io-client comes back by itself after a broken line, not after a server's farewell.
    if (reason === 'io server disconnect') later(250 + Math.random() * 750, () => socket.connect());
  });
  socket.on('connect_error', (error: Error & { data?: ErrorBody }) => {
    if (error.data?.code === 'UNAUTHENTICATED') return end('expired');
    setStatus('offline');
    // A refusal by the server ends socket.io-client's own tries.
    if (!socket.active) {
      const inMs = Math.min(RETRY_REFUSED_MS.first * 2 ** refusals, RETRY_REFUSED_MS.most);
      refusals += 1;
      later(inMs * (0.5 + Math.random() / 2), () => socket.connect());
    }
  });
  socket.on('session:ended', ({ why }) => end(why));
  socket.on('live', (message) => {
    heard();
    messages += 1;
    const one = watched.get(message.topic);
    if (!one) return;
    one.entry.applyMessage(message);
    if (one.entry.needsSnapshot) refreshInTurn(one);
  });
  socket.on('live:resync', ({ withinMs }) => later(Math.random() * withinMs, refreshAll));
  socket.on('node:draining', ({ withinMs }) => later(Math.random() * withinMs, () => moving || move()));
  socket.io.on('ping', heard);
  socket.io.on('reconnect_attempt', (attempt) => {
    socket.io.timeout(tryTakesMs(attempt - 1));
  });

  const checkTimer = setInterval(() => void check(), options.checkEveryMs ?? 30_000);
  socket.connect();

  return {
    get status() {
      return status;
    },
    get since() {
      return since;
    },
    get lastHeardAt() {
      return lastHeardAt;
    },
    onConnection(listener) {
      connectionListeners.add(listener);
      return () => connectionListeners.delete(listener);
    },
    watch(topic, listener) {
      let one = watched.get(topic);
      if (!one) {
        const listeners = new Set<() => void>();
        const name = topic.split(':', 1)[0] ?? topic;
        const entry = createTopicEntry(topic, () => listeners.forEach((listen) => listen()), options.reducers?.[name]);
        one = { entry, listeners, refreshing: false, again: false, readAt: 0, wholeAt: 0, waits: false };
        watched.set(topic, one);
        refresh(one);
      }
      const held = one;
      // A listener of this watch alone: the same function may watch twice.
      const own = (): void => listener();
      held.listeners.add(own);
      return {
        entry: held.entry,
        release() {
          held.listeners.delete(own);
          // A moment's grace: the next page often watches the same.
          later(1_000, () => {
            if (held.listeners.size > 0 || watched.get(topic) !== held) return;
            watched.delete(topic);
            if (socket.connected) void ask('live:unsubscribe', { topic }).catch(() => undefined);
          });
        },
      };
    },
    async command(name, input) {
      if (!socket.connected) await connectedWithin(socket, answerWithinMs);
      const before = messages;
      const answer = await ask(name, input);
      if (!READS.test(name)) later(OWN_DEED_MS, () => void (messages === before && check()));
      return answer;
    },
    wake() {
      if (over) return;
      if (socket.connected) refreshAll();
      // Not `connect` alone: while socket.io-client waits before its next try, that does nothing.
      else if (status === 'offline') reconnect();
    },
    lineDown() {
      if (!over && socket.connected) reconnect();
    },
    close() {
      over = true;
      clearInterval(checkTimer);
      timers.forEach(clearTimeout);
      socket.disconnect();
    },
  };
}

/** What is asked again after a while. */
const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL']);
/** Milliseconds: as long as the node says, or a moment; never all at once. */
const againIn = ({ details }: ErrorBody): number =>
  typeof details?.['retryAfterSeconds'] === 'number'
    ? details['retryAfterSeconds'] * 1_000 * (0.7 + Math.random() * 0.6)
    : 500 + Math.random() * 1_500;
const toBody = (error: unknown): ErrorBody => (error instanceof AppError ? error : new AppError('INTERNAL')).toBody();

const incidentOf = (error: ErrorBody): { incident?: string } => (error.incident ? { incident: error.incident } : {});

/** Resolves when connected; rejects with UNAVAILABLE when that takes too long. */
function connectedWithin(socket: LiveSocket, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onConnect = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      socket.off('connect', onConnect);
      reject(new AppError('UNAVAILABLE'));
    }, ms);
    socket.once('connect', onConnect);
  });
}
