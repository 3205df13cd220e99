import { getContext, onDestroy, setContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { CommandInput, CommandName, CommandOutput } from '#shared/contracts/commands.ts';
import type { ErrorBody } from '#shared/contracts/errors.ts';
import type { SessionEnd } from '#shared/contracts/identity.ts';
import { RECONNECTION } from '#shared/contracts/reconnection.ts';
import type { TopicName, TopicState } from '#shared/contracts/topics.ts';
import type { StepUpPrompt } from '$lib/security/step-up.svelte.ts';
import type { ConnectionStatus, LiveClient } from './live-client.ts';
import type { TopicStatus } from './topic-entry.ts';

/** A topic as a component sees it. Reading any of it in markup, `$derived` or `$effect` follows its changes. */
export interface LiveTopic<N extends TopicName> {
  readonly state: TopicState<N> | null;
  readonly seq: number;
  readonly asOf: Date | null;
  readonly status: TopicStatus;
  readonly error: ErrorBody | null;
}

export interface LiveConnection {
  readonly status: ConnectionStatus;
  readonly since: Date;
  readonly lastHeardAt: Date | null;
}

export interface Live {
  readonly connection: LiveConnection;
  /** To be called while a component initialises; released when it is destroyed. */
  topic<N extends TopicName>(name: N, key?: string): LiveTopic<N>;
  /** Rejects with an AppError; UNAVAILABLE when there is no connection or no answer within ten seconds. */
  command<C extends CommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C>>;
}

const KEY = Symbol('live');

/**
 * Gives the components below one live connection, opened when the first of them asks. socket.io-client is loaded then, and
 * not with the first page.
 */
export function provideLive(options: {
  onSessionEnded: (why: SessionEnd) => void;
  /** Asks for a second step again; what then succeeds is sent once more. */
  stepUp?: StepUpPrompt;
  /** Let in without an account as well, for what everybody may watch. */
  guest?: boolean;
  /** What a screen on a wall shows to be let in to its dashboard. */
  pass?: string | null;
}): Live {
  let client: LiveClient | null = null;
  let closed = false;
  const waiting = new Set<(client: LiveClient) => void>();
  const loading = typeof window === 'undefined' ? null : load();

  async function load(): Promise<void> {
    const [{ io }, { createLiveClient }] = await Promise.all([import('socket.io-client'), import('./live-client.ts')]);
    if (closed) return;
    const socket = io({
      autoConnect: false,
      ...(options.guest && { auth: { guest: true, ...(options.pass && { pass: options.pass }) } }),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      ...RECONNECTION,
    });
    client = createLiveClient({ socket, onSessionEnded: options.onSessionEnded });
    for (const start of waiting) start(client);
    waiting.clear();
  }
  loading?.catch(() => undefined);
  const withClient = (start: (client: LiveClient) => void): void => void (client ? start(client) : waiting.add(start));

  if (typeof window !== 'undefined') {
    const wake = (): void => void (document.visibilityState === 'visible' && client?.wake());
    const down = (): void => client?.lineDown();
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('online', wake);
    window.addEventListener('pageshow', wake);
    window.addEventListener('offline', down);
    onDestroy(() => {
      closed = true;
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
      window.removeEventListener('offline', down);
      client?.close();
    });
  }

  const opened = new Date();
  const followConnection = createSubscriber((update) => {
    let stop: (() => void) | undefined;
    const start = (live: LiveClient): void => {
      stop = live.onConnection(update);
      update();
    };
    withClient(start);
    return () => {
      waiting.delete(start);
      stop?.();
    };
  });
  const live: Live = {
    connection: {
      get status() {
        followConnection();
        return client?.status ?? 'connecting';
      },
      get since() {
        followConnection();
        return client?.since ?? opened;
      },
      get lastHeardAt() {
        followConnection();
        return client?.lastHeardAt ?? null;
      },
    },
    topic: (name, key) => followTopic(key === undefined ? name : `${name}:${key}`, withClient),
    async command(name, input) {
      await loading;
      if (!client) throw new Error('The live connection could not be loaded');
      const to = client;
      const send = () => to.command(name, input);
      return options.stepUp ? options.stepUp.through(send) : send();
    },
  };
  setContext(KEY, live);
  return live;
}

/** The live connection given by the layout. */
export function useLive(): Live {
  return getContext<Live>(KEY);
}

function followTopic<N extends TopicName>(
  topic: string,
  withClient: (start: (client: LiveClient) => void) => void,
): LiveTopic<N> {
  let held: ReturnType<LiveClient['watch']> | null = null;
  let destroyed = false;
  const listeners = new Set<() => void>();
  const follow = createSubscriber((update) => {
    listeners.add(update);
    return () => listeners.delete(update);
  });
  const notify = (): void => listeners.forEach((listen) => listen());
  withClient((client) => {
    if (destroyed) return;
    held = client.watch(topic, notify);
    notify();
  });
  onDestroy(() => {
    destroyed = true;
    held?.release();
  });
  return {
    get state() {
      follow();
      return (held?.entry.state ?? null) as TopicState<N> | null;
    },
    get seq() {
      follow();
      return held?.entry.seq ?? -1;
    },
    get asOf() {
      follow();
      return held?.entry.asOf ?? null;
    },
    get status() {
      follow();
      return held?.entry.status ?? 'loading';
    },
    get error() {
      follow();
      return held?.entry.error ?? null;
    },
  };
}
