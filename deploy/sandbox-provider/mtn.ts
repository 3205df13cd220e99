import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Message } from './behaviours.ts';
import { end, header, parseJson, readBody } from './http.ts';
import type { SandboxOrder, SandboxOrders } from './orders.ts';
import type { OperatorServer, Send } from './operator.ts';

/** What a caller of one product must show. */
export interface MtnKeys {
  subscriptionKey: string;
  apiUser: string;
  apiKey: string;
}

export interface MtnDeps {
  keys: { collection: MtnKeys; disbursement: MtnKeys };
  orders: SandboxOrders;
  send: Send;
  clock: () => number;
}

/** Status questions a second that the operator answers. */
const STATUS_PER_SECOND = 10;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const amount = z.string().regex(/^\d+(\.\d+)?$/);
const party = z.object({ partyIdType: z.literal('MSISDN'), partyId: z.string().regex(/^\d{6,15}$/) });
const common = { amount, currency: z.string().length(3), externalId: z.string() };
const RequestToPay = z.object({ ...common, payer: party });
const Transfer = z.object({ ...common, payee: party });
const Refund = z.object({ ...common, referenceIdToRefund: z.string() });

const badRequest = (response: ServerResponse): void =>
  end(response, 400, { code: 'BAD_REQUEST', message: 'the order is not valid' });

/**
 * MTN MoMo's products Collection (`requesttopay`) and Disbursement (`transfer`, `refund`), from its public documentation: a token by
 * product, 202 for what is taken, 409 for a reference that is known, one callback, a status that may be asked ten times a second.
 */
