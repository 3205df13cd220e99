import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from 'node:http';
import { Server, type ServerOptions } from 'socket.io';
import type { us_listen_socket, WebSocketBehavior } from 'uWebSockets.js';
import type { ClientToServerEvents, ServerToClientEvents } from '#shared/contracts/commands.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Viewer } from '../live/topic.ts';
import { publishNatively, type MakeAdapter } from './native-publish.ts';

export type EngineKind = 'uws' | 'ws';

/** What a socket carries; small, there are thousands. */
export interface SocketData {
  viewer: Viewer;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Commands it may still send, and when that was last counted (token bucket). */
  tokens: number;
  countedAt: number;
}

export type LiveServer = Server<ClientToServerEvents, ServerToClientEvents, Record<string, never>, SocketData>;

export interface SocketEngine {
  kind: EngineKind;
  io: LiveServer;
  /** What this engine makes of an adapter, before it is set. */
  adapted(make: MakeAdapter): MakeAdapter;
  /** Opens the port; 0 chooses a free one. Answers the port. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connection; those there are stay. */
  stopAccepting(): void;
  close(): Promise<void>;
}

/** A message that is not read is kept for a socket up to this; then the socket is closed and its client reads again. */
const MAX_BACKPRESSURE_BYTES = 1024 * 1024;
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;

/**
 * Makes the Socket.IO server on uWebSockets.js, or on Node's own HTTP server (`ws`) where the native binary does not load
 * or `wanted` says so. The Origin is compared here, synchronously: an asynchronous check can leave ghosts (facts: sockets).
 */
export async function createSocketEngine(deps: {
  wanted: EngineKind | 'auto';
  origins: readonly string[];
  logger: Logger;
}): Promise<SocketEngine> {
  const allowed = new Set(deps.origins);
  const options: Partial<ServerOptions> = {
    serveClient: false,
    transports: ['websocket', 'polling'],
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: 64 * 1024,
    connectTimeout: 10_000,
    cookie: false,
    perMessageDeflate: false,
    allowRequest: (request, callback) => callback(null, isFromOurPages(request.headers, allowed)),
  };
  const native = deps.wanted === 'ws' ? null : await loadNative(deps.logger);
  if (!native && deps.wanted === 'uws')
    throw new Error('SOCKET_ENGINE=uws, and the native uWebSockets.js binary does not load here');
  const engine = native ? uwsEngine(native, options) : wsEngine(options);
  deps.logger.info(
    { engine: engine.kind },
    engine.kind === 'uws' ? 'sockets on uWebSockets.js (native)' : 'sockets on ws (Node HTTP)',
  );
  return engine;
}

/**
 * Whether a handshake comes from a page of ours: its Origin is exactly ours. A browser sends none with a GET to the page's own origin,
 * which is how polling begins; then Sec-Fetch-Site or the Referer tell, which pages cannot set. A WebSocket always has an Origin.
 */
function isFromOurPages(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): boolean {
  const { origin, referer } = headers;
  if (origin !== undefined || headers.upgrade !== undefined) return allowed.has(origin ?? '');
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return referer !== undefined && URL.canParse(referer) && allowed.has(new URL(referer).origin);
}

type UwsModule = typeof import('uWebSockets.js');

/** The native module, or null: the package may be absent (optional) or stand in a slow imitation for a missing binary. */
async function loadNative(logger: Logger): Promise<UwsModule | null> {
  try {
    const loaded: UwsModule & { default?: UwsModule } = await import('uWebSockets.js');
    const module = loaded.default ?? loaded;
    if (Function.prototype.toString.call(module.App).includes('[native code]')) return module;
    logger.warn('uWebSockets.js has no native binary for this Node.js');
  } catch (error) {
    logger.warn({ err: error }, 'uWebSockets.js does not load');
  }
  return null;
}

function uwsEngine(uws: UwsModule, options: Partial<ServerOptions>): SocketEngine {
  const app = uws.App();
  // engine.io does not pass this on; without it a slow reader's messages vanish while its socket stays open (facts: sockets).
  const originalWs = app.ws.bind(app);
  app.ws = <T>(pattern: string, behavior: WebSocketBehavior<T>) =>
    originalWs(pattern, {
      ...behavior,
      maxBackpressure: MAX_BACKPRESSURE_BYTES,
      closeOnBackpressureLimit: 1,
      // engine.io pings by itself; this only ends what is dead at the TCP level.
      idleTimeout: Math.ceil((PING_INTERVAL_MS + PING_TIMEOUT_MS + 15_000) / 4_000) * 4,
    });
  const io: LiveServer = new Server(options);
  io.attachApp(app);
  let listening: us_listen_socket | null = null;
  const stopAccepting = (): void => {
    if (listening) uws.us_listen_socket_close(listening);
    listening = null;
  };
  return {
    kind: 'uws',
    io,
    adapted: (make) => publishNatively(io, (topic, text) => app.publish(topic, text), make),
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        app.listen(host, port, (socket) => {
          if (!socket) return reject(new Error(`The socket port ${port} cannot be opened on ${host}`));
          listening = socket;
          resolve(uws.us_socket_local_port(socket));
        });
      }),
    stopAccepting,
    async close() {
      stopAccepting();
      // This node's alone: without `local` the adapter would have every node drop its sockets.
      io.local.disconnectSockets(true);
      await io.close().catch(() => undefined);
    },
  };
}

function wsEngine(options: Partial<ServerOptions>): SocketEngine {
  const http: HttpServer = createServer((_request, response) => response.writeHead(404).end());
  const io: LiveServer = new Server(http, options);
  return {
    kind: 'ws',
    io,
    adapted: (make) => make,
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        http.once('error', reject);
        http.listen(port, host, () => {
          const address = http.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    stopAccepting: () => void http.close(),
    async close() {
      // This node's alone: without `local` the adapter would have every node drop its sockets.
      io.local.disconnectSockets(true);
      http.closeAllConnections();
      await io.close().catch(() => undefined);
    },
  };
}
