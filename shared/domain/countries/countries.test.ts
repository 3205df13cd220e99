import { describe, expect, it } from 'vitest';
import { isPlate, PLATE_COUNTRIES } from '../plates.ts';
import { COUNTRIES, countryOf, DEFAULT_COUNTRY } from './countries.ts';

describe.each(Object.entries(COUNTRIES))('%s', (code, country) => {
  it('is filed under its own code', () => expect(country.code).toBe(code));

  it('names what Intl and the plates know', () => {
    const moment = new Date('2026-01-01T00:00:00Z');
    for (const locale of country.locales) {
      expect(Intl.DateTimeFormat.supportedLocalesOf(country.formats[locale])).toHaveLength(1);
      expect(new Intl.DateTimeFormat(country.formats[locale], { timeZone: country.timeZone }).format(moment)).not.toBe('');
    }
    expect(Intl.supportedValuesOf('currency')).toContain(country.currency.code);
    expect(PLATE_COUNTRIES).toContain(country.plateCountry);
    expect(isPlate(country.plateExample, country.plateCountry)).toBe(true);
  });

  it('can be paid in, each way once', () => {
    expect(country.providers.length).toBeGreaterThan(0);
    expect(new Set(country.providers).size).toBe(country.providers.length);
  });

  it('has the digits of its currency’s smallest unit in use', () => {
    const { maximumFractionDigits } = new Intl.NumberFormat('fr', {
      style: 'currency',
      currency: country.currency.code,
    }).resolvedOptions();
    expect(country.currency.minorDigits).toBe(maximumFractionDigits);
  });
});

it('begins with Madagascar', () => expect(countryOf(DEFAULT_COUNTRY).currency.code).toBe('MGA'));
