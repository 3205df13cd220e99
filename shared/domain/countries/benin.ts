import type { Country } from './country.ts';

/** Benin: CFA franc (BCEAO), without a smaller unit. */
export const benin: Country = {
  code: 'BJ',
  currency: { code: 'XOF', minorDigits: 0 },
  cash: { notes: [10_000, 5_000, 2_000, 1_000, 500], coins: [250, 200, 100, 50, 25, 10, 5, 1] },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-BJ', en: 'en-BJ' },
  timeZone: 'Africa/Porto-Novo',
  providers: ['mtn_momo', 'stripe'],
  phoneRegion: 'BJ',
  plateCountry: 'BJ',
  plateExample: 'BE8762RB',
};
