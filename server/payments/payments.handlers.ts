import type { CommandHandlers } from '../sockets/commands.ts';
import type { PaymentsService } from './payments.service.ts';

/** Socket commands about payments. */
export function createPaymentHandlers({ payments }: { payments: PaymentsService }): CommandHandlers<'payment:start'> {
  return { 'payment:start': ({ viewer }, order) => payments.start(viewer.userId, order) };
}
