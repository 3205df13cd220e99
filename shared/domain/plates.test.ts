import { describe, expect, it } from 'vitest';
import { countriesOfPlate, formatPlate, isPlate, normalisePlate, PLATE_COUNTRIES, plateParts } from './plates.ts';

describe('normalisePlate', () => {
  it.each([
    ['1234 TAB', '1234TAB'],
    [' 1234-tab ', '1234TAB'],
    ['tg-9664-ak', 'TG9664AK'],
    ['BE.8762.RB', 'BE8762RB'],
    ['AA–123—AA', 'AA123AA'],
    ['12345 | أ | 6', '12345A6'],
    ['12345|ا|6', '12345A6'],
    ['١٢٣٤٥ ب ٦', '12345B6'],
    ['12345 a 6', '12345A6'],
    ['１２３４ ｔａｂ', '1234TAB'],
    ['éà-123-ÇÎ', 'EA123CI'],
    ['', ''],
  ])('brings %j to %j', (typed, normal) => expect(normalisePlate(typed)).toBe(normal));

  it('leaves a normal form as it is, and undoes what formatPlate does', () => {
    for (const [plate, country] of [
      ['1234TAB', 'MG'],
      ['12345A6', 'MA'],
      ['BE8762RB', 'BJ'],
      ['AA123AB', 'CI'],
      ['AA123AB01', 'CI'],
      ['4550EG01', 'CI'],
      ['AA999AA', 'SN'],
      ['TG9664AK', 'TG'],
      ['AB123CD', 'FR'],
    ] as const) {
      expect(normalisePlate(plate)).toBe(plate);
      expect(isPlate(plate, country)).toBe(true);
      expect(normalisePlate(formatPlate(plate, country))).toBe(plate);
    }
  });
});

describe('isPlate', () => {
  it.each([
    ['1234TAB', 'MG', true],
    ['12TA', 'MG', true],
    ['1234WWT', 'MG', true],
    ['1234BAB', 'MG', false],
    ['12345TAB', 'MG', false],
    ['TAB1234', 'MG', false],
    ['1A88', 'MA', true],
    ['1A89', 'MA', false],
    ['1A0', 'MA', false],
    ['123456A1', 'MA', false],
    ['BE8762RC', 'BJ', false],
    ['4550EG01', 'CI', true],
    ['AA12AA', 'SN', false],
    ['TG9664A', 'TG', false],
    ['AO123AA', 'FR', false],
    ['AA123UA', 'FR', false],
    ['1234tab', 'MG', false],
    ['K123', 'ZZ', true],
    ['KAB', 'ZZ', false],
    ['', 'ZZ', false],
  ])('%s in %s: %s', (normal, country, expected) => expect(isPlate(normal, country)).toBe(expected));
});

describe('formatPlate', () => {
  it.each([
    ['1234TAB', 'MG', '1234 TAB'],
    ['BE8762RB', 'BJ', 'BE 8762 RB'],
    ['AA123AB01', 'CI', 'AA 123 AB 01'],
    ['4550EG01', 'CI', '4550 EG 01'],
    ['AA999AA', 'SN', 'AA 999 AA'],
    ['TG9664AK', 'TG', 'TG-9664-AK'],
    ['AB123CD', 'FR', 'AB-123-CD'],
    ['12345A6', 'MA', '12345 | أ\u200e | 6'],
    ['XX1', 'MG', 'XX1'],
    ['AB123CD', 'ZZ', 'AB123CD'],
  ])('%s in %s is written %s', (normal, country, written) => expect(formatPlate(normal, country)).toBe(written));

  it('gives the parts apart, for a plate that is drawn', () => {
    expect(plateParts('12345A6', 'MA').parts).toEqual(['12345', 'أ', '6']);
    expect(plateParts('AA123AB', 'CI').parts).toEqual(['AA', '123', 'AB']);
  });
});

describe('countriesOfPlate', () => {
  it('names every country where it could be', () => {
    expect(countriesOfPlate('1234TAB')).toEqual(['MG']);
    expect(countriesOfPlate('AB123CD')).toEqual(['CI', 'SN', 'FR']);
    expect(countriesOfPlate('?')).toEqual([]);
    expect(PLATE_COUNTRIES).toContain('MG');
  });
});
