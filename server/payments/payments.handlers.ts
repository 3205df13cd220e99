import type { RateLimit } from '../http/rate-limits.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import type { PaymentsService } from './payments.service.ts';

/** Orders of one person: an order holds its taxes for ten minutes, and the tax may be anybody's. */
export const START_LIMIT = { points: 30, seconds: 600 };

export interface PaymentHandlersDeps {
  payments: PaymentsService;
  /** By user. */
  startLimit: RateLimit;
}

/** Socket commands about payments. */
export function createPaymentHandlers({
  payments,
  startLimit,
}: PaymentHandlersDeps): CommandHandlers<'payment:start' | 'payment:cancel'> {
  return {
    'payment:start': async ({ viewer }, order) => {
      await startLimit.consume(viewer.userId);
      return payments.start(viewer.userId, order);
    },
    'payment:cancel': ({ viewer }, { paymentId }) => payments.cancel(viewer.userId, paymentId),
  };
}
