import { describe, expect, it } from 'vitest';
import { labelOf } from './labels.ts';
import { readLabelled } from './labelled.ts';
import { page, valuesByName } from './testing.ts';
import { rowsOf, segmentsOf } from './words.ts';

const TODAY = new Date('2026-01-15T00:00:00Z');

describe('labelled pages', () => {
  it('reads values beside their labels', () => {
    const words = page(`
      CERTIFICAT D'IMMATRICULATION
      N° Immatriculation : @600 8549 TRW
      Nom et Prénoms : @600 RAZAFY HERY TIANA
      Adresse : @600 PLATEAU RUE 12
      Marque : @600 HONDA
      Type : @600 ACCORD
      N° de série / châssis : @600 JHMBWJ2X4MM792741
      Genre : @600 CTTE
      Source d'énergie : @600 GASOIL
      Puissance administrative : @600 5 CV
      Date de 1ère mise en circulation : @600 23/08/2007
      Places assises : @600 5
      PTAC : @600 1489 kg
      Fait à Antananarivo, le : @600 19/12/2014`);
    const found = readLabelled(words, TODAY);
    expect(valuesByName(found.candidates)).toEqual({
      plate: '8549TRW',
      owner: 'RAZAFY HERY TIANA',
      make: 'HONDA',
      model: 'ACCORD',
      vin: 'JHMBWJ2X4MM792741',
      category: 'CTTE',
      fuel: 'GO',
      fiscal_power: '5',
      first_registration: '2007-08-23',
      seats: '5',
      max_mass: '1489',
    });
    expect(found.issueDate).toBe('2014-12-19');
  });

  it('reads values under their labels, in columns', () => {
    const words = page(`
      N° d'immatriculation @600 Date de 1ère mise en circulation @1200 N° Carte grise
      27 BN 0015 @600 27/10/2012 @1200 CG14858796
      Nom et Prénoms du propriétaire
      ADJOVI MARIAM
      Marque @600 Modèle @1200 Genre
      SUZUKI @600 VITARA @1200 CTTE
      N° de châssis @700 Carrosserie @1200 Couleur
      MA3AVSHK65B384138 @700 FOURGON @1200 BLEU
      Carburant @600 Puissance administrative @1200 Places assises
      ESSENCE @600 8 CV @1200 5
      PTAC (kg) @600 Poids à vide (kg) @1200 Date de délivrance
      3107 @600 1260 @1200 01/01/2019`);
    expect(valuesByName(readLabelled(words, TODAY).candidates)).toEqual({
      plate: '27BN0015',
      first_registration: '2012-10-27',
      owner: 'ADJOVI MARIAM',
      make: 'SUZUKI',
      model: 'VITARA',
      category: 'CTTE',
      vin: 'MA3AVSHK65B384138',
      fuel: 'ES',
      fiscal_power: '8',
      seats: '5',
      max_mass: '3107',
    });
  });

  it('follows a label over two lines', () => {
    const words = page("Numéro\nd'Immatriculation\nZQ 1691 RB\ndate de 1ère mise en\ncirculation\n26-03-2008");
    expect(valuesByName(readLabelled(words, TODAY).candidates)).toMatchObject({
      plate: 'ZQ1691RB',
      first_registration: '2008-03-26',
    });
  });

  it('prefers the commercial type to the technical one', () => {
    const words = page('Type commercial\nPASSAT\nType technique\nD2MM30');
    expect(valuesByName(readLabelled(words, TODAY).candidates)).toEqual({ model: 'PASSAT' });
  });

  it('finds values whose labels were lost, and does not trust them', () => {
    const found = readLabelled(
      page('xq vv\nSSANGYONG\nqqq\nKPTS658Y7GM381471\nESSENCE @600 16 CV\nTG-0212-QX'),
      TODAY,
    ).candidates;
    expect(valuesByName(found)).toMatchObject({
      make: 'SSANGYONG',
      vin: 'KPTS658Y7GM381471',
      fuel: 'ES',
      fiscal_power: '16',
      plate: 'TG0212QX',
    });
    expect(Math.max(...found.map((c) => c.confidence))).toBeLessThan(0.9);
  });
});

describe('labels', () => {
  it.each([
    ['Puissance adrninistrative :', 'fiscal_power'],
    ["N° d'immatriculation", 'plate'],
    ['Date de délivrance', 'issue_date'],
    ['Poids à vide', 'other'],
  ])('%s announces %s', (text, target) => {
    const [segment] = segmentsOf(rowsOf(page(text)));
    expect(segment && labelOf(segment)?.target).toBe(target);
  });
  it('is not any word', () => {
    const [segment] = segmentsOf(rowsOf(page('TOYOTA COROLLA')));
    expect(segment && labelOf(segment)).toBeNull();
  });
});
