import type { ProviderRefunds } from './provider.ts';

/** Of an adapter whose provider has no refunds that are paid once under a key of ours, or whose keys for them are absent. */
export const NO_REFUNDS: ProviderRefunds = {
  canRefund: false,
  refund: () => Promise.resolve({ kind: 'refused', failure: 'not_refundable' }),
  fetchRefund: () => Promise.resolve({ kind: 'not_found' }),
};
