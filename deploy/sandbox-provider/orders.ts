import { randomInt } from 'node:crypto';
import { behaviourOf, type Behaviour } from './behaviours.ts';

/** An order as the operator keeps it. */
export interface SandboxOrder {
  id: string;
  amount: string;
  currency: string;
  externalId: string;
  msisdn: string;
  callbackUrl: string | null;
  status: 'PENDING' | 'SUCCESSFUL' | 'FAILED';
  reason: string | null;
  financialTransactionId: string | null;
  behaviour: Behaviour;
  takenAt: number;
}

export type NewOrder = Pick<SandboxOrder, 'id' | 'amount' | 'currency' | 'externalId' | 'msisdn' | 'callbackUrl'>;

export interface SandboxOrders {
  /** How an order that comes is answered; whether it was taken shows in `find`. */
  take(order: NewOrder): 'taken' | 'known' | 'conflict' | 'busy' | 'fault' | 'silence';
  find(id: string): SandboxOrder | null;
  /** Newest first. */
  list(): SandboxOrder[];
  /** Ends a pending order now; false when there is none. */
  settle(id: string, status: 'SUCCESSFUL' | 'FAILED', reason?: string): boolean;
  close(): void;
}

export interface SandboxOrdersDeps {
  /** Of the delays: 1 in the demo, less in tests. */
  timeScale: number;
  /** Sends one callback; whatever becomes of it, it is never sent again. */
  send: (order: SandboxOrder, kind: Behaviour['callbacks'][number], index: number) => Promise<void>;
}

/** The operator's memory. It is lost with the process, as a demo's may be. */
export function createSandboxOrders({ timeScale, send }: SandboxOrdersDeps): SandboxOrders {
  const orders = new Map<string, SandboxOrder>();
  const refusedOnce = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();

  function keep(order: NewOrder, behaviour: Behaviour): void {
    const ended = { status: 'PENDING', reason: null, financialTransactionId: null } as const;
    orders.set(order.id, { ...order, ...ended, behaviour, takenAt: Date.now() });
    const { end } = behaviour;
    if (!end) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      settle(order.id, end.status, end.status === 'FAILED' ? end.reason : undefined);
    }, end.afterMs * timeScale);
    timers.add(timer);
  }

  function settle(id: string, status: 'SUCCESSFUL' | 'FAILED', reason = 'INTERNAL_PROCESSING_ERROR'): boolean {
    const order = orders.get(id);
    if (order?.status !== 'PENDING') return false;
    order.status = status;
    if (status === 'SUCCESSFUL') order.financialTransactionId = String(randomInt(1_000_000_000, 9_999_999_999));
    else order.reason = reason;
    void tell(order);
    return true;
  }

  async function tell(order: SandboxOrder): Promise<void> {
    for (const [index, kind] of order.behaviour.callbacks.entries()) await send({ ...order }, kind, index);
  }

  return {
    take(order) {
      if (orders.has(order.id)) return 'known';
      const behaviour = behaviourOf(order.msisdn);
      const { order: manner } = behaviour;
      if ((manner === 'busy' || manner === 'fault') && !refusedOnce.has(order.id)) {
        refusedOnce.add(order.id);
        return manner;
      }
      keep(order, behaviour);
      if (manner === 'conflict' || manner === 'silence') return manner;
      return manner === 'half' ? 'fault' : 'taken';
    },
    find: (id) => orders.get(id) ?? null,
    list: () => [...orders.values()].reverse(),
    settle,
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}
