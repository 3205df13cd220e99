import type { CashCount } from '#shared/contracts/tills.ts';
import type { Country } from '../countries/country.ts';

/** Notes and coins of a country, the largest first. Minor unit. */
export const denominationsOf = ({ cash }: Pick<Country, 'cash'>): readonly number[] =>
  [...cash.notes, ...cash.coins].sort((a, b) => b - a);

/** What notes and coins come to, minor unit. */
export const amountOf = (count: CashCount): number => count.reduce((sum, { value, count: pieces }) => sum + value * pieces, 0);

/** Whether all are money of the country, and a sum that can be counted with. */
export const isCashOf = (count: CashCount, country: Pick<Country, 'cash'>): boolean => {
  const known = new Set(denominationsOf(country));
  return count.every(({ value }) => known.has(value)) && Number.isSafeInteger(amountOf(count));
};

/** A count in one form: none of nothing, the largest first. */
export const normaliseCount = (count: CashCount): CashCount =>
  count.filter(({ count: pieces }) => pieces > 0).sort((a, b) => b.value - a.value);

/** An amount in the fewest notes and coins; what is left (`rest`) no coin can pay. For the hand that gives change. */
export function inCash(amount: number, country: Pick<Country, 'cash'>): { count: CashCount; rest: number } {
  let rest = amount;
  const count: CashCount = [];
  for (const value of denominationsOf(country)) {
    const pieces = Math.floor(rest / value);
    if (pieces > 0) count.push({ value, count: pieces });
    rest -= pieces * value;
  }
  return { count, rest };
}

/** What somebody may put on the counter for an amount: exactly it, then the next round sums above it. At most four. */
export function usualGiven(amount: number, country: Pick<Country, 'cash'>): number[] {
  const above = country.cash.notes.map((note) => Math.ceil(amount / note) * note).filter((sum) => sum > amount);
  return [amount, ...[...new Set(above)].sort((a, b) => a - b).slice(-3)];
}
