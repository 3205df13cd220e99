import type { PaymentHistory } from '#shared/contracts/payments.ts';
import { civilDate } from '#shared/domain/dates.ts';
import { isOpen } from '#shared/domain/payments/intent-state.ts';
import { normalisePlate } from '#shared/domain/plates.ts';

export type PastPayment = PaymentHistory['payments'][number];

/** What a list of payments can be narrowed to. `back`: paid back, or to be. */
export const SHOWN = ['all', 'paid', 'waiting', 'back', 'ended'] as const;
export type Shown = (typeof SHOWN)[number];

export interface PaymentYear {
  year: number;
  payments: PastPayment[];
  /** Came in, paid back since or not. Amounts of the minor unit. */
  paid: number;
  /** Went back. */
  back: number;
  /** Nobody can say yet whether it came in. */
  unsure: number;
}

const kindOf = ({ state, refunds }: PastPayment): Shown => {
  if (state === 'reconciled' || refunds.some(({ stage }) => stage !== 'rejected')) return 'back';
  if (isOpen(state) || state === 'succeeded') return 'waiting';
  return state === 'receipted' ? 'paid' : 'ended';
};

/** Whether a payment is of a plate, or has a receipt, that begins so; anything does when nothing is looked for. */
function matches({ items }: PastPayment, words: string): boolean {
  const plate = normalisePlate(words);
  const number = words.trim().toLowerCase();
  if (number === '') return true;
  return items.some(
    (item) => (plate !== '' && item.plate.includes(plate)) || item.receipt?.number.toLowerCase().includes(number),
  );
}

/** The payments that are looked for, newest year first, as they came within it, each year with its sums. */
export function yearsOf(
  payments: readonly PastPayment[],
  look: { words: string; shown: Shown },
  timeZone: string,
): PaymentYear[] {
  const years = new Map<number, PaymentYear>();
  for (const payment of payments) {
    if (!matches(payment, look.words) || (look.shown !== 'all' && kindOf(payment) !== look.shown)) continue;
    const year = Number(civilDate(new Date(payment.settledAt ?? payment.startedAt), timeZone).slice(0, 4));
    const of = years.get(year) ?? { year, payments: [], paid: 0, back: 0, unsure: 0 };
    years.set(year, of);
    of.payments.push(payment);
    if (payment.settledAt) of.paid += payment.amount;
    if (payment.state === 'unknown') of.unsure += payment.amount;
    of.back += payment.refunds.filter(({ stage }) => stage === 'paid_back').reduce((sum, { amount }) => sum + amount, 0);
  }
  return [...years.values()].sort((a, b) => b.year - a.year);
}
