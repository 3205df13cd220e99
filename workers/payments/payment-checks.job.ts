import type { JobHandlers } from '#shared/node/queues.ts';
import type { ConfirmationsService } from '#server/payments/confirmations.service.ts';
import type { PayoutsService } from '#server/payments/refunds/payouts.service.ts';

/** Asks providers how payments and refunds stand, at the pace of the queue. */
export function createPaymentChecksJob({
  confirmations,
  payouts,
}: {
  confirmations: ConfirmationsService;
  payouts: PayoutsService;
}): JobHandlers<'payment-checks'> {
  return {
    'payment.check': ({ paymentId }) => confirmations.check(paymentId),
    'refund.check': ({ refundId }) => payouts.check(refundId),
  };
}
