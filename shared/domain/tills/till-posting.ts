import type { LedgerLine } from '../payments/posting.ts';

const line = (account: LedgerLine['account'], debit: number, credit: number): LedgerLine => ({
  ...{ account, debit, credit },
  ...{ itemId: null, fiscalYear: null },
});
const someOf = (lines: readonly LedgerLine[]): LedgerLine[] => lines.filter(({ debit, credit }) => debit + credit > 0);

/** A float out of the office's safe; none when the drawer starts empty. */
export const floatLines = (tillId: string, officeId: string, amount: number): LedgerLine[] =>
  someOf([line(`till:${tillId}`, amount, 0), line(`safe:${officeId}`, 0, amount)]);

/** What was counted goes to the safe or to a colleague's till; what the ledger expected leaves this one, so that it is empty; the rest is variance. */
export function countedLines(
  tillId: string,
  to: { safe: string } | { till: string },
  { counted, expected }: { counted: number; expected: number },
): LedgerLine[] {
  const target: LedgerLine['account'] = 'safe' in to ? `safe:${to.safe}` : `till:${to.till}`;
  const over = counted - expected;
  return someOf([
    line(target, counted, 0),
    line(`till:${tillId}`, Math.max(0, -expected), Math.max(0, expected)),
    line('cash_variance', Math.max(0, -over), Math.max(0, over)),
  ]);
}
