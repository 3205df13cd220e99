import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Message } from './behaviours.ts';
import { end, header, parseJson, readBody } from './http.ts';
import type { OperatorServer, Send } from './operator.ts';
import type { SandboxOrder, SandboxOrders } from './orders.ts';

export interface MvolaKeys {
  consumerKey: string;
  consumerSecret: string;
  /** The merchant's telephone and the name that payers see. */
  partnerMsisdn: string;
  partnerName: string;
}

export interface MvolaDeps {
  keys: MvolaKeys;
  orders: SandboxOrders;
  send: Send;
  clock: () => number;
}

const BASE = '/mvola/mm/transactions/type/merchantpay/1.0.0/';
const SCOPE = 'EXT_INT_MVOLA_SCOPE';
const TOKEN_SECONDS = 3600;

const pairs = z.array(z.object({ key: z.string().min(1), value: z.string() })).min(1);
const Transaction = z.object({
  amount: z.string().regex(/^\d+$/),
  currency: z.literal('Ar'),
  descriptionText: z
    .string()
    .min(1)
    .max(50)
    .regex(/^[\w\-.,_ ]*$/),
  requestingOrganisationTransactionReference: z.string().min(1).max(50),
  originalTransactionReference: z.string().max(50).optional(),
  requestDate: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  debitParty: pairs,
  creditParty: pairs,
  metadata: pairs,
});
type Transaction = z.infer<typeof Transaction>;
/** What is told of a transaction beside the order. */
interface Kept {
  given: Transaction;
  correlationId: string;
  reference: string;
}

const msisdnOf = (of: { key: string; value: string }[]): string | undefined => of.find(({ key }) => key === 'msisdn')?.value;
/** The national form, ten digits. */
const LOCAL = /^03\d{8}$/;

/**
 * MVola's Merchant Pay 1.0, from copies of its documentation: OAuth client credentials, an order that goes by the
 * `serverCorrelationId` of its answer, status and details, one PUT to `X-Callback-URL`. How callbacks would be signed is written
 * nowhere, so these are not.
 */
