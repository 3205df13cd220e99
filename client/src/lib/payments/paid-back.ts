import type { PaymentView } from '#shared/contracts/payments.ts';

/** Whether the whole of a payment goes, or went, back: then it is no payment any more to who made it. Null: not, or not all of it. */
export function wholeRefund({ amount, refunds }: Pick<PaymentView, 'amount' | 'refunds'>): 'under_way' | 'paid_back' | null {
  const granted = refunds.filter(({ stage }) => stage === 'under_way' || stage === 'paid_back');
  if (granted.reduce((sum, refund) => sum + refund.amount, 0) !== amount) return null;
  return granted.every(({ stage }) => stage === 'paid_back') ? 'paid_back' : 'under_way';
}
