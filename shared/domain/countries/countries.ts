import { benin } from './benin.ts';
import type { Country } from './country.ts';
import { madagascar } from './madagascar.ts';
import { morocco } from './morocco.ts';

/** The countries that the platform can be run for. A new one is a data file and a line here. */
export const COUNTRIES = { MG: madagascar, MA: morocco, BJ: benin } as const satisfies Record<string, Country>;
export type CountryCode = keyof typeof COUNTRIES;
export const COUNTRY_CODES = ['MG', 'MA', 'BJ'] as const satisfies readonly CountryCode[];
export const DEFAULT_COUNTRY: CountryCode = 'MG';

/** A country by its ISO 3166-1 code. */
export const countryOf = (code: CountryCode): Country => COUNTRIES[code];
