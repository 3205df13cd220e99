import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNTRIES } from '#shared/domain/countries/countries.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { amountOf, inCash, usualGiven } from '#shared/domain/tills/cash.ts';
import { KEYS } from '../counter/shortcuts.ts';
import { parseAmount } from './amount.ts';
import { TILL_KEYS } from './till-keys.ts';

describe('a sum that is typed', () => {
  it('is read as the country writes it', () => {
    expect(['20000', '20 000', '20.000', ' 20\u202f000 '].map((text) => parseAmount(text, COUNTRIES.MG))).toEqual(
      Array(4).fill(20_000),
    );
    expect(['350', '350,5', '350.50'].map((text) => parseAmount(text, COUNTRIES.MA))).toEqual([35_000, 35_050, 35_050]);
  });
  it('is none when it is not clear', () => {
    for (const text of ['', '-5', '1e3', '12,5', '20 00O', '1.2.3', '9'.repeat(20)])
      expect(parseAmount(text, COUNTRIES.MG)).toBeNull();
    for (const text of ['350,505', ',5', '1.000,50']) expect(parseAmount(text, COUNTRIES.MA)).toBeNull();
  });
  it('is the one that was written, in every country', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(COUNTRIES)), fc.nat(1_000_000_000), (country, amount) => {
        const text = formatMoney(amount, country, 'fr')
          .replace(/[^\d.,\s\u00a0\u202f]/g, '')
          .replace(/[.,\s]*$/, '');
        const plain = country.currency.minorDigits ? text.replace(/\.(?=\d{3})/g, '') : text;
        expect(parseAmount(plain, country)).toBe(amount);
      }),
    );
  });
});

describe('change', () => {
  it('is the sum in notes and coins, and every sum can be given where there is a coin of one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(COUNTRIES)), fc.nat(10_000_000), (country, amount) => {
        const { count, rest } = inCash(amount, country);
        expect(amountOf(count) + rest).toBe(amount);
        expect(rest).toBeLessThan(Math.min(...country.cash.coins));
      }),
    );
  });
  it('is asked for by the sums that people give', () => {
    expect(usualGiven(16_000, COUNTRIES.MG)).toEqual([16_000, 20_000]);
    expect(usualGiven(26_500, COUNTRIES.MG)).toEqual([26_500, 28_000, 30_000, 40_000]);
  });
});

it('the keys of the till are no keys of the line', () => {
  for (const key of Object.keys(TILL_KEYS)) expect(Object.keys(KEYS)).not.toContain(key);
});
