import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { renderControlPage } from './control-page.ts';
import { createSandboxOrders, type SandboxOrder, type SandboxOrders } from './orders.ts';

export interface SandboxDeps {
  /** What the caller must show, as the operator gave it out. */
  keys: { subscriptionKey: string; apiUser: string; apiKey: string };
  timeScale?: number;
  log?: (line: string) => void;
}

export interface Sandbox {
  server: Server;
  orders: SandboxOrders;
  close(): void;
}

const MAX_BODY = 64 * 1024;
/** Status questions a second that the operator answers. */
const STATUS_PER_SECOND = 10;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const RequestToPay = z.object({
  amount: z.string().regex(/^\d+(\.\d+)?$/),
  currency: z.string().length(3),
  externalId: z.string(),
  payer: z.object({ partyIdType: z.literal('MSISDN'), partyId: z.string().regex(/^\d{6,15}$/) }),
});
const Settle = z.object({ id: z.string(), status: z.enum(['SUCCESSFUL', 'FAILED']), reason: z.string().optional() });

/**
 * A mobile-money operator for the demo and the tests: MTN MoMo's Collection protocol from its public documentation, with the vices of
 * real ones, which the last digits of the payer's telephone choose. Knows nothing of the platform's own code.
 */
export function createSandbox({ keys, timeScale = 1, log = () => undefined }: SandboxDeps): Sandbox {
  const tokens = new Map<string, number>();
  const orders = createSandboxOrders({ timeScale, send });
  let second = { at: 0, asked: 0 };

  async function send(order: SandboxOrder, kind: string, index: number): Promise<void> {
    if (!order.callbackUrl) return;
    const url = new URL(order.callbackUrl);
    if (kind === 'forged') url.pathname = url.pathname.replace(/[^/]+$/, 'f0rged');
    const body = kind === 'earlier' ? { ...statusOf(order), status: 'PENDING' } : statusOf(order);
    if (kind === 'forged') Object.assign(body, { status: 'SUCCESSFUL', financialTransactionId: '1' });
    const answer = await fetch(url, {
      method: index % 2 === 0 ? 'POST' : 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null);
    log(`told of ${order.id} (${kind}): ${answer?.status ?? 'no answer'}`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = `${request.method ?? 'GET'} ${url.pathname}`;
    if (route === 'GET /healthz' || route === 'GET /readyz') return end(response, 200, 'ok', 'text/plain');
    if (!url.pathname.startsWith('/collection/')) return control(route, request, response);
    if (request.headers['ocp-apim-subscription-key'] !== keys.subscriptionKey)
      return end(response, 401, { message: 'Access denied' });
    if (route === 'POST /collection/token/') return giveToken(request, response);
    const until = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, '')) ?? 0;
    if (until < Date.now() || !request.headers['x-target-environment']) return end(response, 401, { code: 'UNAUTHORIZED' });
    if (route === 'POST /collection/v1_0/requesttopay') return takeOrder(request, response);
    const id = /^GET \/collection\/v1_0\/requesttopay\/([^/]+)$/.exec(route)?.[1];
    return id === undefined ? end(response, 404, { code: 'RESOURCE_NOT_FOUND' }) : tellStatus(id, response);
  }

  function giveToken(request: IncomingMessage, response: ServerResponse): void {
    const expected = `Basic ${Buffer.from(`${keys.apiUser}:${keys.apiKey}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return end(response, 401, { error: 'login_failed' });
    const token = randomUUID();
    tokens.set(token, Date.now() + 3600_000);
    end(response, 200, { access_token: token, token_type: 'access_token', expires_in: 3600 });
  }

  async function takeOrder(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = String(request.headers['x-reference-id'] ?? '');
    const body = RequestToPay.safeParse(parseJson(await readBody(request)));
    if (!UUID.test(id) || !body.success) return end(response, 400, { code: 'BAD_REQUEST', message: 'the order is not valid' });
    const { amount, currency, externalId, payer } = body.data;
    const callback = request.headers['x-callback-url'];
    const callbackUrl = typeof callback === 'string' && URL.canParse(callback) ? callback : null;
    const how = orders.take({ id, amount, currency, externalId, msisdn: payer.partyId, callbackUrl });
    log(`order ${id} of ${amount} ${currency}: ${how}`);
    if (how === 'silence') return;
    if (how === 'taken') return void response.writeHead(202).end();
    if (how === 'busy') return end(response, 429, { code: 'TOO_MANY_REQUESTS' });
    if (how === 'fault') return end(response, 500, { code: 'INTERNAL_PROCESSING_ERROR' });
    end(response, 409, { code: 'RESOURCE_ALREADY_EXIST', message: 'Duplicated reference id' });
  }

  function tellStatus(id: string, response: ServerResponse): void {
    const now = Math.floor(Date.now() / 1_000);
    second = second.at === now ? { at: now, asked: second.asked + 1 } : { at: now, asked: 1 };
    if (second.asked > 2 * STATUS_PER_SECOND) return end(response, 429, { code: 'TOO_MANY_REQUESTS' });
    const order = orders.find(id);
    end(response, order ? 200 : 404, order ? statusOf(order) : { code: 'RESOURCE_NOT_FOUND' });
  }

  async function control(route: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page on the web could otherwise settle orders by pointing a name of its own at this machine.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) return end(response, 403, 'only by localhost', 'text/plain');
    if (route === 'GET /') return end(response, 200, renderControlPage(orders.list()), 'text/html; charset=utf-8');
    if (route !== 'POST /settle') return end(response, 404, 'not found', 'text/plain');
    // Browsers send JSON across sites only after asking, and nobody answers them here.
    if (!request.headers['content-type']?.startsWith('application/json')) return end(response, 415, 'JSON only', 'text/plain');
    const order = Settle.safeParse(parseJson(await readBody(request)));
    if (!order.success) return end(response, 400, '{id, status} is expected', 'text/plain');
    const { id, status, reason } = order.data;
    return void response.writeHead(orders.settle(id, status, reason) ? 204 : 409).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  return {
    server,
    orders,
    close() {
      orders.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** An order as the operator tells of it, in answers and callbacks alike. */
function statusOf(order: SandboxOrder): Record<string, unknown> {
  const { amount, currency, externalId, msisdn, status, reason, financialTransactionId, behaviour } = order;
  return {
    amount: behaviour.wrongAmount ? `${amount}0` : amount,
    currency,
    externalId,
    payer: { partyIdType: 'MSISDN', partyId: msisdn },
    status,
    ...(reason && { reason }),
    ...(financialTransactionId && { financialTransactionId }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new Error('too long');
  }
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function end(response: ServerResponse, status: number, body: string | object, type = 'application/json'): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text);
}
