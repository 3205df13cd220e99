import type { Country } from './country.ts';

/** Morocco: dirham of 100 centimes. */
export const morocco: Country = {
  code: 'MA',
  currency: { code: 'MAD', minorDigits: 2 },
  cash: { notes: [20_000, 10_000, 5_000, 2_000], coins: [1_000, 500, 200, 100, 50, 20, 10] },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-MA', en: 'en-MA' },
  timeZone: 'Africa/Casablanca',
  providers: ['stripe'],
  phoneRegion: 'MA',
  plateCountry: 'MA',
  plateExample: '12345A6',
};
