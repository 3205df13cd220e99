import type { Locale } from '#shared/contracts/identity.ts';
import type { Country } from './countries/country.ts';

/** By language, currency and digits: making one costs a hundred times what asking it does. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(tag: string, currency: string, digits: number): Intl.NumberFormat {
  const key = `${tag} ${currency} ${digits}`;
  const known = moneyFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(tag, {
    ...{ style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits },
  });
  moneyFormats.set(key, made);
  return made;
}

/** Writes an amount of the minor unit as the country does: `115 000 Ar`, `350,00 MAD`. The text never passes through a float. */
export function formatMoney(amount: number, country: Pick<Country, 'currency' | 'formats'>, locale: Locale): string {
  const { code, minorDigits } = country.currency;
  return moneyFormat(country.formats[locale], code, minorDigits).format(decimalOf(amount, minorDigits));
}

/** The decimal number that an amount of the minor unit is, as text: `35000` with two digits is `350.00`. */
export function decimalOf(amount: number, minorDigits: number): `${number}` {
  const digits = String(Math.abs(amount)).padStart(minorDigits + 1, '0');
  const whole = digits.slice(0, digits.length - minorDigits);
  const sign = amount < 0 ? '-' : '';
  return `${sign}${whole}${minorDigits > 0 ? `.${digits.slice(-minorDigits)}` : ''}` as `${number}`;
}

/** A share of an amount, in basis points, to the nearest minor unit, halves up. Exact for amounts up to ten thousand million. */
export function shareOf(amount: number, basisPoints: number): number {
  return divide(amount * basisPoints, 10_000);
}

/** Integer division to the nearest, halves up, of a number that is not negative. */
export function divide(dividend: number, divisor: number): number {
  const shifted = 2 * dividend + divisor;
  return (shifted - (shifted % (2 * divisor))) / (2 * divisor);
}
