import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HttpEnvironment } from './environment.ts';

export interface HttpServer {
  readonly port: number;
  /** Node's server, for what shares the port with it (the `ws` engine of the sockets). */
  readonly server: Server;
  /** Takes no new connection, lets running requests finish for at most `graceMs`, closes the rest. */
  close(graceMs: number): Promise<void>;
}

/** Opens the port. Rejects when it is taken. `port` 0 takes a free one. */
export async function startHttpServer(app: Hono<HttpEnvironment>, options: { host: string; port: number }): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Longer than the balancer keeps an idle connection, so that it is never the node that closes one just being used.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 70_000;
  let closing = false;
  server.prependListener('request', (_request, response) => {
    if (closing) response.setHeader('Connection', 'close');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: (graceMs) =>
      new Promise((resolve) => {
        closing = true;
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        const late = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
