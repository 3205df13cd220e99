import { randomBytes } from 'node:crypto';
import type { SandboxOrder } from './orders.ts';

/** A Checkout Session with its payment. */
export interface Session {
  id: string;
  /** Seconds, as all of its times. */
  created: number;
  expiresAt: number;
  amount: number;
  currency: string;
  names: string[];
  successUrl: string;
  cancelUrl: string;
  metadata: Record<string, string>;
  intentMetadata: Record<string, string>;
  clientReferenceId: string | null;
  status: 'open' | 'complete' | 'expired';
  intent: string | null;
  charge: string | null;
  lastError: { code: string; declineCode: string } | null;
  attempts: number;
  url: string;
  paidAmount: number;
  refunded: number;
  requestKey: string | null;
}

export interface Refund {
  id: string;
  session: Session;
  amount: number;
  created: number;
  metadata: Record<string, string>;
  reason: string | null;
}

export interface StripeEvent {
  id: string;
  object: 'event';
  type: string;
  [more: string]: unknown;
}

/** What the API answers when it does not do what it is asked. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly code?: string,
    readonly param?: string,
  ) {
    super(message);
  }
  get body(): object {
    const { type, message, code, param } = this;
    return { error: { type, message, ...(code && { code }), ...(param && { param }) } };
  }
}

export const idOf = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

const MAX = 1_000;
function put<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= MAX) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}

export function createStripeStore() {
  const sessions = new Map<string, Session>();
  const intents = new Map<string, Session>();
  const refunds = new Map<string, Refund>();
  const events = new Map<string, StripeEvent>();
  const ids = new Map<string, string>();
  return {
    sessions,
    intents,
    refunds,
    events,
    keep: (session: Session): void => put(sessions, session.id, session),
    /** The same for a key that was refused and comes again. */
    idFor(key: string, prefix = 'cs_test'): string {
      const id = ids.get(key) ?? idOf(prefix);
      put(ids, key, id);
      return id;
    },
    eventOf(type: string, object: object, created: number, key: string | null): StripeEvent {
      const event: StripeEvent = {
        ...{ id: idOf('evt'), object: 'event', type, created, livemode: false, pending_webhooks: 1 },
        ...{ api_version: '2025-01-01', request: { id: null, idempotency_key: key }, data: { object } },
      };
      put(events, event.id, event);
      return event;
    },
  };
}

export function writeSession(session: Session, withIntent = false, withCharge = false): object {
  return {
    ...{ id: session.id, object: 'checkout.session', mode: 'payment', livemode: false, created: session.created },
    ...{ amount_subtotal: session.amount, amount_total: session.paidAmount, currency: session.currency },
    ...{ client_reference_id: session.clientReferenceId, metadata: session.metadata, expires_at: session.expiresAt },
    ...{ success_url: session.successUrl, cancel_url: session.cancelUrl || null, status: session.status },
    ...{ payment_status: session.charge ? 'paid' : 'unpaid', url: session.status === 'open' ? session.url : null },
    payment_intent: withIntent && session.intent ? writeIntent(session, withCharge) : session.intent,
    payment_method_types: ['card'],
  };
}

export function writeIntent(session: Session, withCharge = false): object {
  const { intent, charge, lastError, currency, created } = session;
  const chargeObject = {
    ...{ id: charge, object: 'charge', amount: session.paidAmount, amount_refunded: session.refunded, currency },
    ...{ paid: true, status: 'succeeded', refunded: session.refunded === session.paidAmount, payment_intent: intent },
  };
  return {
    ...{ id: intent, object: 'payment_intent', livemode: false, created, currency, amount: session.paidAmount },
    ...{ amount_received: charge ? session.paidAmount : 0, metadata: session.intentMetadata, payment_method_types: ['card'] },
    status: charge ? 'succeeded' : session.status === 'expired' ? 'canceled' : 'requires_payment_method',
    latest_charge: charge && withCharge ? chargeObject : charge,
    last_payment_error: lastError && {
      ...{ type: 'card_error', code: lastError.code, decline_code: lastError.declineCode },
      message: 'Your card was declined.',
    },
  };
}

const REFUND_STATUS = { PENDING: 'pending', SUCCESSFUL: 'succeeded', FAILED: 'failed' } as const;
/** Why a refund failed, of what the page says of telephones. */
const REFUND_FAILURES: Readonly<Record<string, string>> = {
  NOT_ENOUGH_FUNDS: 'insufficient_funds',
  PAYER_NOT_FOUND: 'expired_or_canceled_card',
};

/** `how` it stands: its order. */
export function writeRefund(
  { id, session, amount, created, metadata, reason }: Refund,
  how: Pick<SandboxOrder, 'status' | 'reason'> | null,
): object {
  const status = REFUND_STATUS[how?.status ?? 'SUCCESSFUL'];
  return {
    ...{ id, object: 'refund', amount, currency: session.currency, created, metadata, reason, status },
    ...(status === 'failed' && { failure_reason: REFUND_FAILURES[how?.reason ?? ''] ?? 'unknown' }),
    ...{ payment_intent: session.intent, charge: session.charge },
  };
}
