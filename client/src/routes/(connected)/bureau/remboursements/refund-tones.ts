import type { RefundState } from '#shared/contracts/refunds.ts';

/** The tone of a state's word; the word says it too. */
export const TONES = {
  proposed: 'warn',
  approved: 'active',
  pushed: 'active',
  pending: 'active',
  unknown: 'warn',
  failed: 'bad',
  succeeded: 'good',
  rejected: 'neutral',
  withdrawn: 'neutral',
} as const satisfies Record<RefundState, string>;
