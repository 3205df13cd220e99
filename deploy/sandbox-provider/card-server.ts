import { createServer, type Server } from 'node:https';
import type { Sandbox } from './sandbox-server.ts';

/**
 * The page where a card is typed, by https and for the whole network: a telephone that tries the demo is sent there. Nothing else of the
 * sandbox is reached by it. `pem`: certificate and key in one.
 */
export function createCardServer(sandbox: Pick<Sandbox, 'server'>, pem: string): Server {
  return createServer({ cert: pem, key: pem }, (request, response) => {
    if (request.url?.startsWith('/card/')) sandbox.server.emit('request', request, response);
    else response.writeHead(404).end();
  });
}
