import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaymentState } from '#shared/contracts/payments.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { afterEvent, holdsClaims, INTENT_EVENTS, isOpen, isSettled, type IntentEvent } from './intent-state.ts';
import { ledgerLinesOf, type PostedItem } from './posting.ts';
import { parseQrText, parseReceiptText, qrText, receiptText } from './receipt-text.ts';

const amount = fc.integer({ min: 0, max: 1_000_000_000 });
const line = fc.record({ kind: fc.constantFrom('tax', 'penalty', 'stamp_duty', 'fee'), amount }).map((one): AssessmentLine => ({
  ...(one as { kind: 'tax'; amount: number }),
  rule: { code: 'fee.online', params: { fixed: 0, share: 0 } },
  source: 'law',
}));
const item = fc
  .record({
    id: fc.uuid(),
    fiscalYear: fc.integer({ min: 2020, max: 2040 }),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
  })
  .map((one): PostedItem => ({ ...one, amount: one.lines.reduce((sum, each) => sum + each.amount, 0) }));
const items = fc.array(item, { minLength: 1, maxLength: 20 }).filter((all) => total(all) > 0);
const total = (all: readonly { amount: number }[]): number => all.reduce((sum, each) => sum + each.amount, 0);

describe('a posting', () => {
  it('balances, holds the amount once, and gives every line to the account of its kind', () => {
    fc.assert(
      fc.property(items, (all) => {
        const lines = ledgerLinesOf({ kind: 'taxes', holder: 'provider:mtn_momo', amount: total(all), items: all });
        expect(lines.reduce((sum, { debit, credit }) => sum + debit - credit, 0)).toBe(0);
        expect(lines.every(({ debit, credit }) => debit > 0 !== credit > 0)).toBe(true);
        for (const kind of ['tax', 'penalty', 'stamp_duty', 'fee'] as const) {
          const owed = total(all.flatMap((one) => one.lines.filter((each) => each.kind === kind)));
          expect(lines.filter(({ account }) => account === `revenue:${kind}`).reduce((sum, { credit }) => sum + credit, 0)).toBe(
            owed,
          );
        }
      }),
    );
  });

  it('is refused when anything is off by any amount', () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: -1_000, max: 1_000 }).filter((off) => off !== 0),
        (all, off) => {
          expect(() =>
            ledgerLinesOf({ kind: 'taxes', holder: 'provider:mtn_momo', amount: total(all) + off, items: all }),
          ).toThrow();
        },
      ),
    );
  });

  it('owes back what came too late, all of it', () => {
    const lines = ledgerLinesOf({ kind: 'refund_due', holder: 'provider:mtn_momo', amount: 115_000 });
    expect(lines.map(({ account, debit, credit }) => [account, debit, credit])).toEqual([
      ['provider:mtn_momo', 115_000, 0],
      ['due:refund', 0, 115_000],
    ]);
  });
});

describe('the states of an intent', () => {
  it('lead nowhere from a final one, but by the success that came late', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PaymentState.options), fc.array(fc.constantFrom(...INTENT_EVENTS)), (start, events) => {
        let state: PaymentState = start;
        for (const event of events) {
          const next: PaymentState | null = afterEvent(state, event);
          if (!next) continue;
          if (state === 'failed' || state === 'expired') expect(event).toBe('succeed');
          if (isSettled(state)) expect([state, event]).toEqual(['reconciled', 'receipt']);
          expect(isSettled(state) && isOpen(next)).toBe(false);
          state = next;
        }
      }),
    );
  });

  it('take at most one success, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...INTENT_EVENTS), { maxLength: 40 }), (events) => {
        let state: PaymentState = 'created';
        const taken: IntentEvent[] = [];
        for (const event of events) {
          const next = afterEvent(state, event);
          if (!next) continue;
          taken.push(event);
          state = next;
        }
        expect(taken.filter((event) => event === 'succeed').length).toBeLessThanOrEqual(1);
        expect(taken.filter((event) => event === 'receipt').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('hold their taxes while they may still be paid, and never let go of what was', () => {
    for (const state of PaymentState.options) {
      if (isOpen(state) || isSettled(state)) expect(holdsClaims(state)).toBe(true);
    }
    expect([holdsClaims('failed'), holdsClaims('expired')]).toEqual([false, false]);
  });
});

describe('what a receipt signs', () => {
  const facts = fc.record({
    keyId: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    reference: fc.stringMatching(/^[A-Z0-9]{20}$/),
    plate: fc.stringMatching(/^[A-Z0-9]{2,12}$/),
    validUntil: fc.integer({ min: 2020, max: 2040 }).map((year) => `${year}-12-31`),
    amount: fc.integer({ min: 1, max: 1_000_000_000 }),
    currency: fc.constantFrom('MGA', 'MAD', 'XOF'),
  });

  it('is read back as it was written, alone and from a QR', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const text = receiptText(given);
        expect(parseReceiptText(text)).toEqual(given);
        const signature = 'A'.repeat(86);
        expect(parseQrText(qrText(text, signature))).toEqual({ text, signature, facts: given });
      }),
    );
  });

  it.each(['', 'V1|k', 'V2|k|ABCDEFGHIJKLMNOPQRST|1234TAB|2026-12-31|1|MGA', 'https://example.test/', 'a.b'])(
    'is not %j',
    (text) => {
      expect(parseReceiptText(text)).toBeNull();
      expect(parseQrText(text)).toBeNull();
    },
  );
});
