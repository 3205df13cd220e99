import type { Country } from './country.ts';

/** Benin: CFA franc (BCEAO), without a smaller unit. */
export const benin: Country = {
  code: 'BJ',
  currency: { code: 'XOF', minorDigits: 0 },
  cash: { notes: [10_000, 5_000, 2_000, 1_000, 500], coins: [250, 200, 100, 50, 25, 10, 5, 1] },
  locales: ['fr', 'en'],
  formats: { fr: 'fr-BJ', en: 'en-BJ' },
  regions: [
    { id: 'alibori', name: 'Alibori' },
    { id: 'atacora', name: 'Atacora' },
    { id: 'atlantique', name: 'Atlantique' },
    { id: 'borgou', name: 'Borgou' },
    { id: 'collines', name: 'Collines' },
    { id: 'couffo', name: 'Couffo' },
    { id: 'donga', name: 'Donga' },
    { id: 'littoral', name: 'Littoral' },
    { id: 'mono', name: 'Mono' },
    { id: 'oueme', name: 'Ouémé' },
    { id: 'plateau', name: 'Plateau' },
    { id: 'zou', name: 'Zou' },
  ],
  timeZone: 'Africa/Porto-Novo',
  providers: ['mtn_momo', 'stripe'],
  phoneRegion: 'BJ',
  plateCountry: 'BJ',
  plateExample: 'BE8762RB',
};
