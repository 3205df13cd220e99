import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BEHAVIOURS, type Message } from './behaviours.ts';
import { createCardRoutes } from './card-routes.ts';
import { end, fieldOf, header, mapOf, parseForm, readBody, type FormFields } from './http.ts';
import type { OperatorServer, Send } from './operator.ts';
import type { SandboxOrder, SandboxOrders } from './orders.ts';
import {
  createStripeStore,
  idOf,
  StripeError,
  writeIntent,
  writeRefund,
  writeSession,
  type Refund,
  type Session,
} from './stripe-store.ts';

export interface StripeDeps {
  keys: {
    secretKey: string;
    webhookSecret: string;
    /** Where events are sent, as it is written on the account's page; null: nowhere. */
    webhookUrl: string | null;
  };
  orders: SandboxOrders;
  send: Send;
  clock: () => number;
  timeScale: number;
  /** Where a browser reaches the hosted page, without a path; null: where the API is. */
  pageOrigin: string | null;
}

/** An idempotency key is kept so long. */
const KEY_MS = 24 * 3600_000;
const MAX_KEYS = 5_000;
const MIN_EXPIRY_SECONDS = 30 * 60;
const MAX_EXPIRY_SECONDS = 24 * 3600;

interface Answer {
  status: number;
  body: object;
}

/**
 * The part of Stripe's API that Checkout Sessions need, from its public reference: forms in, JSON out, idempotency keys kept for a day
 * with their answer, signed events that come more than once and in no order, and a page of its own where a card is typed.
 */
