import { COUNTRY_CODES, countryOf } from '#shared/domain/countries/countries.ts';
import { formatMoney } from '#shared/domain/money.ts';
import type { I18n } from '../i18n/i18n.svelte.ts';

/**
 * An amount of the minor unit as a country writes it, in the reader's language: the platform's own country, or the one whose tax it is
 * (`country`, ISO 3166-1).
 */
export function moneyText(i18n: Pick<I18n, 'country' | 'locale'>, amount: number, country?: string): string {
  const code = COUNTRY_CODES.find((one) => one === country) ?? i18n.country;
  return formatMoney(amount, countryOf(code), i18n.locale);
}
