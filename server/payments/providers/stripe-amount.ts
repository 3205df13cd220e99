import type { Currency } from '#shared/domain/countries/country.ts';

/** Currencies that Stripe counts in whole units (docs.stripe.com/currencies). ISK and UGX, though without cents, are counted in hundredths. */
const WHOLE: ReadonlySet<string> = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
/** Counted in thousandths, the last digit 0. */
const THOUSANDTHS: ReadonlySet<string> = new Set('BHD JOD KWD OMR TND'.split(' '));

/**
 * An amount of our minor unit in the unit that Stripe counts the currency in; the two differ where ISO 4217 knows a smaller unit than is
 * in use. Throws when it cannot be said there to the unit.
 */
export function stripeAmount(amount: number, { code, minorDigits }: Currency): number {
  const digits = WHOLE.has(code) ? 0 : THOUSANDTHS.has(code) ? 3 : 2;
  const factor = 10 ** Math.abs(digits - minorDigits);
  const counted = digits >= minorDigits ? amount * factor : amount / factor;
  const exact = Number.isSafeInteger(counted) && (digits < 3 || counted % 10 === 0);
  if (!exact) throw new Error(`${amount} of ${code} cannot be said to Stripe`);
  return counted;
}
