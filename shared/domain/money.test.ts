import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benin } from './countries/benin.ts';
import { madagascar } from './countries/madagascar.ts';
import { morocco } from './countries/morocco.ts';
import { decimalOf, divide, formatMoney, shareOf } from './money.ts';

/** Intl writes several kinds of spaces. */
const plain = (text: string): string => text.replace(/\s/g, ' ');

describe('formatMoney', () => {
  it.each([
    [115_000, madagascar, '115 000 Ar', 'Ar 115,000'],
    [35_050, morocco, '350,50 MAD', 'MAD 350.50'],
    [20_000, benin, '20 000 F CFA', 'F CFA 20,000'],
    [0, madagascar, '0 Ar', 'Ar 0'],
  ] as const)('%i', (amount, country, french, english) => {
    expect(plain(formatMoney(amount, country, 'fr'))).toBe(french);
    expect(plain(formatMoney(amount, country, 'en'))).toBe(english);
  });
});

describe('decimalOf', () => {
  it.each([
    [5, 2, '0.05'],
    [-5, 2, '-0.05'],
    [35_000, 2, '350.00'],
    [35_000, 0, '35000'],
    [0, 2, '0.00'],
  ])('%i with %i digits is %s', (amount, digits, text) => expect(decimalOf(amount, digits)).toBe(text));
});

it('divides exactly, halves up, as big integers do', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000_000 }), fc.nat({ max: 100_000 }), (amount, share) => {
      const exact = (2n * BigInt(amount) * BigInt(share) + 10_000n) / 20_000n;
      expect(shareOf(amount, share)).toBe(Number(exact));
    }),
  );
  expect([divide(1, 2), divide(7, 12), divide(5, 12)]).toEqual([1, 1, 0]);
});
