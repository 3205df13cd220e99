import { randomInt } from 'node:crypto';
import type { Behaviour, Message } from './behaviours.ts';
import type { Controls, Operator } from './controls.ts';

/** What happened to an order, for people to read. */
export interface JournalLine {
  at: number;
  text: string;
}

/** An order as an operator keeps it. */
export interface SandboxOrder {
  operator: Operator;
  kind: 'payment' | 'refund' | 'transfer';
  /** What the operator knows it by. */
  id: string;
  amount: string;
  currency: string;
  /** The caller's own name for it. */
  externalId: string;
  /** A telephone; null: a card. */
  msisdn: string | null;
  callbackUrl: string | null;
  status: 'PENDING' | 'SUCCESSFUL' | 'FAILED';
  reason: string | null;
  financialTransactionId: string | null;
  behaviour: Behaviour;
  takenAt: number;
  endedAt: number | null;
  /** Rises with every change, for the page. */
  version: number;
  journal: JournalLine[];
  /** Questions that were answered by nonsense so far. */
  garbageTold: number;
}

export type NewOrder = Pick<
  SandboxOrder,
  'operator' | 'kind' | 'id' | 'amount' | 'currency' | 'externalId' | 'msisdn' | 'callbackUrl'
>;

/** Tells the caller of an order, once; whatever becomes of it, it is never sent again. */
export type Teller = (order: SandboxOrder, message: Message, index: number) => Promise<void>;

export interface SandboxOrders {
  /** How an order that comes is answered; whether it was taken shows in `find`. */
  take(order: NewOrder): 'taken' | 'known' | 'conflict' | 'busy' | 'fault' | 'silence' | 'garbage';
  find(operator: Operator, id: string): SandboxOrder | null;
  findById(id: string): SandboxOrder | null;
  /** Newest first. */
  list(): SandboxOrder[];
  /** Ends a pending order now; false when there is none. */
  settle(id: string, status: 'SUCCESSFUL' | 'FAILED', reason?: string): boolean;
  /** The order does not end by itself any more; false when it is not pending. */
  hold(id: string): boolean;
  /** Sends a message about an order now, genuine or not; false when there is no such order. */
  tell(id: string, message: Message): boolean;
  /** Whether this question about it is to be answered by nonsense. */
  answersGarbage(order: SandboxOrder): boolean;
  note(order: SandboxOrder, text: string): void;
  forget(): void;
  close(): void;
}

export interface SandboxOrdersDeps {
  /** Of the delays: 1 in the demo, less in tests. */
  timeScale: number;
  controls: Controls;
  tellers: Readonly<Record<Operator, Teller>>;
}

/** Orders that are remembered, and lines of each. */
const MAX_ORDERS = 1_000;
const MAX_LINES = 60;

/** The operators' memory. It is lost with the process, as a demo's may be. */
export function createSandboxOrders({ timeScale, controls, tellers }: SandboxOrdersDeps): SandboxOrders {
  const orders = new Map<string, SandboxOrder>();
  /** Refused for the first time, with what was meant to become of them. */
  const refusedOnce = new Map<string, Behaviour>();
  const timers = new Map<string, NodeJS.Timeout>();

  function note(order: SandboxOrder, text: string): void {
    order.journal.push({ at: Date.now(), text });
    if (order.journal.length > MAX_LINES) order.journal.splice(1, 1);
    order.version += 1;
  }

  function keep(given: NewOrder, behaviour: Behaviour): void {
    if (orders.size >= MAX_ORDERS) drop(orders.keys().next().value ?? '');
    const order: SandboxOrder = {
      ...given,
      ...{ status: 'PENDING', reason: null, financialTransactionId: null, behaviour, takenAt: Date.now(), endedAt: null },
      ...{ version: 1, journal: [], garbageTold: 0 },
    };
    orders.set(given.id, order);
    note(order, `taken: ${given.amount} ${given.currency}, ${behaviour.title.en}`);
    const { end } = behaviour;
    // A card is paid by who types it.
    if (!end || (given.operator === 'stripe' && given.kind === 'payment')) return;
    const timer = setTimeout(
      () => settle(order.id, end.status, end.status === 'FAILED' ? end.reason : undefined),
      end.afterMs * timeScale,
    );
    timers.set(order.id, timer);
  }

  function stopTimer(id: string): void {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }

  function drop(id: string): void {
    stopTimer(id);
    orders.delete(id);
  }

  function settle(id: string, status: 'SUCCESSFUL' | 'FAILED', reason = 'INTERNAL_PROCESSING_ERROR'): boolean {
    const order = orders.get(id);
    if (order?.status !== 'PENDING') return false;
    stopTimer(id);
    order.status = status;
    order.endedAt = Date.now();
    if (status === 'SUCCESSFUL') order.financialTransactionId ??= String(randomInt(1_000_000_000, 9_999_999_999));
    else order.reason = reason;
    note(order, status === 'SUCCESSFUL' ? `paid, number ${order.financialTransactionId ?? ''}` : `not paid: ${reason}`);
    // Of a payment by card more than one thing is told: by who knows them.
    if (order.operator !== 'stripe' || order.kind === 'refund') void tellAll(order);
    return true;
  }

  async function tellAll(order: SandboxOrder): Promise<void> {
    for (const [index, message] of order.behaviour.callbacks.entries()) await tellers[order.operator](order, message, index);
    if (order.behaviour.callbacks.length === 0) note(order, 'nobody is told');
  }

  return {
    take(order) {
      if (orders.has(order.id)) return 'known';
      const behaviour = refusedOnce.get(order.id) ?? controls.behaviourFor(order.msisdn);
      const manner = behaviour.order;
      if ((manner === 'busy' || manner === 'fault') && !refusedOnce.has(order.id)) {
        if (refusedOnce.size >= MAX_ORDERS) refusedOnce.delete(refusedOnce.keys().next().value ?? '');
        refusedOnce.set(order.id, behaviour);
        return manner;
      }
      refusedOnce.delete(order.id);
      keep(order, behaviour);
      if (manner === 'conflict' || manner === 'silence' || manner === 'garbage') return manner;
      return manner === 'half' ? 'fault' : 'taken';
    },
    find(operator, id) {
      const order = orders.get(id);
      return order?.operator === operator ? order : null;
    },
    findById: (id) => orders.get(id) ?? null,
    list: () => [...orders.values()].reverse(),
    settle,
    hold(id) {
      const order = orders.get(id);
      if (order?.status !== 'PENDING') return false;
      stopTimer(id);
      note(order, 'waits for the page');
      return true;
    },
    tell(id, message) {
      const order = orders.get(id);
      if (!order) return false;
      void tellers[order.operator](order, message, 0);
      return true;
    },
    answersGarbage(order) {
      if (order.garbageTold >= (order.behaviour.garbage ?? 0)) return false;
      order.garbageTold += 1;
      return true;
    },
    note,
    forget: () => [...orders.keys()].forEach(drop),
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}
