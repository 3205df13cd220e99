import type { Country } from './country.ts';

/** Morocco: dirham of 100 centimes. */
export const morocco: Country = {
  code: 'MA',
  currency: { code: 'MAD', minorDigits: 2 },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-MA', en: 'en-MA' },
  timeZone: 'Africa/Casablanca',
  providers: ['stripe'],
  phoneRegion: 'MA',
  plateCountry: 'MA',
  plateExample: '12345A6',
};
