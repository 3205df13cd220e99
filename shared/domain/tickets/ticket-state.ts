import type { TicketState } from '#shared/contracts/tickets.ts';

/** What can happen to a ticket. */
export const TICKET_EVENTS = [
  'call',
  'recall',
  'serve',
  'hold',
  'return',
  'transfer',
  'miss',
  'reinstate',
  'finish',
  'cancel',
] as const;
export type TicketEvent = (typeof TICKET_EVENTS)[number];

/** Where each event leads (contracts/tickets.ts has the picture). */
const TRANSITIONS: Readonly<Record<TicketState, Partial<Record<TicketEvent, TicketState>>>> = {
  waiting: { call: 'called', transfer: 'waiting', cancel: 'cancelled' },
  called: {
    recall: 'called',
    serve: 'serving',
    miss: 'no_show',
    hold: 'on_hold',
    return: 'waiting',
    transfer: 'waiting',
    cancel: 'cancelled',
  },
  serving: { recall: 'called', finish: 'done', hold: 'on_hold', return: 'waiting', transfer: 'waiting' },
  on_hold: { call: 'called', return: 'waiting', transfer: 'waiting', cancel: 'cancelled' },
  no_show: { call: 'called', reinstate: 'waiting', cancel: 'cancelled' },
  done: {},
  cancelled: {},
};

/** The state after an event; null when it is not possible there. */
export const afterTicketEvent = (state: TicketState, event: TicketEvent): TicketState | null => TRANSITIONS[state][event] ?? null;

/** Whether the ticket is at a counter: an agent has one of these at most. */
export const isAtCounter = (state: TicketState): boolean => state === 'called' || state === 'serving';

/** Whether nothing more will happen to it. */
export const isOver = (state: TicketState): boolean => state === 'done' || state === 'cancelled';
