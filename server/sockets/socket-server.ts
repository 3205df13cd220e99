import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { AppError, type ErrorCode } from '#shared/contracts/errors.ts';
import type { BusMessage } from '#shared/contracts/bus.ts';
import type { ResyncReason } from '#shared/contracts/topics.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import { isCluster, type RedisConnection } from '#shared/node/redis.ts';
import { addressOf, type AddressSource } from '../http/client-address.ts';
import type { NodePresence } from '../dashboard/presence.service.ts';
import type { Viewer } from '../live/topic.ts';
import { createCommandDispatcher, freshTokens } from './command-dispatcher.ts';
import type { CommandHandlers } from './commands.ts';
import type { SocketEngine } from './engine.ts';
import { createGuestRegistry, guestViewer, passOf, wantsGuest } from './guests.ts';
import { createRoomTeller } from './room-teller.ts';
import { createSessionRegistry, type LiveSocket } from './session-registry.ts';

/** Sockets that one person may hold on one node: tabs of a browser (stickiness brings them to one node) and some more. */
export const MAX_SOCKETS_PER_USER = 12;
const RESYNC_WITHIN_MS = 3_000;
const EXPIRY_CHECK_MS = 1_000;
/** The rooms of dashboards; its group is the scope. */
const DASHBOARD_ROOM = /^dashboard:(.+)#/;

export interface SocketServerDeps {
  engine: SocketEngine;
  handlers: CommandHandlers;
  authenticate: (cookie: string | undefined) => Promise<{ viewer: Viewer; expiresAt: Date } | null>;
  /** Whose word is taken for the address of a guest. */
  addressSource: AddressSource;
  /** Which of these sessions exist still, by the database. */
  stillValid: (sessionIds: string[]) => Promise<Set<string>>;
  /** When these sessions run out, by the database; one that is over is not among them. */
  expiries: (sessionIds: string[]) => Promise<Map<string, Date>>;
  /** A command of a person, which is a use of their session. */
  onUse: (viewer: Viewer) => void;
  /** A person's socket is gone. */
  onGone?: (socket: LiveSocket, userId: string) => void;
  /** The adapter's two connections; the publisher fails fast. */
  adapter: { publisher: RedisConnection; subscriber: RedisConnection; prefix: string };
  metrics: Metrics;
  logger: Logger;
  /** Milliseconds between two checks of all sessions. */
  recheckMs?: number;
}

export interface SocketServer {
  /** Gives a message of the live bus to this node's sockets. */
  deliver(message: BusMessage): void;
  /** Tells every client of this node to read again, since what was published meanwhile is lost; and checks all sessions. */
  resync(reason: ResyncReason): void;
  /** Tells clients to move at a random moment within `withinMs`, waits for them so long at most, then takes no new connection. */
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
  readonly socketCount: number;
  /** Who is connected to this node, and which dashboards they look at. */
  presence(): NodePresence;
}

/** Balancers look at a node every two seconds. */
const BALANCERS_KNOW_MS = 2_500;
/** The share of the time to drain that is left for commands under way when the last are asked to move. */
const DRAIN_TAIL = 0.3;
/** How long commands may take that are under way when the time is over. */
const LAST_COMMANDS_MS = 3_000;

/** How long the reason of a session's end may be behind its end in the database, milliseconds. */
const TOLD_WITHIN_MS = 500;