export function createStripeServer({ keys, orders, send, clock, timeScale, pageOrigin }: StripeDeps): OperatorServer {
  const store = createStripeStore();
  const answers = new Map<string, { digest: string; until: number; answer: Answer }>();
  const seconds = (): number => Math.floor(clock() / 1_000);

  /** Sessions end at their time, whoever looks. */
  function sessionOf(id: string): Session {
    const session = store.sessions.get(id);
    if (!session)
      throw new StripeError(404, 'invalid_request_error', `No such checkout.session: '${id}'`, 'resource_missing', 'id');
    if (session.status === 'open' && session.expiresAt <= seconds()) expire(session);
    return session;
  }

  function expire(session: Session): void {
    session.status = 'expired';
    orders.settle(session.id, 'FAILED', 'EXPIRED');
    publish(session, 'checkout.session.expired', writeSession(session));
  }

  const cards = createCardRoutes({
    find: (id) => {
      try {
        return sessionOf(id);
      } catch {
        return null;
      }
    },
    // What the page was told and did is seen in the order's journal.
    note: (session, text) => {
      const order = orders.find('stripe', session.id);
      if (order) orders.note(order, text);
    },
    outcome(session, outcome) {
      session.attempts += 1;
      session.intent ??= idOf('pi');
      store.intents.set(session.intent, session);
      if (outcome.kind === 'declined') {
        session.lastError = { code: outcome.code, declineCode: outcome.declineCode };
        publish(session, 'payment_intent.payment_failed', writeIntent(session));
        return;
      }
      const order = orders.find('stripe', session.id);
      session.charge = idOf('ch');
      session.status = 'complete';
      session.lastError = null;
      session.paidAmount = order?.behaviour.wrongAmount ? session.amount * 10 : session.amount;
      if (order?.behaviour.wrongCurrency) session.currency = 'eur';
      if (order) order.financialTransactionId = session.intent;
      orders.settle(session.id, 'SUCCESSFUL');
      // Not in the order in which they happened: nobody may rest on it.
      publish(session, 'checkout.session.completed', writeSession(session));
      publish(session, 'payment_intent.succeeded', writeIntent(session));
      publish(session, 'payment_intent.created', {
        ...writeIntent(session),
        status: 'requires_payment_method',
        amount_received: 0,
      });
    },
  });

  async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    if (url.pathname.startsWith('/card/')) return cards(request, response, url);
    if (!url.pathname.startsWith('/v1/')) return false;
    const requestId = idOf('req');
    const reply = ({ status, body }: Answer, more: Record<string, string> = {}): void =>
      end(response, status, body, 'application/json', { 'Request-Id': requestId, 'Stripe-Version': '2025-01-01', ...more });
    try {
      authorise(request);
      const text = request.method === 'POST' ? await readBody(request) : '';
      if (request.method !== 'POST') {
        reply({ status: 200, body: read(url) });
        return true;
      }
      const key = header(request, 'idempotency-key');
      const digest = createHash('sha256').update(`${url.pathname}\n${text}`).digest('hex');
      const known = key === '' ? undefined : answers.get(key);
      if (known && clock() < known.until) {
        if (known.digest !== digest) throw otherBody(key);
        reply(known.answer, { 'Idempotent-Replayed': 'true' });
        return true;
      }
      if (key.length > 255) throw new StripeError(400, 'invalid_request_error', 'Idempotency-Key is too long');
      const answer = write(url, parseForm(text), request, requestId);
      if (key !== '' && answer !== 'not taken') {
        if (answers.size >= MAX_KEYS) answers.delete(answers.keys().next().value ?? '');
        answers.set(key, { digest, until: clock() + KEY_MS, answer: answer.answer });
      }
      if (answer === 'not taken') throw new StripeError(429, 'rate_limit_error', 'Too many requests', 'rate_limit');
      if (answer.manner === 'silence') return true;
      if (answer.manner === 'half')
        reply({ status: 500, body: { error: { type: 'api_error', message: 'An unknown error occurred' } } });
      else if (answer.manner === 'conflict')
        reply({
          status: 409,
          body: {
            error: {
              ...{ type: 'idempotency_error', code: 'idempotency_key_in_use' },
              message: 'There is currently another in-progress request using this Idempotent Key',
            },
          },
        });
      else if (answer.manner === 'garbage') end(response, 200, '<html>Service</html>', 'text/html');
      else reply(answer.answer);
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      reply({ status: error.status, body: error.body });
    }
    return true;
  }

  const otherBody = (key: string): StripeError =>
    new StripeError(
      400,
      'idempotency_error',
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`,
    );

  function authorise(request: IncomingMessage): void {
    const [scheme, value = ''] = header(request, 'authorization').split(' ');
    const shown = scheme === 'Basic' ? Buffer.from(value, 'base64').toString('utf8').replace(/:$/, '') : value;
    if (shown !== keys.secretKey) throw new StripeError(401, 'invalid_request_error', 'Invalid API Key provided');
  }

  function read(url: URL): object {
    const expand = url.searchParams
      .getAll('expand[]')
      .concat([...url.searchParams].flatMap(([k, v]) => (/^expand\[\d+\]$/.test(k) ? [v] : [])));
    const [kind, id] = /^\/v1\/(checkout\/sessions|payment_intents|refunds|events)\/([^/]+)$/.exec(url.pathname)?.slice(1) ?? [];
    if (kind === 'checkout/sessions' && id !== undefined) {
      const session = sessionOf(id);
      ask(session);
      return writeSession(
        session,
        expand.some((path) => path.startsWith('payment_intent')),
        expand.includes('payment_intent.latest_charge'),
      );
    }
    if (kind === 'payment_intents' && id !== undefined) {
      const session = store.intents.get(id);
      if (!session)
        throw new StripeError(404, 'invalid_request_error', `No such payment_intent: '${id}'`, 'resource_missing', 'intent');
      ask(session);
      return writeIntent(session, expand.includes('latest_charge'));
    }
    if (kind === 'refunds' && id !== undefined) {
      const refund = store.refunds.get(id);
      if (!refund) throw new StripeError(404, 'invalid_request_error', `No such refund: '${id}'`, 'resource_missing', 'id');
      return written(refund);
    }
    if (kind === 'events' && id !== undefined) {
      const event = store.events.get(id);
      if (!event) throw new StripeError(404, 'invalid_request_error', `No such event: '${id}'`, 'resource_missing', 'id');
      return event;
    }
    if (url.pathname === '/v1/refunds') {
      const of = url.searchParams.get('payment_intent');
      const data = [...store.refunds.values()].filter(({ session }) => of === null || session.intent === of).reverse();
      return { object: 'list', url: '/v1/refunds', has_more: false, data: data.slice(0, 100).map(written) };
    }
    if (url.pathname === '/v1/checkout/sessions') {
      const of = url.searchParams.get('payment_intent');
      const data = [...store.sessions.values()].filter(({ intent }) => of === null || intent === of).reverse();
      return {
        object: 'list',
        url: '/v1/checkout/sessions',
        has_more: false,
        data: data.slice(0, 100).map((one) => writeSession(one)),
      };
    }
    throw new StripeError(404, 'invalid_request_error', `Unrecognized request URL (GET: ${url.pathname}).`);
  }

  function ask(session: Session): void {
    const order = orders.find('stripe', session.id);
    if (!order) return;
    if (orders.answersGarbage(order)) throw new StripeError(500, 'api_error', 'An unknown error occurred');
    orders.note(order, `asked: ${session.status}, ${session.charge ? 'paid' : 'unpaid'}`);
  }

  type Written = { answer: Answer; manner: 'take' | 'half' | 'silence' | 'conflict' | 'garbage' } | 'not taken';

  function write(url: URL, form: FormFields, request: IncomingMessage, requestId: string): Written {
    const said = (body: object): Written => ({ answer: { status: 200, body }, manner: 'take' });
    if (url.pathname === '/v1/checkout/sessions') return createSession(form, request);
    const expired = /^\/v1\/checkout\/sessions\/([^/]+)\/expire$/.exec(url.pathname)?.[1];
    if (expired !== undefined) {
      const session = sessionOf(expired);
      if (session.status !== 'open')
        throw new StripeError(
          400,
          'invalid_request_error',
          `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
        );
      expire(session);
      return said(writeSession(session));
    }
    if (url.pathname === '/v1/refunds') return createRefund(form, request);
    throw new StripeError(404, 'invalid_request_error', `Unrecognized request URL (POST: ${url.pathname}, ${requestId}).`);
  }

  function createSession(form: FormFields, request: IncomingMessage): Written {
    const session = readSession(form, request);
    const key = header(request, 'idempotency-key');
    const id = key === '' ? session.id : store.idFor(key);
    session.id = id;
    const how = orders.take({
      ...{ operator: 'stripe', kind: 'payment', id, amount: String(session.amount), currency: session.currency },
      ...{ externalId: session.clientReferenceId ?? '', msisdn: null, callbackUrl: keys.webhookUrl },
    });
    if (how === 'busy') return 'not taken';
    const order = orders.find('stripe', id);
    if (!order) throw new StripeError(500, 'api_error', 'An unknown error occurred');
    session.url = `${pageOrigin ?? `http://${header(request, 'host')}`}/card/${id}`;
    store.keep(session);
    return { answer: { status: 200, body: writeSession(session) }, manner: mannerOf(how) };
  }

  function readSession(form: FormFields, request: IncomingMessage): Session {
    const required = (...path: string[]): string => {
      const value = fieldOf(form, ...path);
      const [head = '', ...rest] = path;
      if (value === '')
        throw new StripeError(
          ...([
            400,
            'invalid_request_error',
            `Missing required param: ${head}${rest.map((part) => `[${part}]`).join('')}.`,
          ] as const),
          ...(['parameter_missing', head] as const),
        );
      return value;
    };
    if (required('mode') !== 'payment') throw new StripeError(400, 'invalid_request_error', 'only the mode payment is here');
    const items = form['line_items'];
    if (typeof items !== 'object' || items === null || Object.keys(items).length === 0)
      throw new StripeError(
        400,
        'invalid_request_error',
        'You must provide at least one line item',
        'parameter_missing',
        'line_items',
      );
    let amount = 0;
    const currencies = new Set<string>();
    const names: string[] = [];
    for (const at of Object.keys(items)) {
      const each = Number(required('line_items', at, 'price_data', 'unit_amount'));
      const quantity = Number(fieldOf(form, 'line_items', at, 'quantity') || '1');
      if (!Number.isSafeInteger(each) || each < 0 || !Number.isSafeInteger(quantity) || quantity < 1)
        throw new StripeError(400, 'invalid_request_error', 'Invalid integer', 'parameter_invalid_integer', 'line_items');
      amount += each * quantity;
      currencies.add(required('line_items', at, 'price_data', 'currency').toLowerCase());
      names.push(required('line_items', at, 'price_data', 'product_data', 'name'));
    }
    const [currency = ''] = currencies;
    if (currencies.size !== 1 || !/^[a-z]{3}$/.test(currency))
      throw new StripeError(400, 'invalid_request_error', 'Invalid currency', undefined, 'line_items');
    if (amount <= 0 || amount > 99_999_999)
      throw new StripeError(400, 'invalid_request_error', 'The total is out of bounds', 'amount_too_large', 'line_items');
    const successUrl = required('success_url');
    const cancelUrl = fieldOf(form, 'cancel_url');
    for (const [name, value] of Object.entries({ success_url: successUrl, cancel_url: cancelUrl }))
      if (value !== '' && !/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : ''))
        throw new StripeError(400, 'invalid_request_error', 'Not a valid URL', 'url_invalid', name);
    const now = seconds();
    const expiresAt = Number(fieldOf(form, 'expires_at') || now + MAX_EXPIRY_SECONDS);
    if (!Number.isInteger(expiresAt) || expiresAt < now + MIN_EXPIRY_SECONDS || expiresAt > now + MAX_EXPIRY_SECONDS)
      throw new StripeError(
        ...([400, 'invalid_request_error'] as const),
        'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
        ...([undefined, 'expires_at'] as const),
      );
    return {
      ...{ id: idOf('cs_test'), created: now, expiresAt, amount, currency, names, successUrl, cancelUrl },
      ...{ metadata: mapOf(form, 'metadata'), clientReferenceId: fieldOf(form, 'client_reference_id') || null },
      intentMetadata: mapOf((form['payment_intent_data'] as FormFields | undefined) ?? {}, 'metadata'),
      ...{ status: 'open', intent: null, charge: null, lastError: null, attempts: 0, url: '', paidAmount: amount, refunded: 0 },
      requestKey: header(request, 'idempotency-key') || null,
    };
  }

  const refundOrder = ({ id }: Refund): SandboxOrder | null => orders.find('stripe', id);
  const written = (refund: Refund): object => writeRefund(refund, refundOrder(refund));

  /** What failed can be refunded again. */
  const refundedOf = (session: Session): number =>
    [...store.refunds.values()]
      .filter((one) => one.session === session && refundOrder(one)?.status !== 'FAILED')
      .reduce((sum, { amount }) => sum + amount, 0);

  function createRefund(form: FormFields, request: IncomingMessage): Written {
    const [ofIntent, ofCharge] = [fieldOf(form, 'payment_intent'), fieldOf(form, 'charge')];
    const session = [...store.intents.values()].find(
      ({ intent, charge }) => (ofIntent !== '' && intent === ofIntent) || (ofCharge !== '' && charge === ofCharge),
    );
    if (!session) {
      const named = ofIntent || ofCharge;
      if (named === '')
        throw new StripeError(
          400,
          'invalid_request_error',
          'One of the following params should be provided: payment_intent or charge.',
        );
      throw new StripeError(
        404,
        'invalid_request_error',
        `No such payment_intent: '${named}'`,
        'resource_missing',
        'payment_intent',
      );
    }
    if (!session.charge)
      throw new StripeError(400, 'invalid_request_error', 'This PaymentIntent does not have a successful charge to refund.');
    const left = session.paidAmount - refundedOf(session);
    if (left === 0)
      throw new StripeError(400, 'invalid_request_error', 'Charge has already been refunded.', 'charge_already_refunded');
    const asked = fieldOf(form, 'amount');
    const amount = asked === '' ? left : Number(asked);
    if (!Number.isSafeInteger(amount) || amount <= 0)
      throw new StripeError(400, 'invalid_request_error', 'Invalid positive integer', 'parameter_invalid_integer', 'amount');
    if (amount > left)
      throw new StripeError(
        ...([
          400,
          'invalid_request_error',
          `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
        ] as const),
        ...([undefined, 'amount'] as const),
      );
    const key = header(request, 'idempotency-key');
    const refund: Refund = {
      ...{ id: key === '' ? idOf('re') : store.idFor(key, 're'), session, amount, created: seconds() },
      ...{ metadata: mapOf(form, 'metadata'), reason: fieldOf(form, 'reason') || null },
    };
    const how = orders.take({
      ...{ operator: 'stripe', kind: 'refund', id: refund.id, amount: String(amount), currency: session.currency },
      ...{ externalId: session.clientReferenceId ?? '', msisdn: null, callbackUrl: keys.webhookUrl },
    });
    const taken = orders.find('stripe', refund.id);
    if (!taken) return 'not taken';
    taken.financialTransactionId = refund.id;
    store.refunds.set(refund.id, refund);
    session.refunded = refundedOf(session);
    const order = orders.find('stripe', session.id);
    if (order) orders.note(order, `refunded: ${amount}`);
    publish(session, 'charge.refunded', {
      id: session.charge,
      object: 'charge',
      amount_refunded: session.refunded,
      payment_intent: session.intent,
    });
    // To a card it is there at once, unless something was said of it.
    if (taken.behaviour === BEHAVIOURS.ordinary) orders.settle(refund.id, 'SUCCESSFUL');
    return { answer: { status: 200, body: written(refund) }, manner: mannerOf(how) };
  }

  const mannerOf = (how: ReturnType<SandboxOrders['take']>) =>
    how === 'fault' ? 'half' : how === 'silence' || how === 'conflict' || how === 'garbage' ? how : 'take';

  /** Sends an event in the manner of the order: as often, in what order and how genuine its behaviour says. */
  function publish(session: Session, type: string, object: object): void {
    const order = orders.find('stripe', session.id);
    if (!order) return;
    const event = store.eventOf(type, object, seconds(), session.requestKey);
    void deliver(order, event);
  }

  async function deliver(order: SandboxOrder, event: { id: string; type: string }): Promise<void> {
    for (const message of order.behaviour.callbacks) await post(order, message, event);
  }

  async function post(order: SandboxOrder, message: Message, event: { id: string; type: string }): Promise<void> {
    if (keys.webhookUrl === null || message === 'earlier') return;
    const body = JSON.stringify(event);
    // It tries again for days, ever more seldom; here a few times.
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const at = seconds();
      const secret = message === 'forged' ? 'forged' : keys.webhookSecret;
      const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
      orders.note(order, `event ${event.type}`);
      const status = await send(order, message, new URL(keys.webhookUrl), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': `t=${at},v1=${signature}` },
        body,
      });
      if (message === 'forged' || (status !== null && status >= 200 && status < 300)) return;
      await new Promise((resolve) => setTimeout(resolve, 2_000 * 4 ** attempt * timeScale).unref());
    }
  }

  async function tell(order: SandboxOrder, message: Message): Promise<void> {
    const refund = store.refunds.get(order.id);
    if (refund) return tellOfRefund(refund, order, message);
    const session = store.sessions.get(order.id);
    if (!session) return;
    const type = session.charge ? 'checkout.session.completed' : 'checkout.session.expired';
    const object =
      message === 'forged' ? { ...writeSession(session), status: 'complete', payment_status: 'paid' } : writeSession(session);
    await post(order, message === 'earlier' ? 'genuine' : message, store.eventOf(type, object, seconds(), session.requestKey));
  }

  /** Once it has ended; not genuine or too early it says something else. */
  async function tellOfRefund(refund: Refund, order: SandboxOrder, message: Message): Promise<void> {
    refund.session.refunded = refundedOf(refund.session);
    const said = message === 'forged' ? { ...order, status: 'SUCCESSFUL' as const } : order;
    const type = message === 'genuine' && order.status === 'FAILED' ? 'refund.failed' : 'refund.updated';
    const object = writeRefund(refund, message === 'earlier' ? { ...order, status: 'PENDING' } : said);
    await post(order, message === 'earlier' ? 'genuine' : message, store.eventOf(type, object, seconds(), null));
  }

  return { handle, tell };
}
