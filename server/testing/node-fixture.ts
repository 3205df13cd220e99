import { randomBytes, randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { checkRole, connectDatabase, connectRaw } from '#db/connect.ts';
import { sessions, users } from '#db/schema/identity.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type {
  Ack,
  ClientToServerEvents,
  CommandInput,
  CommandName,
  CommandOutput,
  ServerToClientEvents,
} from '#shared/contracts/commands.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createBusPublisher } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createObjectStore, objectStoreOptions } from '#shared/node/object-store.ts';
import { createJobQueues } from '#shared/node/queues.ts';
import { connectRedis, redisReady } from '#shared/node/redis.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { startRelay, type Relay } from '#workers/relay/relay.ts';
import { loadServerConfig } from '../config.ts';
import { createSessionCache } from '../identity/session-cache.service.ts';
import { createSessionCookie, type SessionCookie } from '../identity/session-cookie.ts';
import { startNode, type Node } from '../node.ts';

export const ORIGIN = 'http://vignette.test';
export const SECRET = 'a secret of the tests that is long enough';

export type TestSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface Person {
  userId: string;
  sessionId: string;
  cookie: string;
}

export interface PersonOptions {
  userId?: string;
  lifetimeMs?: number;
  /** Whether a session of the staff waits for its second step. */
  waits?: boolean;
  role?: Role;
  officeId?: string;
}

/** A node and a relay of the test file's own, in this process, on real Postgres and Redis. */
export interface NodeFixture {
  database: TestDatabase;
  node: Node;
  relay: Relay;
  busName: string;
  http: string;
  sockets: string;
  person(options?: PersonOptions): Promise<Person>;
  socket(options: {
    cookie?: string;
    origin?: string | null;
    transports?: ('websocket' | 'polling')[];
    guest?: boolean;
  }): TestSocket;
  /** Connects, or rejects with the server's refusal. */
  connected(socket: TestSocket): Promise<TestSocket>;
  close(): Promise<void>;
}

const env = (name: string): string => process.env[name] ?? '';

/** `through`: where the node itself finds its database, given its address, and how long a line may be silent there (milliseconds). */
export async function createNodeFixture(
  engine: 'uws' | 'ws',
  recheckMs = 60_000,
  through?: (url: string) => Promise<{ url: string; silentMs: number }>,
): Promise<NodeFixture> {
  const database = await createTestDatabase(8);
  const prefix = testPrefix();
  const logger = silentLogger();
  const config = loadServerConfig({
    ...process.env,
    NODE_ENV: 'test',
    NODE_NAME: `node-${prefix}`,
    DATABASE_URL: database.url,
    REDIS_PREFIX: prefix,
    PUBLIC_ORIGIN: ORIGIN,
    AUTH_SECRET: SECRET,
    HTTP_PORT: '0',
    SOCKET_PORT: '0',
    SOCKET_ENGINE: engine,
    DRAIN_SECONDS: '5',
  });
  const busName = `bus-${prefix}`;
  const redis = {
    queues: connectRedis(env('REDIS_QUEUES_URL'), 'fail-fast', logger, `queues-${prefix}`),
    cache: connectRedis(env('REDIS_CACHE_URL'), 'fail-fast', logger, `cache-${prefix}`),
    bus: connectRedis(env('REDIS_QUEUES_URL'), 'patient', logger, busName),
    adapter: connectRedis(env('REDIS_QUEUES_URL'), 'patient', logger, `adapter-${prefix}`),
  };
  await Promise.all(Object.values(redis).map((connection) => redisReady(connection)));
  const store = createObjectStore(objectStoreOptions(config));
  const metrics = createMetrics({ process: 'test', defaults: false });
  // As a node is in earnest: bound by the policies of the tables, while the test itself owns them.
  const served = connectDatabase({
    url: database.url,
    ...(await through?.(database.url)),
    max: 8,
    applicationName: `node-${prefix}`,
    prepared: true,
    role: 'server',
  });
  await checkRole(served.db, 'server');
  const node = await startNode({ config, database: served, redis, store, files: null, logger, metrics, recheckMs });
  const queues = createJobQueues({ redisUrl: env('REDIS_QUEUES_URL'), prefix, logger });
  const relay = startRelay({
    connect: () => connectRaw({ url: database.url, max: 1, applicationName: 'relay', role: 'workers' }),
    bus: createBusPublisher(redis.queues, prefix),
    queues,
    projections: [],
    beforeSessionsEnd: (ids) =>
      createSessionCache({ queues: redis.queues, cache: redis.cache, prefix, logger }).tombstone(...ids),
    logger,
    metrics: createMetrics({ process: 'relay', defaults: false }),
    standbyMs: 50,
  });
  const cookie = createSessionCookie({ publicOrigin: ORIGIN, key: deriveKey(SECRET, 'session-cookie').toString('base64url') });
  const open: TestSocket[] = [];

  return {
    database,
    node,
    relay,
    busName,
    http: `http://127.0.0.1:${node.httpPort}`,
    sockets: `http://127.0.0.1:${node.socketPort}`,
    person: (options) => insertPerson(database, cookie, options),
    socket(options) {
      const socket: TestSocket = io(`http://127.0.0.1:${node.socketPort}`, {
        autoConnect: false,
        forceNew: true,
        reconnection: false,
        transports: options.transports ?? ['websocket'],
        ...(options.guest ? { auth: { guest: true } } : {}),
        extraHeaders: {
          ...(options.origin === null ? {} : { origin: options.origin ?? ORIGIN }),
          ...(options.cookie ? { cookie: options.cookie } : {}),
        },
      });
      open.push(socket);
      return socket;
    },
    connected: (socket) =>
      new Promise((resolve, reject) => {
        socket.once('connect', () => resolve(socket));
        socket.once('connect_error', reject);
        socket.connect();
      }),
    async close() {
      for (const socket of open) socket.disconnect();
      await relay.stop();
      await node.stop();
      await served.close();
      await queues.close();
      for (const connection of Object.values(redis)) connection.disconnect();
      store.close();
      await database.drop();
    },
  };
}

async function insertPerson(database: TestDatabase, cookie: SessionCookie, options: PersonOptions = {}): Promise<Person> {
  const userId = options.userId ?? randomUUID();
  const sessionId = randomUUID();
  const token = `${sessionId}${randomBytes(24).toString('base64url')}`;
  const rights = { ...(options.role && { role: options.role }), ...(options.officeId && { officeId: options.officeId }) };
  if (!options.userId)
    await database.db.insert(users).values({ id: userId, name: 'Rakoto', email: `${userId}@example.mg`, ...rights });
  const expiresAt = new Date(Date.now() + (options.lifetimeMs ?? 3600_000));
  // As one of the staff, the person has given the second step just now.
  const secondFactorAt = options.waits ? null : new Date();
  await database.db.insert(sessions).values({ id: sessionId, userId, token, expiresAt, secondFactorAt });
  return { userId, sessionId, cookie: cookie.issue(token).split(';', 1)[0] ?? '' };
}

/** One command and its answer. */
export function send<C extends CommandName>(socket: TestSocket, name: C, input: CommandInput<C>): Promise<Ack<CommandOutput<C>>> {
  return sendAny(socket, name, input) as Promise<Ack<CommandOutput<C>>>;
}

/** The same for what the types do not allow. */
export function sendAny(socket: TestSocket, name: string | number, input: unknown): Promise<unknown> {
  const timed = socket.timeout(5_000);
  const emit = timed.emitWithAck as (name: string | number, input: unknown) => Promise<unknown>;
  return emit.call(timed, name, input);
}
