import type { CommandName } from '#shared/contracts/commands.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { can } from '#shared/domain/policy.ts';
import type { RateLimit } from '../http/rate-limits.ts';
import type { StepUp } from '../identity/second-factor/step-up.ts';
import type { Viewer } from '../live/topic.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import { requireAction } from '../sockets/require-action.ts';
import type { CashService } from './cash.service.ts';
import type { TillAgent, TillsService } from './tills.service.ts';

/** Plates that one agent asks the price of. */
export const QUOTE_LIMIT = { points: 300, seconds: 600 };

export interface TillHandlersDeps {
  tills: TillsService;
  cash: CashService;
  /** By user. */
  quoteLimit: RateLimit;
  /** Who counts a drawer out gives their second step again. */
  stepUp: StepUp;
}

/** Socket commands of who has a drawer: of their own office, which is their session's and never the command's. */
export function createTillHandlers({
  tills,
  cash,
  quoteLimit,
  stepUp,
}: TillHandlersDeps): CommandHandlers<CommandName & `till:${string}`> {
  function agentOf(viewer: Viewer): TillAgent {
    const { officeId } = viewer;
    if (officeId === null || !can(viewer, 'till.use', { officeId })) throw new AppError('FORBIDDEN');
    return { ...viewer, officeId };
  }
  return {
    'till:open': async ({ viewer }, order) => tills.open(agentOf(viewer), order),
    'till:close': async ({ viewer }, order) => {
      const agent = agentOf(viewer);
      await stepUp.require(viewer);
      return tills.close(agent, order);
    },
    'till:close-absent': requireAction('till.close_absent', async ({ viewer }, order) => {
      const agent = { ...viewer, officeId: viewer.officeId ?? '' };
      await stepUp.require(viewer);
      return tills.closeAbsent(agent, order);
    }),
    'till:hand-over': async ({ viewer }, order) => {
      const agent = agentOf(viewer);
      await stepUp.require(viewer);
      return tills.handOver(agent, order);
    },
    'till:keep': async ({ viewer }, { tillId }) => tills.keep(agentOf(viewer), tillId),
    'till:receive': async ({ viewer }, order) => tills.receive(agentOf(viewer), order),
    'till:quote': async ({ viewer }, { items }) => {
      const agent = agentOf(viewer);
      await quoteLimit.consume(viewer.userId);
      return cash.quote(agent, items);
    },
    'till:take': async ({ viewer }, order) => cash.take(agentOf(viewer), order),
    'till:pay-back': async ({ viewer }, order) => cash.payBack(agentOf(viewer), order),
    'till:note': requireAction('till.note', ({ viewer }, { tillId }) => tills.note(viewer, tillId)),
  };
}
