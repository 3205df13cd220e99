import { Hono } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { ProviderCode } from '#shared/contracts/payments.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readBytes } from '../http/json-input.ts';
import type { PaymentsService } from './payments.service.ts';

/** What the largest message of a provider takes, several times over. */
const MAX_BYTES = 64 * 1024;

/** Where payment providers call: what they send is kept as it came and answered at once; a job looks into it. */
export function createWebhookRoutes({ payments }: { payments: Pick<PaymentsService, 'receiveWebhook'> }): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().on(['POST', 'PUT'], '/:provider/*', async (c) => {
    const provider = ProviderCode.safeParse(c.req.param('provider'));
    if (!provider.success) throw new AppError('NOT_FOUND');
    const path = new URL(c.req.url).pathname.split(`/${provider.data}/`)[1]?.split('/') ?? [];
    const signature = c.req.header('stripe-signature') ?? null;
    await payments.receiveWebhook(provider.data, { path, signature, body: await readBytes(c, MAX_BYTES) });
    return c.body(null, 204);
  });
}