export function createMvolaServer({ keys, orders, send, clock }: MvolaDeps): OperatorServer {
  const tokens = new Map<string, number>();
  const kept = new Map<string, Kept>();
  const correlations = new Map<string, string>();

  async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    if (url.pathname === '/token' && request.method === 'POST') {
      await giveToken(request, response);
      return true;
    }
    if (!url.pathname.startsWith('/mvola/')) return false;
    if ((tokens.get(header(request, 'authorization').replace(/^Bearer /, '')) ?? 0) < clock()) {
      end(response, 401, {
        fault: {
          code: 900901,
          message: 'Invalid Credentials',
          description: 'Invalid Credentials. Make sure you have given the correct access token',
        },
      });
      return true;
    }
    const missing = missingHeader(request);
    if (missing !== null) {
      fault(response, 400, 'validation', 'mandatoryValueNotSupplied', `The header ${missing} is missing or wrong`);
      return true;
    }
    await answer(request, response, url.pathname);
    return true;
  }

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (path === BASE && request.method === 'POST') return take(request, response);
    if (request.method === 'GET' && path.startsWith(`${BASE}status/`))
      return tellStatus(path.slice(BASE.length + 'status/'.length), response);
    if (request.method === 'GET' && path.startsWith(BASE) && path.length > BASE.length)
      return tellDetails(path.slice(BASE.length), response);
    fault(response, 404, 'identification', 'identifierError', 'No such resource');
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readBody(request));
    const basic = `Basic ${Buffer.from(`${keys.consumerKey}:${keys.consumerSecret}`).toString('base64')}`;
    if (header(request, 'authorization') !== basic)
      return end(response, 401, {
        error: 'invalid_client',
        error_description: 'A valid OAuth client could not be found for client_id',
      });
    if (!header(request, 'content-type').startsWith('application/x-www-form-urlencoded'))
      return end(response, 400, { error: 'invalid_request', error_description: 'a form is expected' });
    if (form.get('grant_type') !== 'client_credentials')
      return end(response, 400, { error: 'unsupported_grant_type', error_description: 'Unsupported grant_type value' });
    if (form.get('scope') !== SCOPE)
      return end(response, 400, { error: 'invalid_scope', error_description: 'the scope is not known' });
    const token = randomUUID();
    if (tokens.size >= 1_000) tokens.clear();
    tokens.set(token, clock() + TOKEN_SECONDS * 1_000);
    end(response, 200, { access_token: token, scope: SCOPE, token_type: 'Bearer', expires_in: TOKEN_SECONDS });
  }

  /** The first header that a call lacks. */
  function missingHeader(request: IncomingMessage): string | null {
    if (header(request, 'version') !== '1.0') return 'Version';
    if (!/^[\w-]{1,40}$/.test(header(request, 'x-correlationid'))) return 'X-CorrelationID';
    if (!['FR', 'MG'].includes(header(request, 'userlanguage'))) return 'UserLanguage';
    if (header(request, 'useraccountidentifier') !== `msisdn;${keys.partnerMsisdn}`) return 'UserAccountIdentifier';
    if (header(request, 'partnername') !== keys.partnerName) return 'partnerName';
    if (header(request, 'cache-control') !== 'no-cache') return 'Cache-Control';
    return null;
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Transaction.safeParse(parseJson(await readBody(request)));
    if (!body.success) {
      const field = body.error.issues[0]?.path.join('.') ?? '';
      return fault(response, 400, 'validation', 'formatError', `Missing or wrong field ${field}`);
    }
    const { data } = body;
    const [payer, payee] = [msisdnOf(data.debitParty), msisdnOf(data.creditParty)];
    if (!LOCAL.test(payer ?? '') || payee !== keys.partnerMsisdn || !data.metadata.some(({ key }) => key === 'partnerName'))
      return fault(response, 400, 'validation', 'formatError', 'debitParty, creditParty or metadata is not valid');
    const correlationId = header(request, 'x-correlationid');
    if (correlations.has(correlationId))
      return fault(response, 409, 'stateConflict', 'duplicateRequest', 'The request conflicts with another request');
    const id = idFor(correlationId);
    const callback = header(request, 'x-callback-url');
    const callbackUrl = URL.canParse(callback) ? callback : null;
    const { amount, currency, requestingOrganisationTransactionReference: externalId } = data;
    const how = orders.take({
      ...{ operator: 'mvola', kind: 'payment', id, amount, currency, externalId },
      ...{ msisdn: payer ?? null, callbackUrl },
    });
    if (how === 'busy') return fault(response, 429, 'quota', 'tooManyRequests', 'Too many requests hit the API too quickly');
    if (orders.find('mvola', id)) remember(id, correlationId, data);
    if (how === 'silence') return;
    if (how === 'garbage') return end(response, 200, '<html>Service</html>', 'text/html');
    if (how === 'fault') return fault(response, 500, 'internal', 'genericError', 'Something went wrong on the server');
    if (how === 'conflict' || how === 'known')
      return fault(response, 409, 'stateConflict', 'duplicateRequest', 'The request conflicts with another request');
    end(response, 202, { status: 'pending', serverCorrelationId: id, notificationMethod: callbackUrl ? 'callback' : 'polling' });
  }

  /** The same for a request that is made again after it was refused, so that it is known to have been refused once. */
  const given = new Map<string, string>();
  function idFor(correlationId: string): string {
    const id = given.get(correlationId) ?? randomUUID();
    if (given.size >= 2_000) given.clear();
    given.set(correlationId, id);
    return id;
  }

  function remember(id: string, correlationId: string, data: Transaction): void {
    if (kept.size >= 2_000) {
      kept.clear();
      correlations.clear();
    }
    kept.set(id, { given: data, correlationId, reference: String(randomInt(100_000_000, 999_999_999)) });
    correlations.set(correlationId, id);
  }

  function tellStatus(id: string, response: ServerResponse): void {
    const order = orders.find('mvola', id);
    const one = kept.get(id);
    if (!order || !one) return fault(response, 404, 'identification', 'identifierError', 'No such transaction');
    if (orders.answersGarbage(order)) return end(response, 200, '<html>Service</html>', 'text/html');
    const status = STATUS[order.status];
    orders.note(order, `asked: ${status}`);
    end(response, 200, {
      ...{ status, serverCorrelationId: id, notificationMethod: order.callbackUrl ? 'callback' : 'polling' },
      objectReference: order.status === 'PENDING' ? '' : one.reference,
    });
  }

  function tellDetails(reference: string, response: ServerResponse): void {
    const [id, one] = [...kept].find(([, each]) => each.reference === reference) ?? [];
    const order = id === undefined ? null : orders.find('mvola', id);
    if (!order || !one || order.status === 'PENDING')
      return fault(response, 404, 'identification', 'identifierError', 'No such transaction');
    orders.note(order, 'its details were asked');
    end(response, 200, {
      // Decimals here, none in the order: so it writes them.
      amount: `${order.behaviour.wrongAmount ? `${order.amount}0` : order.amount}.00`,
      currency: order.behaviour.wrongCurrency ? 'EUR' : order.currency,
      ...partiesOf(one, order),
      metadata: [
        { key: 'originalTransactionResult', value: '0' },
        { key: 'originalTransactionResultDesc', value: '0' },
      ],
      transactionStatus: STATUS[order.status],
      creationDate: new Date(order.takenAt).toISOString(),
      transactionReference: reference,
    });
  }

  async function tell(order: SandboxOrder, message: Message): Promise<void> {
    const one = kept.get(order.id);
    if (!order.callbackUrl || !one) return;
    const url = new URL(order.callbackUrl);
    const status = message === 'earlier' ? 'pending' : message === 'forged' ? 'completed' : STATUS[order.status];
    if (message === 'forged') url.pathname = url.pathname.replace(/[^/]+$/, 'f0rged');
    await send(order, message, url, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        transactionStatus: status,
        serverCorrelationId: order.id,
        transactionReference: one.reference,
        ...partiesOf(one, order),
        metadata: one.given.metadata,
      }),
    });
  }

  return { handle, tell };
}

const STATUS = { PENDING: 'pending', SUCCESSFUL: 'completed', FAILED: 'failed' } as const;

const partiesOf = ({ given }: Kept, order: SandboxOrder) => ({
  requestDate: given.requestDate,
  debitParty: [{ key: 'msisdn', value: order.msisdn ?? '' }],
  creditParty: given.creditParty,
  fees: [{ feeAmount: '0' }],
});

function fault(response: ServerResponse, status: number, category: string, code: string, description: string): void {
  end(response, status, {
    ...{ errorCategory: category, errorCode: code, errorDescription: description },
    ...{ errorDateTime: new Date().toISOString(), errorParameters: [] },
  });
}
