import type { PaymentState } from '#shared/contracts/payments.ts';

/** What can happen to an intent. */
export const INTENT_EVENTS = ['push', 'accept', 'lose', 'succeed', 'fail', 'expire', 'reconcile', 'receipt'] as const;
export type IntentEvent = (typeof INTENT_EVENTS)[number];

/**
 * Where each event leads (contracts/payments.ts has the picture). `lose`: the provider does not tell whether it has the order or how it
 * ended. A success is taken from every state but those that come after one: it may be told late.
 */
const TRANSITIONS: Readonly<Record<PaymentState, Partial<Record<IntentEvent, PaymentState>>>> = {
  created: { push: 'pushed', expire: 'expired' },
  pushed: { push: 'pushed', accept: 'pending', lose: 'unknown', succeed: 'succeeded', fail: 'failed', expire: 'expired' },
  pending: { lose: 'unknown', succeed: 'succeeded', fail: 'failed', expire: 'expired' },
  unknown: { push: 'pushed', accept: 'pending', succeed: 'succeeded', fail: 'failed', expire: 'expired' },
  failed: { succeed: 'succeeded' },
  expired: { succeed: 'succeeded' },
  succeeded: { reconcile: 'reconciled' },
  reconciled: { receipt: 'receipted' },
  receipted: {},
};

/** The state after an event; null when the event means nothing there (it came twice, or too late). */
export const afterEvent = (state: PaymentState, event: IntentEvent): PaymentState | null => TRANSITIONS[state][event] ?? null;

/** Whether the intent holds its taxes, so that nobody else can pay them. What was paid stays held for ever. */
export const holdsClaims = (state: PaymentState): boolean => state !== 'failed' && state !== 'expired';

/** Whether the money was booked: no success is taken any more. */
export const isSettled = (state: PaymentState): boolean => state === 'reconciled' || state === 'receipted';

/** Whether the provider is still to be asked before the person can be told how it ended. */
export const isOpen = (state: PaymentState): boolean => ['created', 'pushed', 'pending', 'unknown'].includes(state);
