import type { Country } from '#shared/domain/countries/country.ts';
import type { Days } from './days.ts';
import { createIds } from './random.ts';
import type { Register } from './register.ts';
import type { Takings } from './takings.ts';

export interface SeedOffice {
  id: string;
  /** Of its receipts for cash. */
  series: string;
}

/** A whole country, drawn: what the tables are written from. Numbers are positions in its lists; ids are made of them. */
export interface DrawnCountry {
  country: Country;
  gridVersion: number;
  days: Days;
  register: Register;
  takings: Takings;
  offices: readonly SeedOffice[];
  /** Ids of agents and supervisors, by number. */
  agents: readonly string[];
  supervisors: readonly string[];
  ids: CountryIds;
  /** Of the accounts that people sign in with: Argon2id. */
  passwordHash: string;
}

const KINDS = [
  'user',
  'account',
  'owner',
  'vehicle',
  'assessment',
  'intent',
  'key',
  'item',
  'posting',
  'till',
  'tillKey',
  'tillPosting',
  'refund',
  'refundKey',
  'push',
  'refundPosting',
] as const;
export type CountryIds = Readonly<Record<(typeof KINDS)[number], (number: number) => string>>;

export const createCountryIds = (seed: number): CountryIds =>
  Object.fromEntries(KINDS.map((kind, index) => [kind, createIds(seed, index + 1)])) as unknown as CountryIds;

/** One for each vehicle and year. */
export const assessmentNumber = (vehicle: number, fiscalYear: number): number => vehicle * 64 + (fiscalYear % 64);

/** A moment as Postgres reads it. */
export const instantText = (seconds: number): string => new Date(seconds * 1000).toISOString();
