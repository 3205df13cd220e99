import { appendAudit } from '#db/audit.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import {
  insertCounter,
  lockNextWaiting,
  lockOpenCounter,
  linkTicket,
  lockTicket,
  moveTicket,
  servicesOf,
  ticketAtCounter,
  updateCounter,
  type CounterRow,
  type TicketRow,
} from '#db/tickets.repository.ts';
import { findOpenCounterOf, queueTicketOf } from '#db/ticket-views.repository.ts';
import { findVehicle } from '#db/vehicles.repository.ts';
import type { EventName } from '#shared/contracts/events.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { CounterView, LinkTicket, OpenCounter, QueueTicket, TransferTicket } from '#shared/contracts/tickets.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { afterTicketEvent, isAtCounter, isOver, type TicketEvent } from '#shared/domain/tickets/ticket-state.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { officeChanges, ticketChange } from './ticket-events.ts';

export interface CountersDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** Who works at a counter: staff of an office. What they may do was asked before (domain/policy.ts). */
export interface CounterAgent {
  userId: string;
  officeId: string;
}

/** What an agent does with the tickets of their own office; those of another office do not exist for them. */
export interface CountersService {
  /** @throws AppError COUNTER_TAKEN, SERVICE_NOT_FOUND. Opened again by the same agent, it is that counter with these services. */
  open(agent: CounterAgent, order: OpenCounter): Promise<CounterView>;
  pause(agent: CounterAgent, paused: boolean): Promise<CounterView>;
  /** @throws AppError AGENT_BUSY while a ticket is at the counter */
  close(agent: CounterAgent): Promise<void>;
  /**
   * Calls who comes next; null when nobody waits whom this counter serves. Two agents never call the same ticket.
   * @throws AppError COUNTER_CLOSED, AGENT_BUSY (with the `ticketId` at the counter)
   */
  callNext(agent: CounterAgent): Promise<QueueTicket | null>;
  /** Calls one out of order, one on hold, or one that did not come. @throws as callNext, TICKET_NOT_FOUND, TICKET_STATE_CONFLICT */
  call(agent: CounterAgent, ticketId: string): Promise<QueueTicket>;
  /**
   * `recall`, `serve`, `hold`, `return`, `miss`, `finish`: of the ticket at one's counter; `cancel`, `reinstate`: of any of the office that
   * is at no counter. @throws AppError TICKET_NOT_FOUND, TICKET_STATE_CONFLICT, TICKET_OF_ANOTHER
   */
  act(agent: CounterAgent, ticketId: string, event: CounterEvent): Promise<QueueTicket>;
  /** Says which vehicle a ticket of the office is about. @throws AppError TICKET_NOT_FOUND, TICKET_STATE_CONFLICT when it is over, VEHICLE_NOT_FOUND */
  link(agent: CounterAgent, order: LinkTicket): Promise<QueueTicket>;
  /** To another service (the place is kept) or to one agent of the office. @throws as act, SERVICE_NOT_FOUND, AGENT_NOT_FOUND */
  transfer(agent: CounterAgent, order: TransferTicket): Promise<QueueTicket>;
}

export type CounterEvent = Exclude<TicketEvent, 'call' | 'transfer'>;

const TOLD: Partial<Record<TicketEvent, EventName & `ticket.${string}`>> = {
  call: 'ticket.called',
  recall: 'ticket.called',
  finish: 'ticket.done',
  cancel: 'ticket.cancelled',
};

