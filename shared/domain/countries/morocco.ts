import type { Country } from './country.ts';

/** Morocco: dirham of 100 centimes. */
export const morocco: Country = {
  code: 'MA',
  currency: { code: 'MAD', minorDigits: 2 },
  cash: { notes: [20_000, 10_000, 5_000, 2_000], coins: [1_000, 500, 200, 100, 50, 20, 10] },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-MA', en: 'en-MA' },
  regions: [
    { id: 'tanger-tetouan-al-hoceima', name: 'Tanger-Tétouan-Al Hoceïma' },
    { id: 'oriental', name: 'L’Oriental' },
    { id: 'fes-meknes', name: 'Fès-Meknès' },
    { id: 'rabat-sale-kenitra', name: 'Rabat-Salé-Kénitra' },
    { id: 'beni-mellal-khenifra', name: 'Béni Mellal-Khénifra' },
    { id: 'casablanca-settat', name: 'Casablanca-Settat' },
    { id: 'marrakech-safi', name: 'Marrakech-Safi' },
    { id: 'draa-tafilalet', name: 'Drâa-Tafilalet' },
    { id: 'souss-massa', name: 'Souss-Massa' },
    { id: 'guelmim-oued-noun', name: 'Guelmim-Oued Noun' },
    { id: 'laayoune-sakia-el-hamra', name: 'Laâyoune-Sakia El Hamra' },
    { id: 'dakhla-oued-ed-dahab', name: 'Dakhla-Oued Ed-Dahab' },
  ],
  timeZone: 'Africa/Casablanca',
  providers: ['stripe'],
  phoneRegion: 'MA',
  plateCountry: 'MA',
  plateExample: '12345A6',
};
