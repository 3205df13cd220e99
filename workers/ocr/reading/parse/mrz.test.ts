import { describe, expect, it } from 'vitest';
import { checkDigit, readMrz } from './mrz.ts';
import { page, valuesByName } from './testing.ts';

const TODAY = new Date('2026-01-15T00:00:00Z');
const FIRST = 'CRFRAHP868MH9VF7PMSNZV2F31606881309157VP<<<<';
const SECOND = 'BREACITROEN<<<<<<<C4<<<<<<<<<<<2017AF4716690';

describe('machine-readable lines', () => {
  it('weighs check digits 7-3-1', () => {
    expect(checkDigit('HP868MH')).toBe(9);
    expect(checkDigit('VF7PMSNZV2F316068')).toBe(8);
    expect(checkDigit('130915')).toBe(7);
  });

  it('gives plate, VIN, date, category, make and model', () => {
    expect(valuesByName(readMrz(page(`${FIRST}\n${SECOND}`), TODAY))).toEqual({
      plate: 'HP868MH',
      vin: 'VF7PMSNZV2F316068',
      first_registration: '2013-09-15',
      category: 'VP',
      make: 'CITROEN',
      model: 'C4',
    });
  });

  it('repairs lookalikes where the place says letter or digit', () => {
    const read = FIRST.replace('HP868MH', 'HPB6BMH').replace('130915', 'I3O915');
    expect(valuesByName(readMrz(page(read), TODAY))).toMatchObject({ plate: 'HP868MH', first_registration: '2013-09-15' });
  });

  it('proposes the one-lookalike repairs that satisfy a failing check digit, none of them trusted', () => {
    const vins = readMrz(page(FIRST.replace('2F316068', 'ZF316068')), TODAY).filter((c) => c.name === 'vin');
    expect(vins.map((c) => c.value)).toContain('VF7PMSNZV2F316068');
    expect(Math.max(...vins.map((c) => c.confidence))).toBeLessThan(0.5);
  });

  it('reads fillers that came out as letters or brackets', () => {
    expect(valuesByName(readMrz(page('BREACITROEN<<C<«<C4<<<<<<<<<<<2017AF4716690'), TODAY))).toMatchObject({
      make: 'CITROEN',
      model: 'C4',
    });
  });

  it('finds none in ordinary text', () =>
    expect(readMrz(page("CERTIFICAT D'IMMATRICULATION\nN° @200 Immatriculation"), TODAY)).toEqual([]));
});
