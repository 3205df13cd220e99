import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, type Sandbox, type SandboxDeps } from './sandbox-server.ts';

/** A message that came to who ordered. */
export interface Told {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

export const KEYS = { subscriptionKey: 'sub', apiUser: 'user', apiKey: 'key' };
export const DISBURSEMENT = { subscriptionKey: 'sub-d', apiUser: 'user-d', apiKey: 'key-d' };
export const MVOLA = { consumerKey: 'ck', consumerSecret: 'cs', partnerMsisdn: '0343500004', partnerName: 'Vignette' };

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export interface SandboxFixture extends Sandbox {
  url: string;
  /** Where messages are received. */
  receiver: string;
  told: Told[];
  /** A command of the control API; its status. */
  control(path: string, body: object): Promise<number>;
  stop(): void;
}

/** A sandbox a hundred times as fast, and who receives its messages. */
export async function startSandbox(more: Partial<SandboxDeps> = {}): Promise<SandboxFixture> {
  const told: Told[] = [];
  const receiving = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      told.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, text });
      response.writeHead(204).end();
    });
  });
  const receiver = await listen(receiving);
  const sandbox = createSandbox({
    ...{ keys: KEYS, disbursementKeys: DISBURSEMENT, mvola: MVOLA, timeScale: 0.01 },
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', webhookUrl: `${receiver}/stripe` },
    ...more,
  });
  const url = await listen(sandbox.server);
  return {
    ...sandbox,
    ...{ url, receiver, told },
    control: async (path, body) =>
      (
        await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status,
    stop() {
      sandbox.close();
      receiving.closeAllConnections();
      receiving.close();
    },
  };
}
