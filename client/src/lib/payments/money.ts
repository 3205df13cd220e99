import { countryOf } from '#shared/domain/countries/countries.ts';
import { formatMoney } from '#shared/domain/money.ts';
import type { I18n } from '../i18n/i18n.svelte.ts';

/** An amount of the minor unit as the country of the platform writes it, in the reader's language. */
export const moneyText = (i18n: Pick<I18n, 'country' | 'locale'>, amount: number): string =>
  formatMoney(amount, countryOf(i18n.country), i18n.locale);