export function createCountersService({ db, notifier, clock, timeZone }: CountersDeps): CountersService {
  async function openCounter(tx: Tx, agent: CounterAgent): Promise<CounterRow> {
    const counter = await lockOpenCounter(tx, agent.userId);
    if (counter?.officeId !== agent.officeId) throw new AppError('COUNTER_CLOSED');
    return counter;
  }

  async function mustBeFree(tx: Tx, agent: CounterAgent): Promise<void> {
    const ticket = await ticketAtCounter(tx, agent.userId);
    if (ticket) throw new AppError('AGENT_BUSY', { ticketId: ticket.id, number: ticket.number });
  }

  /** The locked ticket, if it is of the agent's office and of today. */
  async function ofOffice(tx: Tx, agent: CounterAgent, ticketId: string): Promise<TicketRow> {
    const ticket = await lockTicket(tx, ticketId);
    if (ticket?.officeId !== agent.officeId) throw new AppError('TICKET_NOT_FOUND');
    return ticket;
  }

  /** Moves a locked ticket and tells of it. */
  async function move(
    tx: Tx,
    ticket: TicketRow,
    event: TicketEvent,
    agent: CounterAgent,
    change: Partial<TicketRow>,
  ): Promise<QueueTicket> {
    const state = afterTicketEvent(ticket.state, event);
    if (!state) throw new AppError('TICKET_STATE_CONFLICT', { state: ticket.state, number: ticket.number });
    const at = clock();
    const ended = isOver(state) ? { endedAt: at } : {};
    const moved = await moveTicket(tx, ticket, { state, ...ended, ...change }, { event, actorId: agent.userId, at });
    await appendOutbox(tx, TOLD[event] ?? 'ticket.moved', { ticketId: ticket.id, officeId: ticket.officeId }, [
      ...officeChanges(ticket.officeId, ticket.day, at),
      ticketChange(ticket.id),
    ]);
    return queueTicketOf(tx, moved);
  }

  const callTo = (tx: Tx, ticket: TicketRow, counter: CounterRow, agent: CounterAgent): Promise<QueueTicket> =>
    move(tx, ticket, 'call', agent, {
      agentId: agent.userId,
      counter: counter.label,
      calls: ticket.calls + 1,
      calledAt: clock(),
      servingAt: null,
    });

  async function committed<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = await db.transaction(work);
    notifier.wake();
    return result;
  }

  async function checkServices(tx: Tx, officeId: string, ids: readonly string[]): Promise<void> {
    const offered = new Set((await servicesOf(tx, [officeId])).map(({ id }) => id));
    if (!ids.every((id) => offered.has(id))) throw new AppError('SERVICE_NOT_FOUND');
  }

  const today = (): string => civilDate(clock(), timeZone);
  const tellOfCounter = (tx: Tx, agent: CounterAgent): Promise<void> =>
    appendOutbox(
      tx,
      'counter.changed',
      { agentId: agent.userId, officeId: agent.officeId },
      officeChanges(agent.officeId, today(), clock()),
    );
  async function view(tx: Tx, agent: CounterAgent): Promise<CounterView> {
    const counter = await findOpenCounterOf(tx, agent.userId);
    if (!counter) throw new AppError('COUNTER_CLOSED');
    return counter;
  }

  return {
    open: (agent, { label, serviceIds }) =>
      committed(async (tx) => {
        await checkServices(tx, agent.officeId, serviceIds);
        const had = await lockOpenCounter(tx, agent.userId);
        if (had && had.officeId === agent.officeId && had.label === label)
          await updateCounter(tx, had.id, { serviceIds, paused: false });
        else {
          await mustBeFree(tx, agent);
          if (had) await updateCounter(tx, had.id, { closedAt: clock() });
          const opened = await insertCounter(tx, {
            ...{ label, serviceIds: [...serviceIds], officeId: agent.officeId },
            agentId: agent.userId,
            openedAt: clock(),
          });
          if (!opened) throw new AppError('COUNTER_TAKEN', { label });
          await appendAudit(tx, {
            actorId: agent.userId,
            action: 'counter.opened',
            entity: 'counter',
            entityId: opened.id,
            details: { label },
          });
        }
        await tellOfCounter(tx, agent);
        return view(tx, agent);
      }),

    pause: (agent, paused) =>
      committed(async (tx) => {
        const counter = await openCounter(tx, agent);
        await updateCounter(tx, counter.id, { paused });
        await tellOfCounter(tx, agent);
        return view(tx, agent);
      }),

    close: (agent) =>
      committed(async (tx) => {
        const counter = await lockOpenCounter(tx, agent.userId);
        if (!counter) return;
        await mustBeFree(tx, agent);
        await updateCounter(tx, counter.id, { closedAt: clock() });
        await appendAudit(tx, { actorId: agent.userId, action: 'counter.closed', entity: 'counter', entityId: counter.id });
        await tellOfCounter(tx, agent);
      }),

    callNext: (agent) =>
      committed(async (tx) => {
        const counter = await openCounter(tx, agent);
        await mustBeFree(tx, agent);
        const line = { officeId: agent.officeId, day: today(), agentId: agent.userId, serviceIds: counter.serviceIds };
        const ticket = await lockNextWaiting(tx, line);
        return ticket && callTo(tx, ticket, counter, agent);
      }),

    call: (agent, ticketId) =>
      committed(async (tx) => {
        const counter = await openCounter(tx, agent);
        await mustBeFree(tx, agent);
        const ticket = await ofOffice(tx, agent, ticketId);
        return callTo(tx, ticket, counter, agent);
      }),

    act: (agent, ticketId, event) =>
      committed(async (tx) => {
        const ticket = await ofOffice(tx, agent, ticketId);
        if (isAtCounter(ticket.state) && ticket.agentId !== agent.userId)
          throw new AppError('TICKET_OF_ANOTHER', { number: ticket.number });
        return move(tx, ticket, event, agent, changeOf(ticket, event, clock()));
      }),

    link: (agent, { ticketId, vehicleId }) =>
      committed(async (tx) => {
        const ticket = await ofOffice(tx, agent, ticketId);
        if (isOver(ticket.state)) throw new AppError('TICKET_STATE_CONFLICT', { state: ticket.state, number: ticket.number });
        if (vehicleId !== null && !(await findVehicle(tx, vehicleId))) throw new AppError('VEHICLE_NOT_FOUND');
        if (ticket.vehicleId !== vehicleId) {
          await linkTicket(tx, ticketId, vehicleId);
          const { officeId, day } = ticket;
          const changes = officeChanges(officeId, day, clock());
          await appendOutbox(tx, 'ticket.moved', { ticketId, officeId }, changes);
        }
        return queueTicketOf(tx, { ...ticket, vehicleId });
      }),

    transfer: (agent, { ticketId, to, note }) =>
      committed(async (tx) => {
        const ticket = await ofOffice(tx, agent, ticketId);
        if (isAtCounter(ticket.state) && ticket.agentId !== agent.userId)
          throw new AppError('TICKET_OF_ANOTHER', { number: ticket.number });
        if ('serviceId' in to) await checkServices(tx, agent.officeId, [to.serviceId]);
        else {
          const colleague = await findOpenCounterOf(tx, to.agentId);
          if (colleague?.officeId !== agent.officeId) throw new AppError('AGENT_NOT_FOUND');
        }
        return move(tx, ticket, 'transfer', agent, {
          ...('serviceId' in to ? { serviceId: to.serviceId, agentId: null } : { agentId: to.agentId }),
          ...{ counter: null, servingAt: null, transferred: true },
          ...(note === undefined ? {} : { note }),
        });
      }),
  };
}

/** What else an event changes. Who goes back to the line, on hold or missing is no agent's. */
function changeOf(ticket: TicketRow, event: CounterEvent, at: Date): Partial<TicketRow> {
  switch (event) {
    case 'recall':
      return { calls: ticket.calls + 1, calledAt: at, servingAt: null };
    case 'serve':
      return { servingAt: at };
    case 'return':
    case 'reinstate':
      return { agentId: null, counter: null, servingAt: null };
    case 'hold':
    case 'miss':
      return { agentId: null, counter: null };
    case 'finish':
    case 'cancel':
      return {};
  }
}
