import { countryOf } from '#shared/domain/countries/countries.ts';
import type { I18n } from '$lib/i18n/i18n.svelte.ts';

/** Numbers for an axis, where there is little room: 1,2 M. Of money, in the major unit and without its name. */
export function shortNumbers({ country, locale }: Pick<I18n, 'country' | 'locale'>): {
  count: (value: number) => string;
  money: (amount: number) => string;
} {
  const { currency, formats } = countryOf(country);
  const format = new Intl.NumberFormat(formats[locale], { notation: 'compact', maximumFractionDigits: 1 });
  const unit = 10 ** currency.minorDigits;
  return { count: (value) => format.format(value), money: (amount) => format.format(amount / unit) };
}
