import type { Country } from './country.ts';

/**
 * Madagascar. The ariary is divided by five (iraimbilanja), which nobody pays any more; ISO 4217 says two digits, amounts are whole
 * ariary all the same: the smallest unit in use is the ariary.
 */
export const madagascar: Country = {
  code: 'MG',
  currency: { code: 'MGA', minorDigits: 0 },
  cash: { notes: [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100], coins: [50, 20, 10, 5, 2, 1] },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-MG', en: 'en-MG' },
  timeZone: 'Indian/Antananarivo',
  providers: ['mvola', 'stripe'],
  phoneRegion: 'MG',
  plateCountry: 'MG',
  plateExample: '1234TAB',
};
