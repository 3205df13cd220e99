import { describe, expect, it } from 'vitest';
import {
  hasVinCheckDigit,
  parseCategory,
  parseDate,
  parseFuelCode,
  parseFuelWord,
  parseInteger,
  parseName,
  parsePlate,
  parseVin,
} from './values.ts';

const TODAY = new Date('2026-01-15T00:00:00Z');

describe('plates', () => {
  it.each([
    ['GE-014-ED', 'GE014ED'],
    ['8549 TRW', '8549TRW'],
    ['27 BN 0015', '27BN0015'],
    ['TG-0212-QX', 'TG0212QX'],
    ['2972CP01', '2972CP01'],
    ['gp 9664 rb', 'GP9664RB'],
  ])('%s is %s', (text, value) => expect(parsePlate(text)).toMatchObject({ value }));

  it('puts the odd character of a group right and trusts it less', () => {
    expect(parsePlate('XR-38I-VR')).toEqual({ value: 'XR381VR', trust: 0.75 });
  });

  it.each(['', 'RENAULT', '12345', 'A1'])('%j is none', (text) => expect(parsePlate(text)).toBeNull());
});

describe('VINs', () => {
  it('has exactly seventeen characters: longer readings are refused, not cut', () => {
    expect(parseVin('WVWSE0KU6DV966505')).toEqual({ value: 'WVWSE0KU6DV966505', trust: 1 });
    expect(parseVin('WVWSE0KU6DV9665055')).toBeNull();
    expect(parseVin('WVWSE0KU6DV96650')).toBeNull();
  });
  it('never has I, O or Q, and ends in digits', () => {
    expect(parseVin('WVWSEOKU6DV96650S')).toEqual({ value: 'WVWSE0KU6DV966505', trust: 0.8 });
  });
  it('is not a heading', () => expect(parseVin("D'IMMATRICULATION")).toBeNull());
  it('knows the check digit of the ninth place', () => {
    expect(hasVinCheckDigit('1M8GDM9AXKP042788')).toBe(true);
    expect(hasVinCheckDigit('1M8GDM9A1KP042788')).toBe(false);
  });
});

describe('dates', () => {
  it.each([
    ['22/08/2019', '2019-08-22', 1],
    ['07-12-2022', '2022-12-07', 1],
    ['64/09/2011', '2011-09-04', 0.6],
    ['07/66/2011', '2011-06-07', 0.6],
    ['25/07/2060', '2000-07-25', 0.6],
    ['87/06/2611', '2011-06-07', 0.6],
  ])('%s is %s', (text, value, trust) => expect(parseDate(text, TODAY)).toEqual({ value, trust }));
  it.each(['31/02/2019', '12/12/2026', '1234', 'ESSENCE'])('%s is none', (text) => expect(parseDate(text, TODAY)).toBeNull());
});

describe('energy', () => {
  it.each([
    ['Essence', 'ES'],
    ['GASOIL', 'GO'],
    ['Gazole', 'GO'],
    ['DIESEL', 'GO'],
    ['DIESFL', 'GO'],
    ['Électrique', 'EL'],
    ['Hybride', 'EH'],
    ['GPL', 'GP'],
  ])('%s is %s', (text, value) => expect(parseFuelWord(text)).toMatchObject({ value }));
  it('reads the code through its usual faults', () => {
    expect(parseFuelCode('60')).toEqual({ value: 'GO', trust: 0.95 });
    expect(parseFuelCode('E5')).toMatchObject({ value: 'ES' });
    expect(parseFuelCode('77')).toBeNull();
  });
});

describe('numbers, names, categories', () => {
  it('drops units and keeps bounds', () => {
    expect(parseInteger('16 CV', 1, 99)).toEqual({ value: '16', trust: 1 });
    expect(parseInteger('1844 kg', 100, 60_000)).toEqual({ value: '1844', trust: 1 });
    expect(parseInteger('160', 1, 99)).toBeNull();
  });
  it('writes names in capitals without marks', () =>
    expect(parseName('. Rakoto  Hery,')).toEqual({ value: 'RAKOTO HERY', trust: 1 }));
  it('maps words to codes', () => {
    expect(parseCategory('Voiture')).toEqual({ value: 'VP', trust: 1 });
    expect(parseCategory('CTTE')).toEqual({ value: 'CTTE', trust: 1 });
    expect(parseCategory('???')).toBeNull();
  });
});
