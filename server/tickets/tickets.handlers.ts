import { AppError } from '#shared/contracts/errors.ts';
import { can } from '#shared/domain/policy.ts';
import type { Viewer } from '../live/topic.ts';
import type { CommandHandlers } from '../sockets/commands.ts';
import type { CounterAgent, CountersService } from './counters.service.ts';
import type { TicketsService } from './tickets.service.ts';

export interface TicketHandlersDeps {
  tickets: TicketsService;
  counters: CountersService;
}

type TicketCommand =
  | 'counter:open'
  | 'counter:pause'
  | 'counter:close'
  | 'ticket:take'
  | 'ticket:call-next'
  | 'ticket:call'
  | 'ticket:act'
  | 'ticket:link'
  | 'ticket:transfer';

/** Socket commands of the people at the counters: of their own office, which is their session's and never the command's. */
export function createTicketHandlers({ tickets, counters }: TicketHandlersDeps): CommandHandlers<TicketCommand> {
  function agentOf(viewer: Viewer): CounterAgent {
    const { userId, officeId } = viewer;
    if (officeId === null || !can(viewer, 'ticket.serve', { officeId })) throw new AppError('FORBIDDEN');
    return { userId, officeId };
  }
  return {
    'counter:open': async ({ viewer }, order) => counters.open(agentOf(viewer), order),
    'counter:pause': async ({ viewer }, { paused }) => counters.pause(agentOf(viewer), paused),
    'counter:close': async ({ viewer }) => {
      await counters.close(agentOf(viewer));
      return null;
    },
    'ticket:take': async ({ viewer }, order) => {
      const agent = agentOf(viewer);
      if (order.officeId !== agent.officeId) throw new AppError('FORBIDDEN');
      return tickets.take(order, { source: 'agent', userId: null, agentId: agent.userId });
    },
    'ticket:call-next': async ({ viewer }) => counters.callNext(agentOf(viewer)),
    'ticket:call': async ({ viewer }, { ticketId }) => counters.call(agentOf(viewer), ticketId),
    'ticket:act': async ({ viewer }, { ticketId, event }) => counters.act(agentOf(viewer), ticketId, event),
    'ticket:link': async ({ viewer }, order) => counters.link(agentOf(viewer), order),
    'ticket:transfer': async ({ viewer }, order) => counters.transfer(agentOf(viewer), order),
  };
}
