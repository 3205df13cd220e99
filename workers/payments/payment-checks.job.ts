import type { JobHandlers } from '#shared/node/queues.ts';
import type { ConfirmationsService } from '#server/payments/confirmations.service.ts';

/** Asks providers how payments stand, at the pace of the queue. */
export function createPaymentChecksJob({
  confirmations,
}: {
  confirmations: ConfirmationsService;
}): JobHandlers<'payment-checks'> {
  return { 'payment.check': ({ paymentId }) => confirmations.check(paymentId) };
}
