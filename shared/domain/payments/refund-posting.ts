import { ledgerLinesOf, type Holder, type LedgerLine, type PostedItem } from './posting.ts';

/** What a refund takes back out of the books: taxes that were posted, or money that was booked as due for refund. */
export type Reversed =
  { kind: 'taxes'; holder: Holder; amount: number; items: readonly PostedItem[] } | { kind: 'refund_due'; amount: number };

const line = (account: LedgerLine['account'], debit: number, credit: number): LedgerLine => ({
  ...{ account, debit, credit },
  ...{ itemId: null, fiscalYear: null },
});

/**
 * The ledger lines of an approval: what each kind of line had brought in goes out of its account again, into what we have promised to pay.
 * Throws as the posting itself does when the items do not add up.
 */
export function reversalLines(reversed: Reversed): LedgerLine[] {
  const payable = line('refunds_payable', 0, reversed.amount);
  if (reversed.kind === 'refund_due') return [line('due:refund', reversed.amount, 0), payable];
  const posted = ledgerLinesOf(reversed).filter(({ credit }) => credit > 0);
  return [...posted.map((one) => ({ ...one, debit: one.credit, credit: 0 })), payable];
}

/** The ledger lines of a refund that was paid: out of what a provider or a till holds for us, or of the treasury when a person paid it from elsewhere. */
export const payoutLines = (from: Holder | 'treasury', amount: number): LedgerLine[] => [
  line('refunds_payable', amount, 0),
  line(from, 0, amount),
];
