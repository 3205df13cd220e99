import type { Country } from './country.ts';

/** Benin: CFA franc (BCEAO), without a smaller unit. */
export const benin: Country = {
  code: 'BJ',
  currency: { code: 'XOF', minorDigits: 0 },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-BJ', en: 'en-BJ' },
  timeZone: 'Africa/Porto-Novo',
  providers: ['mtn_momo', 'stripe'],
  phoneRegion: 'BJ',
  plateCountry: 'BJ',
  plateExample: 'BE8762RB',
};
