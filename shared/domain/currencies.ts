import { COUNTRIES } from './countries/countries.ts';

const DIGITS = new Map(Object.values(COUNTRIES).map(({ currency }) => [currency.code, currency.minorDigits]));

/** Digits of a currency's minor unit; null: no currency. */
export function minorDigitsOf(code: string): number | null {
  if (!/^[A-Z]{3}$/.test(code)) return null;
  const known = DIGITS.get(code);
  return known ?? new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
}
