import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefundState } from '#shared/contracts/refunds.ts';
import { ledgerLinesOf, type LedgerLine, type PostedItem } from './posting.ts';
import { parseReceiptNumber, receiptNumber } from './receipt-text.ts';
import { payoutLines, reversalLines } from './refund-posting.ts';
import { afterRefundEvent, holdsItems, isClosed, isOwed, REFUND_EVENTS } from './refund-state.ts';

const lineAmount = fc.integer({ min: 0, max: 1_000_000 });
const item = fc
  .record({
    id: fc.uuid(),
    fiscalYear: fc.integer({ min: 2020, max: 2030 }),
    tax: fc.integer({ min: 1, max: 9_999_999 }),
    penalty: lineAmount,
    fee: lineAmount,
  })
  .map(({ id, fiscalYear, tax, penalty, fee }): PostedItem => ({
    ...{ id, fiscalYear, amount: tax + penalty + fee },
    lines: [
      { kind: 'tax', rule: 'r', amount: tax },
      { kind: 'exemption', rule: 'r', amount: 0 },
      { kind: 'penalty', rule: 'r', amount: penalty },
      { kind: 'fee', rule: 'r', amount: fee },
    ] as unknown as PostedItem['lines'],
  }));

const balances = (lines: readonly LedgerLine[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit } of lines) sums[account] = (sums[account] ?? 0) + debit - credit;
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
};
const sum = (lines: readonly LedgerLine[]) => lines.reduce((total, { debit, credit }) => total + debit - credit, 0);

describe('the lines of a refund', () => {
  it('balance, and undo the payment account by account', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), fc.boolean(), (items, byHand) => {
        const amount = items.reduce((total, one) => total + one.amount, 0);
        const paid = { kind: 'taxes', holder: 'provider:mtn_momo', amount, items } as const;
        const [posted, reversed] = [ledgerLinesOf(paid), reversalLines(paid)];
        const payout = payoutLines(byHand ? 'treasury' : 'provider:mtn_momo', amount);
        expect([sum(posted), sum(reversed), sum(payout)]).toEqual([0, 0, 0]);
        expect(balances([...posted, ...reversed])).toEqual({ 'provider:mtn_momo': amount, refunds_payable: -amount });
        const left = byHand ? { 'provider:mtn_momo': amount, treasury: -amount } : {};
        expect(balances([...posted, ...reversed, ...payout])).toEqual(left);
      }),
    );
  });

  it('of what came too late leave nothing due', () => {
    const came = ledgerLinesOf({ kind: 'refund_due', holder: 'provider:mtn_momo', amount: 500 });
    const all = [...came, ...reversalLines({ kind: 'refund_due', amount: 500 }), ...payoutLines('provider:mtn_momo', 500)];
    expect(balances(all)).toEqual({});
  });
});

describe('the states of a refund', () => {
  it('pay once, whatever happens in whatever order, and never without an approval', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...REFUND_EVENTS), { maxLength: 40 }), (events) => {
        let state: RefundState = 'proposed';
        const taken: string[] = [];
        for (const event of events) {
          const next = afterRefundEvent(state, event);
          if (!next) continue;
          expect(isClosed(state)).toBe(false);
          taken.push(event);
          state = next;
        }
        const paid = taken.filter((event) => event === 'succeed' || event === 'settle').length;
        expect(paid).toBe(state === 'succeeded' ? 1 : 0);
        expect(isOwed(state) || state === 'succeeded').toBe(taken.includes('approve'));
        expect(holdsItems(state)).toBe(!taken.includes('reject') && !taken.includes('withdraw'));
      }),
    );
  });

  it('are paid by hand only while the provider does not have them', () => {
    expect(RefundState.options.filter((state) => afterRefundEvent(state, 'settle'))).toEqual(['approved', 'unknown', 'failed']);
  });
});

it('a receipt’s number is read back however it is typed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('W1', 'W4', 'TNR2'),
      fc.integer({ min: 2020, max: 2099 }),
      fc.integer({ min: 1, max: 99_999_999 }),
      (series, year, number) => {
        const parts = { series, year, number };
        expect(parseReceiptNumber(receiptNumber(series, year, number))).toEqual(parts);
        expect(parseReceiptNumber(` ${series.toLowerCase()} - ${year}-${number} `)).toEqual(parts);
      },
    ),
  );
  for (const bad of ['', 'W1', 'W1-26-1', 'W1-2026-', '1-2026-1', 'W1-2026-1x']) expect(parseReceiptNumber(bad)).toBeNull();
});
