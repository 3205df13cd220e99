import { expect, it } from 'vitest';
import { issuerOf } from './issuer.ts';
import { page } from './testing.ts';

it.each([
  ['CRFRAGJ782PW4VF7PMSNZV2F31606882012078VP<<<<', 'FR'],
  ['RÉPUBLIQUE FRANÇAISE @400 Certificat d’immatriculation', 'FR'],
  ["REPOBLIKAN'I MADAGASIKARA", 'MG'],
  ["RÉPUBLIQUE DE CÔTE D'IVOIRE", 'CI'],
  ['République du Bénin', 'BJ'],
])('%s: %s', (text, country) => expect(issuerOf(page(`CARTE GRISE\n${text}\nGJ-782-PW`))).toBe(country));

it('a plate or an address tells of no country', () => {
  expect(issuerOf(page('A @60 GJ-782-PW\nC.3 @60 12 RUE DE MADAGASCAR\nC.1 @60 RABE SOLO'))).toBeNull();
});
