import { Hono } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import { ProviderCode } from '#shared/contracts/payments.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import { readBytes } from '../http/json-input.ts';
import type { PaymentsService } from './payments.service.ts';

/** Where payment providers call: what they send is kept as it came and answered at once; a job looks into it. */
export function createWebhookRoutes({ payments }: { payments: Pick<PaymentsService, 'receiveWebhook'> }): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>().on(['POST', 'PUT'], '/:provider/:intentId/:token', async (c) => {
    const provider = ProviderCode.safeParse(c.req.param('provider'));
    if (!provider.success) throw new AppError('NOT_FOUND');
    const intentId = Id.safeParse(c.req.param('intentId'));
    if (!intentId.success) throw new AppError('UNAUTHENTICATED');
    const body = await readBytes(c);
    await payments.receiveWebhook(provider.data, { intentId: intentId.data, token: c.req.param('token'), body });
    return c.body(null, 204);
  });
}
