import type { CommandName } from '#shared/contracts/commands.ts';
import type { RateLimit } from '../../http/rate-limits.ts';
import type { StepUp } from '../../identity/second-factor/step-up.ts';
import type { CommandHandlers } from '../../sockets/commands.ts';
import { requireAction } from '../../sockets/require-action.ts';
import type { HandPaymentsService } from './hand-payments.service.ts';
import type { RefundsService } from './refunds.service.ts';

/** Payments that one person of the staff looks up. */
export const FIND_LIMIT = { points: 120, seconds: 600 };

export interface RefundHandlersDeps {
  refunds: RefundsService;
  handPayments: HandPaymentsService;
  /** By user. */
  findLimit: RateLimit;
  /** Who decides about money gives their second step again. */
  stepUp: StepUp;
}

/** Socket commands about refunds, of the staff alone. Whose turn it is, the use-cases say. */
export function createRefundHandlers({
  refunds,
  handPayments,
  findLimit,
  stepUp,
}: RefundHandlersDeps): CommandHandlers<CommandName & `refund:${string}`> {
  return {
    'refund:find': requireAction('refund.propose', async ({ viewer }, { query }) => {
      await findLimit.consume(viewer.userId);
      return refunds.find(viewer, query);
    }),
    'refund:propose': requireAction('refund.propose', ({ viewer }, proposal) => refunds.propose(viewer, proposal)),
    'refund:approve': requireAction('refund.decide', async ({ viewer }, { refundId }) => {
      await stepUp.require(viewer);
      return refunds.approve(viewer, refundId);
    }),
    'refund:reject': requireAction('refund.decide', async ({ viewer }, { refundId, note }) => {
      await stepUp.require(viewer);
      return refunds.reject(viewer, refundId, note);
    }),
    'refund:withdraw': requireAction('refund.withdraw', ({ viewer }, { refundId }) => refunds.withdraw(viewer, refundId)),
    'refund:retry': requireAction('refund.settle', ({ viewer }, { refundId }) => handPayments.retry(viewer, refundId)),
    'refund:settle': requireAction('refund.settle', ({ viewer }, { refundId, reference }) =>
      handPayments.settle(viewer, refundId, reference),
    ),
    'refund:confirm-settlement': requireAction('refund.decide', async ({ viewer }, { refundId, agreed }) => {
      await stepUp.require(viewer);
      return handPayments.confirm(viewer, refundId, agreed);
    }),
  };
}
