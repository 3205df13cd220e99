import type { RefundState } from '#shared/contracts/refunds.ts';

/** What can happen to a refund. */
export const REFUND_EVENTS = [
  'approve',
  'reject',
  'withdraw',
  'push',
  'accept',
  'lose',
  'succeed',
  'fail',
  'retry',
  'settle',
] as const;
export type RefundEvent = (typeof REFUND_EVENTS)[number];

/**
 * Where each event leads (contracts/refunds.ts has the picture). `lose`: the provider does not tell whether it has the refund or how it
 * ended. `retry`: a person has it given anew after the provider's last word was no. `settle`: paid by hand,
 * confirmed by a second person; never while the provider has the refund.
 */
const TRANSITIONS: Readonly<Record<RefundState, Partial<Record<RefundEvent, RefundState>>>> = {
  proposed: { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' },
  approved: { push: 'pushed', settle: 'succeeded' },
  pushed: { push: 'pushed', accept: 'pending', lose: 'unknown', succeed: 'succeeded', fail: 'failed' },
  pending: { lose: 'unknown', succeed: 'succeeded', fail: 'failed' },
  unknown: { push: 'pushed', accept: 'pending', succeed: 'succeeded', fail: 'failed', settle: 'succeeded' },
  failed: { retry: 'approved', settle: 'succeeded' },
  succeeded: {},
  rejected: {},
  withdrawn: {},
};

/** The state after an event; null when the event means nothing there (it came twice, or too late). */
export const afterRefundEvent = (state: RefundState, event: RefundEvent): RefundState | null => TRANSITIONS[state][event] ?? null;

/** Whether it holds its items: nothing else may be proposed for them. What was paid back stays so for ever. */
export const holdsItems = (state: RefundState): boolean => state !== 'rejected' && state !== 'withdrawn';

/** Whether the money is owed by the books, and not yet paid. */
export const isOwed = (state: RefundState): boolean => ['approved', 'pushed', 'pending', 'unknown', 'failed'].includes(state);

/** Whether nothing will happen to it any more. */
export const isClosed = (state: RefundState): boolean => Object.keys(TRANSITIONS[state]).length === 0;
