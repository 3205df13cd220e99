import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Server, type Socket } from 'socket.io';
import type { Me } from '#shared/contracts/identity.ts';
import type { DashboardView } from '#shared/contracts/dashboards.ts';
import type { Join, Joined, LiveMessage, LiveSnapshot } from '#shared/contracts/topics.ts';

/** The built pages, and of a node as much as a dashboard asks: who looks, and the states of one topic as fast as they are fed. */
export interface FedServer {
  origin: string;
  /** Tells all pages that watch a scope of its next state. */
  feed(view: DashboardView): void;
  /** The number of the state that was told last. */
  readonly seq: number;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' },
  ...{ '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json' },
};

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** Answers of a node to what every page of the staff asks. */
function answers(me: Omit<Me, 'expiresAt'>, view: () => DashboardView): Readonly<Record<string, () => unknown>> {
  return {
    '/api/me': () => ({ ...me, expiresAt: inAnHour() }),
    '/api/config': () => ({ country: 'MG', currency: 'MGA', timeZone: 'Indian/Antananarivo', locales: ['fr', 'en'], demo: null }),
    '/api/auth/clock': () => ({ expiresAt: inAnHour(), secondsLeft: 3_600 }),
    '/api/offices': () => ({
      offices: view().offices.map(([id, name]) => ({ id, code: name, name, city: name, services: [] })),
    }),
    '/api/collections/hours': () => ({
      day: view().today,
      hours: Array.from({ length: 24 }, (_, hour) => {
        const amount = hour < 6 || hour > 20 ? 400_000 : 26_000_000 - Math.abs(12 - hour) * 2_300_000;
        return { count: Math.round(amount / 60_000), amount };
      }),
      asOf: new Date().toISOString(),
    }),
  };
}

export async function startFedServer(build: string, me: Omit<Me, 'expiresAt'>, first: DashboardView): Promise<FedServer> {
  let [view, seq] = [first, 1];
  const api = answers(me, () => view);

  function file(url: string, response: ServerResponse): void {
    const wanted = path.join(build, path.normalize(decodeURIComponent(url)));
    const found =
      wanted.startsWith(build) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : path.join(build, '200.html');
    response.writeHead(200, { 'content-type': TYPES[path.extname(found)] ?? 'application/octet-stream' });
    createReadStream(found).pipe(response);
  }
  const http = createServer((request, response) => {
    const url = (request.url ?? '/').split('?')[0] ?? '/';
    if (!url.startsWith('/api/')) return file(url, response);
    const answer = api[url];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ? answer() : { error: { code: 'NOT_FOUND' } }));
  });
  const sockets = new Server(http, { transports: ['websocket'], serveClient: false });
  const topic = (): string => `dashboard:${view.scope}`;
  const snapshot = (name: string): LiveSnapshot => ({
    ...{ topic: name, kind: 'state', seq: name === topic() ? seq : 1, asOf: new Date().toISOString() },
    state: name === topic() ? view : { unread: 0, notices: [], more: false },
  });
  sockets.on('connection', (socket: Socket) => {
    type Answer = (answer: { data: unknown }) => void;
    const join = (name: string): Joined => {
      if (name !== topic() && !name.startsWith('notifications:')) return { topic: name, error: { code: 'TOPIC_FORBIDDEN' } };
      if (name === topic()) void socket.join(name);
      return snapshot(name);
    };
    socket.on('live:join', ({ topics }: Join, answer: Answer) => answer({ data: topics.map(([name]) => join(name)) }));
    socket.on('live:unsubscribe', (_: unknown, answer: Answer) => answer({ data: {} }));
    socket.on('live:check', (_: unknown, answer: Answer) => answer({ data: { behind: [], asOf: new Date().toISOString() } }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    feed(next) {
      [view, seq] = [next, seq + 1];
      const message: LiveMessage = { topic: topic(), seq, state: view, at: view.asOf };
      sockets.to(topic()).emit('live', message);
    },
    get seq() {
      return seq;
    },
    async close() {
      await sockets.close();
      http.closeAllConnections();
    },
  };
}
