import { describe, expect, it } from 'vitest';
import { codeOf, readCoded } from './eu-codes.ts';
import { page, valuesByName } from './testing.ts';

const TODAY = new Date('2026-01-15T00:00:00Z');

describe('harmonised codes', () => {
  it.each([
    ['P.3', 'P3'],
    ['P3', 'P3'],
    ['p.6.', 'P6'],
    ['Pi', 'P1'],
    ['A.', 'A'],
    ['D.2.1', 'D21'],
    ['C.4a', 'C4A'],
    ['S.l', 'S1'],
  ])('%s is %s', (text, code) => expect(codeOf(text)).toBe(code));
  it.each(['VP', 'NANTES', '2115', 'GO', ''])('%j is none', (text) => expect(codeOf(text)).toBeNull());

  it('reads the fields and the coupon', () => {
    const words = page(`
      CERTIFICAT D'IMMATRICULATION
      A. @60 XR-381-VR @300 B @340 06/06/2005
      C.1 @60 HUBERT
      @60 SOPHIE
      C.4a @60 EST LE PROPRIETAIRE DU VEHICULE
      D.1 @60 SSANGYONG
      D.3 @60 REXTON @400 E. @440 KPTWZAKV0LF869109
      F.1 @60 2115 @250 F.2 @310 2115
      J @60 N1 @250 J.1 @310 CTTE
      P.1 @60 1781 @250 P.2 @310 104 @450 P.3 @510 60 @640 P.6 @700 12
      Q @250 S.1 @310 7
      I @60 13/03/2015
      Certificat d'immatriculation
      XR-381-VR @300 13/03/2015
      2005AV44718
      KPTWZAKV0LF869109
      SSANGYONG
      HUBERT
      SOPHIE`);
    const found = readCoded(words, TODAY);
    expect(valuesByName(found.candidates)).toEqual({
      plate: 'XR381VR',
      first_registration: '2005-06-06',
      owner: 'HUBERT SOPHIE',
      make: 'SSANGYONG',
      model: 'REXTON',
      vin: 'KPTWZAKV0LF869109',
      max_mass: '2115',
      category: 'CTTE',
      fuel: 'GO',
      fiscal_power: '12',
      seats: '7',
    });
    expect(found.issueDate).toBe('2015-03-13');
    expect(found.candidates.filter((c) => c.place === 'coupon').map((c) => c.name)).toEqual(
      expect.arrayContaining(['plate', 'vin', 'make', 'owner']),
    );
  });
});