export function createMtnServer({ keys, orders, send, clock }: MtnDeps): OperatorServer {
  const tokens = new Map<string, { product: string; until: number }>();
  let second = { at: 0, asked: 0 };

  async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const [, product, ...rest] = url.pathname.split('/');
    if (product !== 'collection' && product !== 'disbursement') return false;
    const route = `${request.method ?? 'GET'} /${rest.join('/')}`;
    const expected = keys[product];
    if (header(request, 'ocp-apim-subscription-key') !== expected.subscriptionKey) {
      end(response, 401, { statusCode: 401, message: 'Access denied due to invalid subscription key.' });
      return true;
    }
    if (route === 'POST /token/') {
      giveToken(product, expected, request, response);
      return true;
    }
    const token = tokens.get(header(request, 'authorization').replace(/^Bearer /, ''));
    if (token?.product !== product || token.until < clock() || !header(request, 'x-target-environment')) {
      end(response, 401, { code: 'UNAUTHORIZED' });
      return true;
    }
    await answer(product, route, request, response);
    return true;
  }

  async function answer(product: string, route: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (product === 'collection') {
      if (route === 'POST /v1_0/requesttopay') return takePayment(request, response);
      const id = /^GET \/v1_0\/requesttopay\/([^/]+)$/.exec(route)?.[1];
      if (id !== undefined) return tellStatus(id, ['payment'], response);
    } else {
      if (route === 'POST /v1_0/transfer') return takeTransfer(request, response);
      if (route === 'POST /v1_0/refund') return takeRefund(request, response);
      const [, kind, id] = /^GET \/v1_0\/(transfer|refund)\/([^/]+)$/.exec(route) ?? [];
      if (id !== undefined && kind !== undefined) return tellStatus(id, [kind], response);
    }
    end(response, 404, { code: 'RESOURCE_NOT_FOUND' });
  }

  function giveToken(product: string, expected: MtnKeys, request: IncomingMessage, response: ServerResponse): void {
    const basic = `Basic ${Buffer.from(`${expected.apiUser}:${expected.apiKey}`).toString('base64')}`;
    if (header(request, 'authorization') !== basic) return end(response, 401, { error: 'login_failed' });
    const token = randomUUID();
    if (tokens.size >= 1_000) tokens.clear();
    tokens.set(token, { product, until: clock() + 3600_000 });
    end(response, 200, { access_token: token, token_type: 'access_token', expires_in: 3600 });
  }

  const callbackOf = (request: IncomingMessage): string | null => {
    const callback = header(request, 'x-callback-url');
    return URL.canParse(callback) ? callback : null;
  };

  async function takePayment(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = header(request, 'x-reference-id');
    const body = RequestToPay.safeParse(parseJson(await readBody(request)));
    if (!UUID.test(id) || !body.success) return badRequest(response);
    const { payer, ...rest } = body.data;
    take({ kind: 'payment', id, ...rest, msisdn: payer.partyId, callbackUrl: callbackOf(request) }, response);
  }

  async function takeTransfer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = header(request, 'x-reference-id');
    const body = Transfer.safeParse(parseJson(await readBody(request)));
    if (!UUID.test(id) || !body.success) return badRequest(response);
    const { payee, ...rest } = body.data;
    take({ kind: 'transfer', id, ...rest, msisdn: payee.partyId, callbackUrl: callbackOf(request) }, response);
  }

  async function takeRefund(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = header(request, 'x-reference-id');
    const body = Refund.safeParse(parseJson(await readBody(request)));
    if (!UUID.test(id) || !body.success) return badRequest(response);
    const { referenceIdToRefund, ...rest } = body.data;
    const paid = orders.find('mtn', referenceIdToRefund);
    if (paid?.kind !== 'payment' || paid.status !== 'SUCCESSFUL')
      return end(response, 404, { code: 'TRANSACTION_NOT_FOUND', message: 'Requested resource was not found.' });
    // A reference that is known is a duplicate, whatever is left to refund.
    if (!orders.find('mtn', id) && Number(rest.amount) + refundedOf(paid) > Number(paid.amount))
      return end(response, 400, { code: 'NOT_ALLOWED', message: 'more than was paid' });
    take({ kind: 'refund', id, ...rest, msisdn: paid.msisdn, callbackUrl: callbackOf(request) }, response);
    const taken = orders.find('mtn', id);
    if (taken) refunds.set(id, referenceIdToRefund);
  }

  /** Which payment a refund is of. */
  const refunds = new Map<string, string>();
  const refundedOf = (paid: SandboxOrder): number =>
    orders
      .list()
      .filter((one) => one.kind === 'refund' && one.status !== 'FAILED' && refunds.get(one.id) === paid.id)
      .reduce((sum, one) => sum + Number(one.amount), 0);

  function take(order: Omit<Parameters<SandboxOrders['take']>[0], 'operator'>, response: ServerResponse): void {
    const how = orders.take({ operator: 'mtn', ...order });
    if (how === 'silence') return;
    if (how === 'taken') return void response.writeHead(202).end();
    if (how === 'garbage') return end(response, 200, '<html>Service</html>', 'text/html');
    if (how === 'busy')
      return end(response, 429, { statusCode: 429, message: 'Rate limit is exceeded. Try again in 1 seconds.' });
    if (how === 'fault') return end(response, 500, { code: 'INTERNAL_PROCESSING_ERROR' });
    end(response, 409, { code: 'RESOURCE_ALREADY_EXIST', message: 'Duplicated reference id. Creation of resource failed.' });
  }

  function tellStatus(id: string, kinds: string[], response: ServerResponse): void {
    const now = Math.floor(clock() / 1_000);
    second = second.at === now ? { at: now, asked: second.asked + 1 } : { at: now, asked: 1 };
    if (second.asked > 2 * STATUS_PER_SECOND) return end(response, 429, { code: 'TOO_MANY_REQUESTS' });
    const order = orders.find('mtn', id);
    if (!order || !kinds.includes(order.kind)) return end(response, 404, { code: 'RESOURCE_NOT_FOUND' });
    if (orders.answersGarbage(order)) return end(response, 200, '<html>Service</html>', 'text/html');
    orders.note(order, `asked: ${order.status}`);
    end(response, 200, statusOf(order));
  }

  async function tell(order: SandboxOrder, message: Message, index: number): Promise<void> {
    if (!order.callbackUrl) return;
    const url = new URL(order.callbackUrl);
    const body = message === 'earlier' ? { ...statusOf(order), status: 'PENDING' } : statusOf(order);
    if (message === 'forged') {
      // Callbacks are not signed: who forges one does not know the address that was given with the order.
      url.pathname = url.pathname.replace(/[^/]+$/, 'f0rged');
      Object.assign(body, { status: 'SUCCESSFUL', financialTransactionId: '1' });
    }
    await send(order, message, url, {
      method: index % 2 === 0 ? 'POST' : 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  return { handle, tell };
}

/** An order as the operator tells of it, in answers and callbacks alike. */
function statusOf(order: SandboxOrder): Record<string, unknown> {
  const { externalId, msisdn, status, reason, financialTransactionId, behaviour, kind } = order;
  const who = { partyIdType: 'MSISDN', partyId: msisdn ?? '' };
  return {
    amount: behaviour.wrongAmount ? `${order.amount}0` : order.amount,
    currency: behaviour.wrongCurrency ? 'EUR' : order.currency,
    externalId,
    ...(kind === 'payment' ? { payer: who } : { payee: who }),
    status,
    ...(reason && { reason }),
    ...(financialTransactionId && { financialTransactionId }),
  };
}
