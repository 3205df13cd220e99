import { createServer, type Server } from 'node:http';
import { createControls, type Controls, type Operator } from './controls.ts';
import { createControlRoutes } from './control-routes.ts';
import { end } from './http.ts';
import { createMtnServer, type MtnKeys } from './mtn.ts';
import { createMvolaServer, type MvolaKeys } from './mvola.ts';
import type { OperatorServer, Send } from './operator.ts';
import { createSandboxOrders, type SandboxOrders } from './orders.ts';
import { createStripeServer, type StripeDeps } from './stripe.ts';

export interface SandboxDeps {
  /** What callers of MTN's product Collection must show, as the operator gave it out. */
  keys: MtnKeys;
  /** Of the product Disbursement; those of Collection when absent. */
  disbursementKeys?: MtnKeys;
  mvola?: MvolaKeys;
  stripe?: StripeDeps['keys'];
  /** Where browsers reach this process, for the hosted page; where the API was called when absent. */
  pageOrigin?: string;
  /** By whose calendar the operators of mobile money write their statements; UTC when absent. Stripe's is UTC. */
  timeZone?: string;
  /** Of all delays; 1 when absent. */
  timeScale?: number;
  clock?: () => number;
  log?: (line: string) => void;
}

export interface Sandbox {
  server: Server;
  orders: SandboxOrders;
  controls: Controls;
  close(): void;
}

const NO_MVOLA: MvolaKeys = { consumerKey: 'demo', consumerSecret: 'demo', partnerMsisdn: '0343500004', partnerName: 'demo' };
const NO_STRIPE: StripeDeps['keys'] = { secretKey: 'sk_test_demo', webhookSecret: 'whsec_demo', webhookUrl: null };
const CALLBACK_TIMEOUT_MS = 5_000;

/**
 * Payment providers for the demo and the tests: MTN MoMo, MVola and Stripe's Checkout from their public documentation, with the vices of
 * real ones. The last digits of the payer's telephone, the page or the control API choose them. Knows nothing of the platform's own code.
 */
export function createSandbox(deps: SandboxDeps): Sandbox {
  const { keys, disbursementKeys = keys, timeScale = 1, clock = Date.now, log = () => undefined } = deps;
  const controls = createControls({ clock });

  const send: Send = async (order, message, url, init) => {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(CALLBACK_TIMEOUT_MS) }).catch(() => null);
    await answer?.body?.cancel();
    orders.note(order, `told (${message}): ${answer?.status ?? 'no answer'}`);
    log(`told of ${order.id} (${message}): ${answer?.status ?? 'no answer'}`);
    return answer?.status ?? null;
  };
  const orders: SandboxOrders = createSandboxOrders({
    ...{ timeScale, controls },
    tellers: {
      mtn: (...told) => operators.mtn.tell(...told),
      mvola: (...told) => operators.mvola.tell(...told),
      stripe: (...told) => operators.stripe.tell(...told),
    },
  });
  const common = { orders, send, clock };
  const operators: Record<Operator, OperatorServer> = {
    mtn: createMtnServer({ ...common, keys: { collection: keys, disbursement: disbursementKeys } }),
    mvola: createMvolaServer({ ...common, keys: deps.mvola ?? NO_MVOLA }),
    stripe: createStripeServer({ ...common, timeScale, keys: deps.stripe ?? NO_STRIPE, pageOrigin: deps.pageOrigin ?? null }),
  };
  const control = createControlRoutes({ orders, controls, timeZone: deps.timeZone ?? 'UTC' });

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const operator = operatorOf(url.pathname);
    const outage = operator && controls.outageOf(operator);
    // Whoever hangs up is not waited for.
    if (outage === 'hangs') return;
    if (outage === 'unavailable') return end(response, 503, { message: 'Service Unavailable' });
    const work = async (): Promise<void> => {
      if (operator && (await operators[operator].handle(request, response, url))) return;
      await control(request, response, url);
    };
    work().catch((error: unknown) => {
      log(`failed: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return {
    server,
    orders,
    controls,
    close() {
      orders.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function operatorOf(path: string): Operator | null {
  if (path.startsWith('/collection/') || path.startsWith('/disbursement/')) return 'mtn';
  if (path === '/token' || path.startsWith('/mvola/')) return 'mvola';
  return path.startsWith('/v1/') || path.startsWith('/card/') ? 'stripe' : null;
}
