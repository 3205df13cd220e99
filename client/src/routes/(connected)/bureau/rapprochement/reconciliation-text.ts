import { minorDigitsOf } from '#shared/domain/currencies.ts';
import { decimalOf } from '#shared/domain/money.ts';
import type { I18n } from '$lib/i18n/i18n.svelte.ts';

/** An amount of any currency, in the reader's language: statements may have others than the country's. */
export function amountText(i18n: Pick<I18n, 'locale'>, amount: number, currency: string): string {
  const digits = minorDigitsOf(currency) ?? 0;
  const number = new Intl.NumberFormat(i18n.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number.format(decimalOf(amount, digits))}\u00a0${currency}`;
}
