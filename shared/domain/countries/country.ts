import type { Locale } from '#shared/contracts/identity.ts';
import type { ProviderCode } from '#shared/contracts/payments.ts';
import type { PlateCountry } from '../plates.ts';

/** Money of a country. `minorDigits`: digits of the smallest unit in use (ISO 4217); amounts are integers of that unit. */
export interface Currency {
  code: string;
  minorDigits: number;
}

/** A country is data: everything that differs from one to another, and nothing else does. */
export interface Country {
  /** ISO 3166-1. */
  code: PlateCountry;
  currency: Currency;
  /** Notes and coins in use, in the minor unit, the largest first. What is both is named once. */
  cash: { notes: readonly number[]; coins: readonly number[] };
  /** Languages of the texts, the first the default. */
  locales: readonly [Locale, ...Locale[]];
  /** How dates and amounts are written in each language (BCP 47). */
  formats: Readonly<Record<Locale, string>>;
  /** First-level divisions, which offices are grouped by; ids as in the address of a page. */
  regions: readonly Region[];
  /** IANA; fiscal days begin and end here. */
  timeZone: string;
  /** Ways to pay that people of the country have, the most used first. Those without keys are off. */
  providers: readonly ProviderCode[];
  /** Region in which a phone number typed without its country code is understood (ISO 3166-1). */
  phoneRegion: PhoneRegion;
  /** Country whose plate forms apply (`shared/domain/plates.ts`). */
  plateCountry: PlateCountry;
  /** A plate of nobody in particular, in normal form: what a hint shows. */
  plateExample: string;
}

/** A division of a country: a region, a department, a wilaya. */
export interface Region {
  id: string;
  name: string;
}

/** Regions whose phone numbers are understood without a country code. */
export type PhoneRegion = 'MG' | 'MA' | 'BJ';