/** Sockets of one node: handshake, commands, rooms, sessions' ends (DESIGN: mechanisms 2 and 3, Identity). */
export function createSocketServer(deps: SocketServerDeps): SocketServer {
  const { logger, metrics } = deps;
  const { io } = deps.engine;
  const sessions = createSessionRegistry();
  const guests = createGuestRegistry();
  const tell = createRoomTeller(io);
  const instruments = socketInstruments(metrics, deps.engine);
  /** When everybody has been asked to be gone, milliseconds; null: nobody is asked to go. */
  let moveBy: number | null = null;
  const dispatcher = createCommandDispatcher({
    handlers: deps.handlers,
    logger,
    now: Date.now,
    onUse: deps.onUse,
    onCommand: (name, seconds, code) => instruments.commands.observe({ command: name, code }, seconds),
  });

  const { publisher, subscriber, prefix } = deps.adapter;
  const [says, hears] = [quiet(publisher, logger), quiet(subscriber, logger)];
  io.adapter(
    deps.engine.adapted(
      isCluster(publisher)
        ? // All of a node's in one shard: rooms are told by the live bus, the adapter has little to say.
          createShardedAdapter(says, hears, { channelPrefix: `${prefix}sockets`, subscriptionMode: 'static' })
        : createAdapter(says, hears, { key: `${prefix}sockets` }),
    ),
  );

  /** Who waits for a second step and asks to be let in as a guest comes as one. */
  async function authenticate(cookie: string | undefined, guest: boolean) {
    return deps.authenticate(cookie).catch((error: unknown) => {
      if (guest && error instanceof AppError) return null;
      throw error;
    });
  }
  io.use((socket, next) => {
    const guest = wantsGuest(socket.handshake.auth);
    authenticate(socket.handshake.headers.cookie, guest).then(
      (session) => {
        if (!session && guest) {
          const viewer = guestViewer(socket.id, passOf(socket.handshake.auth));
          socket.data = { viewer, expiresAt: Infinity, tokens: freshTokens, countedAt: Date.now() };
          return next();
        }
        if (!session || sessions.hasEnded(session.viewer.sessionId)) return next(refusal('UNAUTHENTICATED'));
        if (sessions.socketsOfUser(session.viewer.userId) >= MAX_SOCKETS_PER_USER) return next(refusal('TOO_MANY_SOCKETS'));
        socket.data = {
          viewer: session.viewer,
          expiresAt: session.expiresAt.getTime(),
          tokens: freshTokens,
          countedAt: Date.now(),
        };
        next();
      },
      (error: unknown) => {
        // One of the staff whose second step is not given: no fault.
        if (error instanceof AppError) return next(refusal(error.code));
        logger.error({ err: error }, 'a handshake could not be authenticated');
        next(refusal('UNAVAILABLE'));
      },
    );
  });

  io.on('connection', (socket) => {
    // Somebody whom a balancer still sent here while this node goes away.
    if (moveBy !== null) socket.emit('node:draining', { withinMs: Math.max(0, moveBy - Date.now()) });
    const { address, headers } = socket.handshake;
    forgetRequest(socket);
    if (socket.data.viewer.guest) {
      if (!guests.add(socket.id, addressOf(deps.addressSource, headers['x-forwarded-for'], address))) {
        socket.disconnect(true);
        return;
      }
      instruments.handshakes.inc();
      socket.on('disconnect', onDisconnect);
      socket.onAny(onPacket);
      return;
    }
    // Asked again: of many whose handshakes were under way at once, none was counted yet when the others were let in.
    if (sessions.socketsOfUser(socket.data.viewer.userId) >= MAX_SOCKETS_PER_USER) {
      socket.disconnect(true);
      return;
    }
    if (!sessions.add(socket)) {
      socket.emit('session:ended', { why: sessions.hasEnded(socket.data.viewer.sessionId) ?? 'expired' });
      socket.disconnect(true);
      return;
    }
    instruments.handshakes.inc();
    socket.on('disconnect', onDisconnect);
    socket.onAny(onPacket);
  });

  // One function for all sockets, not a closure each: `this` is the socket.
  function onDisconnect(this: LiveSocket): void {
    if (this.data.viewer.guest) return guests.remove(this.id);
    sessions.remove(this);
    deps.onGone?.(this, this.data.viewer.userId);
  }
  function onPacket(this: LiveSocket, name: unknown, ...args: unknown[]): void {
    // The protocol allows numbers as names.
    void dispatcher.dispatch(this, String(name), args);
  }

  async function recheckSessions(): Promise<void> {
    const ids = sessions.sessionIds();
    for (let start = 0; start < ids.length; start += 5_000) {
      const some = ids.slice(start, start + 5_000);
      const valid = await deps.stillValid(some);
      // One that has run out is none that somebody ended, whichever check finds it first.
      const over = new Set(sessions.expiredIds(Date.now()));
      const gone = some.filter((id) => !valid.has(id));
      if (gone.length === 0) continue;
      // Whoever ended one says why, on the bus, in the same moment: that word comes first where it comes at all.
      await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
      for (const id of gone) if (!sessions.hasEnded(id)) sessions.end(id, over.has(id) ? 'expired' : 'revoked');
    }
  }
  /** A session of the staff may have been used since its socket came, on another node as well: the database knows. */
  async function endExpired(): Promise<void> {
    const ids = sessions.expiredIds(Date.now());
    if (ids.length === 0) return;
    try {
      const expiries = await deps.expiries(ids);
      for (const id of ids) {
        const expiresAt = expiries.get(id);
        if (expiresAt) sessions.prolong(id, expiresAt.getTime());
        else sessions.end(id, 'expired');
      }
    } catch (error) {
      // While the database is away nothing can be done with a session: asked again in a second.
      logger.warn({ err: error }, 'the ends of sessions could not be read');
    }
  }
  const recheck = (): void => {
    recheckSessions().catch((error: unknown) => logger.warn({ err: error }, 'the sessions could not be checked'));
  };
  const timers = [setInterval(() => void endExpired(), EXPIRY_CHECK_MS), setInterval(recheck, deps.recheckMs ?? 60_000)];

  const server: SocketServer = {
    deliver(message) {
      if (message.kind === 'live') {
        instruments.emits.inc();
        tell(message.room, message.message);
        return;
      }
      const closed = sessions.end(message.sessionId, message.why);
      if (closed > 0) logger.info({ sessionId: message.sessionId, closed, why: message.why }, 'session ended, sockets closed');
    },
    resync(reason) {
      logger.info({ reason, sockets: server.socketCount }, 'clients are asked to read again');
      io.local.emit('live:resync', { reason, withinMs: RESYNC_WITHIN_MS });
      recheck();
    },
    async drain(withinMs) {
      logger.info({ sockets: server.socketCount, withinMs }, 'draining');
      const end = Date.now() + withinMs;
      const over = (ms: number): boolean => Date.now() >= ms;
      const empty = async (until: number): Promise<void> => {
        while (server.socketCount > 0 && !over(until)) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      // Who is told before the balancers know comes back to this very node.
      await empty(Math.min(Date.now() + BALANCERS_KNOW_MS, end - withinMs * 0.75));
      moveBy = end - withinMs * DRAIN_TAIL;
      if (server.socketCount > 0) io.local.emit('node:draining', { withinMs: Math.max(0, moveBy - Date.now()) });
      await empty(end);
      deps.engine.stopAccepting();
      // Whoever is still here is cut, but not before the answer to what they asked.
      const last = Date.now() + LAST_COMMANDS_MS;
      while (dispatcher.underWay > 0 && !over(last)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async close() {
      timers.forEach(clearInterval);
      await deps.engine.close();
    },
    get socketCount() {
      return io.engine.clientsCount;
    },
    presence: () => ({
      people: sessions.people() + guests.count(),
      connections: io.engine?.clientsCount ?? 0,
      dashboards: [...io.sockets.adapter.rooms.keys()].flatMap((room) => DASHBOARD_ROOM.exec(room)?.[1] ?? []),
    }),
  };
  return server;
}

/** A browser's first request is kilobytes, and is kept by default for as long as its socket lasts: what is needed of it is in `data`. */
function forgetRequest(socket: LiveSocket): void {
  Object.assign(socket.conn, { request: null });
  Object.assign(socket, { handshake: FORGOTTEN });
}
const FORGOTTEN = Object.freeze({ headers: Object.freeze({}), auth: Object.freeze({}), query: Object.freeze({}) });

/** What a client sees as `connect_error`: the code as message, the body as data. */
function refusal(code: ErrorCode): Error & { data: unknown } {
  return Object.assign(new Error(code), { data: new AppError(code).toBody() });
}

/** What the adapter sends without waiting for the answer. */
const UNAWAITED = new Set<string | symbol>(['publish', 'spublish', 'ssubscribe', 'sunsubscribe']);

/** The adapter sends without waiting: a rejection of that promise would end the process (facts: sockets, 5). */
function quiet(connection: RedisConnection, logger: Logger): RedisConnection {
  return new Proxy(connection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const bound = value.bind(target) as (...args: unknown[]) => unknown;
      if (!UNAWAITED.has(property)) return bound;
      return (...args: unknown[]) =>
        Promise.resolve(bound(...args)).catch((error: unknown) => logger.debug({ err: error }, 'the adapter was not answered'));
    },
  });
}

function socketInstruments(metrics: Metrics, engine: SocketEngine) {
  const connected = metrics.gauge('sockets_connected', 'Sockets connected to this node', ['engine']);
  connected.set({ engine: engine.kind }, 0);
  Object.assign(connected, { collect: () => connected.set({ engine: engine.kind }, engine.io.engine?.clientsCount ?? 0) });
  return {
    handshakes: metrics.counter('socket_handshakes_total', 'Sockets that were let in'),
    emits: metrics.counter('live_emits_total', 'Messages of the live bus given to a room of this node'),
    commands: metrics.histogram(
      'command_seconds',
      'Socket commands by name and answer',
      [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
      ['command', 'code'],
    ),
  };
}
