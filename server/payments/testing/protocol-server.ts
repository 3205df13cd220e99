import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came. */
export interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How one call is answered: at once, or by hand (`send`) for what no provider should do. */
export type Answer =
  { status: number; body?: unknown; headers?: Record<string, string> } | { send: (response: ServerResponse) => void };

/** A provider that answers what a test says, call by call. */
export interface ProtocolServer {
  url: string;
  readonly heard: readonly Heard[];
  /** The next answers to a path, first first; the last one goes on. Paths are told apart by how they begin. */
  on(method: string, path: string, ...answers: Answer[]): void;
  close(): Promise<void>;
}

export async function startProtocolServer(): Promise<ProtocolServer> {
  const heard: Heard[] = [];
  const rules: { method: string; path: string; answers: Answer[] }[] = [];
  const answerTo = (call: Heard): Answer => {
    const rule = rules.find(({ method, path }) => method === call.method && call.path.startsWith(path));
    const answer = rule && (rule.answers.length > 1 ? rule.answers.shift() : rule.answers[0]);
    return answer ?? { status: 404 };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const call = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      heard.push(call);
      const answer = answerTo(call);
      if ('send' in answer) return answer.send(response);
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
      response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    // What is said last counts.
    on: (method, path, ...answers) => void rules.unshift({ method, path, answers }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers that no provider should give: never, drop by drop, without end, cut off, elsewhere. */
export const SILENCE: Answer = { send: () => undefined };
export const CUT_OFF: Answer = { send: (response) => void response.destroy() };
export const DRIPPING: Answer = {
  send: (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  },
};
export const ENDLESS: Answer = {
  send: (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 32)));
      if (!response.destroyed) response.once('drain', pour);
    };
    pour();
  },
};
export const elsewhere = (location: string): Answer => ({ status: 302, headers: { Location: location } });
