import type { CommandName } from '#shared/contracts/commands.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { can } from '#shared/domain/policy.ts';
import type { RateLimit } from '../http/rate-limits.ts';
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
}

/** Socket commands of who has a drawer: of their own office, which is their session's and never the command's. */
export function createTillHandlers({
  tills,
  cash,
  quoteLimit,
}: TillHandlersDeps): CommandHandlers<CommandName & `till:${string}`> {
  function agentOf(viewer: Viewer): TillAgent {
    const { officeId } = viewer;
    if (officeId === null || !can(viewer, 'till.use', { officeId })) throw new AppError('FORBIDDEN');
    return { ...viewer, officeId };
  }
  return {
    'till:open': async ({ viewer }, order) => tills.open(agentOf(viewer), order),
    'till:close': async ({ viewer }, order) => tills.close(agentOf(viewer), order),
    'till:hand-over': async ({ viewer }, order) => tills.handOver(agentOf(viewer), order),
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
