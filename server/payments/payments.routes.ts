import { Hono, type MiddlewareHandler } from 'hono';
import { AppError } from '#shared/contracts/errors.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { HttpEnvironment } from '../http/environment.ts';
import type { PaymentsService } from './payments.service.ts';

export interface PaymentRoutesDeps {
  payments: PaymentsService;
  /** Sets `viewer`, or refuses. */
  requireSession: MiddlewareHandler<HttpEnvironment>;
}

/** What a page reads of payments without a socket; mounted at `/api/payments`. */
export function createPaymentRoutes({ payments, requireSession }: PaymentRoutesDeps): Hono<HttpEnvironment> {
  return new Hono<HttpEnvironment>()
    .get('/providers', (c) => c.json(payments.providers(), 200, { 'Cache-Control': 'no-cache' }))
    .use(requireSession)
    .get('/', async (c) => c.json(await payments.history(c.get('viewer').userId)))
    .get('/:id', async (c) => {
      const id = Id.safeParse(c.req.param('id'));
      if (!id.success) throw new AppError('PAYMENT_NOT_FOUND');
      return c.json(await payments.find(c.get('viewer').userId, id.data));
    });
}
