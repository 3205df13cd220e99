import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { BEHAVIOUR_NAMES } from './behaviours.ts';
import { CONTROL_HEADERS, renderControlPage, renderOrder, renderState } from './control-page.ts';
import { OPERATORS, STATEMENT_FAULTS, type Controls } from './controls.ts';
import { end, parseJson, readBody } from './http.ts';
import type { SandboxOrder, SandboxOrders } from './orders.ts';
import { writeStatement } from './statements.ts';

export interface ControlDeps {
  orders: SandboxOrders;
  controls: Controls;
  /** Of the statements of mobile money. */
  timeZone: string;
}

const vice = z.enum(BEHAVIOUR_NAMES);
const Settle = z.object({ id: z.string(), status: z.enum(['SUCCESSFUL', 'FAILED']), reason: z.string().max(60).optional() });
const Next = z.object({ vice, count: z.int().min(0).max(1_000) });
const PhoneVice = z.object({ phone: z.string().regex(/^\+?[\d ]{6,20}$/), vice: vice.nullable() });
const Ordinary = z.object({ vice: z.enum(['ordinary', 'wait']) });
const Outage = z.object({
  operator: z.enum([...OPERATORS, 'all']),
  kind: z.enum(['unavailable', 'hangs']).default('unavailable'),
  seconds: z.number().min(0).max(86_400),
});
const Statement = z.object({ fault: z.enum(STATEMENT_FAULTS).nullable() });
const Tell = z.object({ id: z.string(), message: z.enum(['genuine', 'forged', 'earlier']) });
const Hold = z.object({ id: z.string() });

/** Orders that the page shows. */
const SHOWN = 100;

/** The page and the control API: what the operators are told to do, by people and by tests. */
export function createControlRoutes({ orders, controls, timeZone }: ControlDeps) {
  const done = (response: ServerResponse, found = true): void => void response.writeHead(found ? 204 : 409).end();
  /** Parses what came and does it; says what was expected when it is something else. */
  const command =
    <T>(schema: z.ZodType<T>, work: (input: T) => boolean | void) =>
    async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      // Browsers send JSON across sites only after asking, and nobody answers them here.
      if (!request.headers['content-type']?.startsWith('application/json')) return end(response, 415, 'JSON only', 'text/plain');
      const input = schema.safeParse(parseJson(await readBody(request)));
      if (!input.success) return end(response, 400, z.prettifyError(input.error), 'text/plain; charset=utf-8');
      done(response, work(input.data) ?? true);
    };
  const commands: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>>> = {
    '/settle': command(Settle, ({ id, status, reason }) => orders.settle(id, status, reason)),
    '/control/next': command(Next, (input) => controls.next(input.vice, input.count)),
    '/control/number': command(PhoneVice, (input) => controls.number(input.phone, input.vice)),
    '/control/ordinary': command(Ordinary, (input) => controls.ordinary(input.vice)),
    '/control/statement': command(Statement, ({ fault }) => controls.statement(fault)),
    '/control/hold': command(Hold, ({ id }) => orders.hold(id)),
    '/control/tell': command(Tell, ({ id, message }) => orders.tell(id, message)),
    '/control/outage': command(Outage, ({ operator, kind, seconds }) => {
      for (const one of operator === 'all' ? OPERATORS : [operator]) controls.outage(one, kind, seconds);
    }),
    '/control/reset': command(z.object({}), () => {
      controls.reset();
      orders.forget();
    }),
  };

  return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { pathname } = url;
    if (pathname === '/healthz' || pathname === '/readyz') return end(response, 200, 'ok', 'text/plain');
    // A page on the web could otherwise settle orders by pointing a name of its own at this machine.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) return end(response, 403, 'only by localhost', 'text/plain');
    if (request.method === 'POST') {
      const work = Object.hasOwn(commands, pathname) ? commands[pathname] : undefined;
      return work ? work(request, response) : end(response, 404, 'not found', 'text/plain');
    }
    const shown = orders.list().slice(0, SHOWN);
    if (pathname === '/')
      return end(response, 200, renderControlPage(shown, controls.state()), 'text/html; charset=utf-8', CONTROL_HEADERS);
    // For the page: what changed since it looked.
    if (pathname === '/control/changes') return end(response, 200, changes(shown, url, renderState(controls.state())));
    if (pathname === '/control/state') return end(response, 200, { ...controls.state(), orders: orders.list().map(writeOrder) });
    const [, operator, day] = /^\/statements\/(\w+)\/(\d{4}-\d\d-\d\d)\.csv$/.exec(pathname) ?? [];
    const known = OPERATORS.find((one) => one === operator);
    if (known && day !== undefined) {
      const csv = writeStatement(known, day, orders.list(), controls.statementFault(), known === 'stripe' ? 'UTC' : timeZone);
      const name = { 'Content-Disposition': `attachment; filename="${known}-${day}.csv"` };
      return end(response, 200, csv, 'text/csv; charset=utf-8', name);
    }
    end(response, 404, 'not found', 'text/plain');
  };
}

/** `?<id>=<version>` for each order that the page has. */
function changes(shown: readonly SandboxOrder[], url: URL, state: string): object {
  const has = url.searchParams;
  return {
    state,
    order: shown.map(({ id }) => id),
    changed: shown
      .filter(({ id, version }) => has.get(id) !== String(version))
      .map((order) => ({ id: order.id, html: renderOrder(order) })),
  };
}

const writeOrder = ({ behaviour, ...order }: SandboxOrder): object => ({ ...order, behaviour: behaviour.title.en });
