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
  regions: [
    { id: 'alaotra-mangoro', name: 'Alaotra-Mangoro' },
    { id: 'ambatosoa', name: 'Ambatosoa' },
    { id: 'amoron-i-mania', name: 'Amoron’i Mania' },
    { id: 'analamanga', name: 'Analamanga' },
    { id: 'analanjirofo', name: 'Analanjirofo' },
    { id: 'androy', name: 'Androy' },
    { id: 'anosy', name: 'Anosy' },
    { id: 'atsimo-andrefana', name: 'Atsimo-Andrefana' },
    { id: 'atsimo-atsinanana', name: 'Atsimo-Atsinanana' },
    { id: 'atsinanana', name: 'Atsinanana' },
    { id: 'betsiboka', name: 'Betsiboka' },
    { id: 'boeny', name: 'Boeny' },
    { id: 'bongolava', name: 'Bongolava' },
    { id: 'diana', name: 'Diana' },
    { id: 'fitovinany', name: 'Fitovinany' },
    { id: 'haute-matsiatra', name: 'Haute Matsiatra' },
    { id: 'ihorombe', name: 'Ihorombe' },
    { id: 'itasy', name: 'Itasy' },
    { id: 'melaky', name: 'Melaky' },
    { id: 'menabe', name: 'Menabe' },
    { id: 'sava', name: 'Sava' },
    { id: 'sofia', name: 'Sofia' },
    { id: 'vakinankaratra', name: 'Vakinankaratra' },
    { id: 'vatovavy', name: 'Vatovavy' },
  ],
  timeZone: 'Indian/Antananarivo',
  providers: ['mvola', 'stripe'],
  phoneRegion: 'MG',
  plateCountry: 'MG',
  plateExample: '1234TAB',
};
