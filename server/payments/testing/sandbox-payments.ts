import { createSandbox, type Sandbox } from '#deploy/sandbox-provider/sandbox-server.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { startHttpServer } from '../../http/http-server.ts';
import { httpApp } from '../../http/testing/http-fixture.ts';
import { createMvola } from '../providers/mvola.ts';
import { providersOf, type Providers } from '../providers/providers.service.ts';
import { createStripe } from '../providers/stripe.ts';
import { createWebhookRoutes } from '../webhooks.routes.ts';
import { createPaymentsFixture, type PaymentsFixture } from './payments-fixture.ts';

export const MVOLA_KEYS = { consumerKey: 'ck', consumerSecret: 'cs', partnerName: 'Vignette' };
export const MERCHANT = '0343500004';
export const STRIPE_KEYS = { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' };

/** The providers as production makes them, pointed at a sandbox. */
export function sandboxProviders(sandboxUrl: string, webhookOrigin: string, clock: () => Date): Providers {
  const common = { clock, timeoutMs: 400 };
  return providersOf({
    mvola: createMvola({
      ...{ ...common, ...MVOLA_KEYS, url: sandboxUrl, merchantMsisdn: MERCHANT, webhookOrigin },
      callbackKey: Buffer.alloc(32, 7),
    }),
    stripe: createStripe({
      ...{ ...common, ...STRIPE_KEYS, apiBase: sandboxUrl, publicOrigin: 'https://vignette.example' },
      currency: madagascar.currency,
    }),
  });
}

export interface SandboxPayments extends PaymentsFixture {
  providers: Providers;
  sandbox: Sandbox;
  sandboxUrl: string;
  webhookOrigin: string;
  /** Statuses that webhooks were answered with. */
  answered: number[];
  /** A card is typed on the provider's page; the status of that page's answer. */
  typeCard(page: string, number?: string): Promise<number>;
  /** Checks a payment as the workers would, until it is in one of these states. */
  checkUntil(id: string, ...states: string[]): Promise<void>;
}

/** Whole payments: this platform's own database and webhooks over HTTP, and a sandbox five hundred times as fast as the demo's. */
export async function createSandboxPayments(): Promise<SandboxPayments> {
  let now = (): Date => new Date();
  const answered: number[] = [];
  let receive: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const app = httpApp();
  const http = await startHttpServer(
    Object.assign(app, {
      fetch: async (request: Request): Promise<Response> => {
        const response = await receive(request);
        answered.push(response.status);
        return response;
      },
    }),
    { host: '127.0.0.1', port: 0 },
  );
  const webhookOrigin = `http://127.0.0.1:${http.port}`;
  const sandbox = createSandbox({
    keys: { subscriptionKey: 's', apiUser: 'u', apiKey: 'k' },
    mvola: { ...MVOLA_KEYS, partnerMsisdn: MERCHANT },
    stripe: { ...STRIPE_KEYS, webhookUrl: `${webhookOrigin}/api/webhooks/stripe` },
    clock: () => now().getTime(),
    timeScale: 0.002,
    timeZone: madagascar.timeZone,
  });
  await new Promise<void>((resolve) => sandbox.server.listen(0, '127.0.0.1', resolve));
  const address = sandbox.server.address();
  const sandboxUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const providers = sandboxProviders(sandboxUrl, webhookOrigin, () => now());
  const fixture = await createPaymentsFixture(providers);
  now = fixture.clock;
  const routes = httpApp({ routers: [{ path: '/api/webhooks', app: createWebhookRoutes({ payments: fixture.payments }) }] });
  receive = (request) => routes.fetch(request);

  return {
    ...fixture,
    ...{ providers, sandbox, sandboxUrl, webhookOrigin, answered },
    async typeCard(page, number = '4242424242424242') {
      const body = new URLSearchParams({ number, expiry: '12 / 34', code: '123' });
      return (await fetch(page, { method: 'POST', body, redirect: 'manual' })).status;
    },
    async checkUntil(id, ...states) {
      await until(
        async () => {
          const state = await fixture.state(id);
          if (states.includes(state)) return true;
          if (isOpen(state) || state === 'expired') await fixture.confirmations.check(id);
          return false;
        },
        { what: `${states.join(' or ')} of ${id}` },
      );
    },
    async close() {
      sandbox.close();
      await http.close(0);
      await fixture.close();
    },
  };
}
