import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROVIDERS } from '#shared/contracts/payments.ts';
import { CORRECTED_FOR } from '#shared/contracts/reconciliation.ts';
import { correctionLines } from './correction.ts';

it('a correction balances, and moves the provider’s account by what the statement has more', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.maxSafeInteger(),
      fc.constantFrom(...CORRECTED_FOR),
      (provider, delta, reason) => {
        fc.pre(delta !== 0);
        const lines = correctionLines(provider, delta, reason);
        const moved = (account: string): number =>
          lines.reduce((sum, one) => (one.account.startsWith(account) ? sum + one.debit - one.credit : sum), 0);
        expect([moved(''), moved(`provider:${provider}`)]).toEqual([0, delta]);
        expect(moved(reason === 'provider_fee' ? 'fees:' : 'suspense:')).toBe(-delta);
        for (const { debit, credit } of lines) expect(debit >= 0 && credit >= 0 && debit > 0 !== credit > 0).toBe(true);
      },
    ),
  );
});
it.each([0, 0.5, NaN, Infinity, 2 ** 53])('of %s is none', (delta) => {
  expect(() => correctionLines('mvola', delta, 'other')).toThrow();
});
