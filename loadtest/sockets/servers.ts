import { EventEmitter } from 'node:events';
import type { CommandHandlers } from '#server/sockets/commands.ts';
import { createSocketEngine, type EngineKind } from '#server/sockets/engine.ts';
import { createSocketServer } from '#server/sockets/socket-server.ts';
import { createLogger } from '#shared/node/logger.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import type { RedisConnection } from '#shared/node/redis.ts';
import { messageOf, personId, readyText, roomOfTopic, type Kind } from './scenario.ts';

export const SERVERS = ['uws', 'ws', 'bare'] as const;
export type ServerKind = (typeof SERVERS)[number];

export const ORIGIN = 'http://sockets.test';
const HOST = '127.0.0.1';

/** A server that is measured. */
export interface MeasuredServer {
  port: number;
  /** Gives one message to the room `number` of a kind. */
  tell(kind: Kind, number: number): void;
  sockets(): number;
}

/** Joins what it is asked to, with the node's own rooms; what the database would have said is left out. */
const handlers = {
  'live:join': async ({ subscriber }, { topics }) =>
    Promise.all(
      topics.map(async ([topic, seq]) => {
        await subscriber.join(roomOfTopic(topic));
        return { topic, seq: seq ?? 0, unchanged: true as const, asOf: '2026-11-23T07:54:53.183Z' };
      }),
    ),
} satisfies Partial<CommandHandlers>;

/** The adapter's line to other nodes, of which there are none. */
const noRedis = (): RedisConnection => {
  const nothing = async (): Promise<number> => 0;
  const commands = { publish: nothing, subscribe: nothing, psubscribe: nothing, unsubscribe: nothing, punsubscribe: nothing };
  return Object.assign(new EventEmitter(), { isCluster: false, ...commands }) as unknown as RedisConnection;
};

/** A cookie says who it is. */
const authenticate = async (cookie: string | undefined) => {
  const person = Number(/^person=(\d+)/.exec(cookie ?? '')?.[1]);
  const userId = personId(person);
  return {
    viewer: { userId, sessionId: `session-${userId}`, role: 'citizen' as const, officeId: null },
    expiresAt: new Date(Date.now() + 86_400_000),
  };
};

async function startProduct(wanted: EngineKind): Promise<MeasuredServer> {
  const logger = createLogger({ name: 'bench', level: 'warn' });
  const engine = await createSocketEngine({ wanted, origins: [ORIGIN], logger });
  const server = createSocketServer({
    ...{ engine, handlers: handlers as unknown as CommandHandlers, authenticate, logger },
    addressSource: 'forwarded',
    stillValid: async (ids) => new Set(ids),
    expiries: async () => new Map(),
    onUse: () => undefined,
    adapter: { publisher: noRedis(), subscriber: noRedis(), prefix: 'bench:' },
    metrics: createMetrics({ process: 'bench', defaults: false }),
  });
  return {
    port: await engine.listen(HOST, 0),
    tell: (kind, number) => server.deliver({ kind: 'live', ...messageOf(kind, number) }),
    sockets: () => server.socketCount,
  };
}

/** As the product's sockets have it, so that pings are as rare. */
const IDLE_SECONDS = 60;

/** uWebSockets.js alone: a socket says which rooms it wants, and is in them. */
async function startBare(): Promise<MeasuredServer> {
  const loaded: typeof import('uWebSockets.js') & { default?: typeof import('uWebSockets.js') } = await import('uWebSockets.js');
  const uws = loaded.default ?? loaded;
  const app = uws.App();
  let sockets = 0;
  app.ws('/*', {
    idleTimeout: IDLE_SECONDS,
    maxBackpressure: 1024 * 1024,
    open: (ws) => {
      sockets += 1;
      ws.send('0');
    },
    message: (ws, message) => {
      for (const topic of Buffer.from(message).toString().split('\n')) ws.subscribe(roomOfTopic(topic));
      ws.send('43');
    },
    close: () => void (sockets -= 1),
  });
  const port = await new Promise<number>((resolve, reject) => {
    app.listen(HOST, 0, (socket) => (socket ? resolve(uws.us_socket_local_port(socket)) : reject(new Error('no port'))));
  });
  return {
    port,
    tell: (kind, number) => {
      const { room, text } = readyText(kind, number);
      app.publish(room, text);
    },
    sockets: () => sockets,
  };
}

export const startServer = (kind: ServerKind): Promise<MeasuredServer> => (kind === 'bare' ? startBare() : startProduct(kind));
