import { describe, expect, it } from 'vitest';
import { DocumentStatus, type FieldName } from '#shared/contracts/documents.ts';
import {
  DOCUMENT_TRANSITIONS,
  canMove,
  canonicalField,
  countryOfPlate,
  doubtfulFields,
  fieldError,
  missingFields,
  type FieldState,
} from './documents.ts';
import { vehicleOfFields } from './vehicles.ts';

const context = { country: 'MG', today: '2026-03-01' };
const field = (name: FieldName, value: string, confidence = 0.95, corrected: string | null = null): FieldState => ({
  name,
  value,
  confidence,
  corrected,
});

describe('the statuses of a document', () => {
  it('has transitions for every status', () => {
    expect(Object.keys(DOCUMENT_TRANSITIONS).sort()).toEqual([...DocumentStatus.options].sort());
  });

  it('ends with confirmed, unless an agent asks for another photograph, or discarded, and reaches both', () => {
    expect(DOCUMENT_TRANSITIONS).toMatchObject({ confirmed: ['needs_photo'], discarded: [] });
    const reached = new Set<DocumentStatus>(['queued']);
    for (const from of reached) for (const to of DOCUMENT_TRANSITIONS[from]) reached.add(to);
    expect([...reached].sort()).toEqual([...DocumentStatus.options].sort());
  });

  it.each([
    ['read', 'confirmed', true],
    ['needs_photo', 'queued', true],
    ['failed', 'queued', true],
    ['reading', 'queued', false],
    ['failed', 'confirmed', false],
    ['confirmed', 'discarded', false],
  ] as const)('%s → %s: %s', (from, to, allowed) => expect(canMove(from, to)).toBe(allowed));
});

describe('a value in canonical form', () => {
  it.each<[FieldName, string, string]>([
    ['plate', ' 1234 tab ', '1234TAB'],
    ['plate', 'hp-868-mh', 'HP868MH'],
    ['plate', '27 BN 0015', '27BN0015'],
    ['vin', 'vf7 pmsnzv2f316068', 'VF7PMSNZV2F316068'],
    ['first_registration', '2013-09-15', '2013-09-15'],
    ['first_registration', '5/9/2013', '2013-09-05'],
    ['first_registration', '2026-03-01', '2026-03-01'],
    ['fuel', 'go', 'GO'],
    ['fiscal_power', '07 CV', '7'],
    ['seats', '5', '5'],
    ['max_mass', '1 995 kg', '1995'],
    ['owner', '  Razafy   hélène ', 'RAZAFY HÉLÈNE'],
    ['model', '208', '208'],
  ])('%s "%s" is %s', (name, text, value) => expect(canonicalField(name, text, context)).toEqual({ ok: true, value }));

  it.each<[FieldName, string, string]>([
    ['plate', '12', 'not_a_plate'],
    ['plate', '  ', 'empty'],
    ['vin', 'VF7PMSNZV2F31606', 'not_a_vin'],
    ['vin', 'VF7PMSNZV2F3160688', 'not_a_vin'],
    ['vin', 'VF7PMSNZV2F31606O', 'not_a_vin'],
    ['first_registration', '2013-02-30', 'not_a_date'],
    ['first_registration', '15 septembre', 'not_a_date'],
    ['first_registration', '2026-03-02', 'in_the_future'],
    ['first_registration', '1899-12-31', 'too_old'],
    ['fuel', 'WOOD', 'unknown_code'],
    ['fiscal_power', '0', 'out_of_range'],
    ['fiscal_power', '100', 'out_of_range'],
    ['fiscal_power', 'seven', 'not_a_number'],
    ['seats', '-4', 'not_a_number'],
    ['max_mass', '7', 'out_of_range'],
    ['owner', '1234', 'no_letter'],
    ['owner', 'A'.repeat(121), 'too_long'],
  ])('%s "%s" is refused: %s', (name, text, fault) => expect(canonicalField(name, text, context)).toEqual({ ok: false, fault }));

  it('is its own canonical form', () => {
    for (const [name, text] of [
      ['plate', '1234TAB'],
      ['first_registration', '2013-09-15'],
      ['owner', 'RAZAFY HÉLÈNE'],
      ['max_mass', '1995'],
    ] as const) {
      expect(canonicalField(name, text, context)).toEqual({ ok: true, value: text });
    }
  });

  it('is refused with the code of its field', () => {
    expect(fieldError('plate', 'not_a_plate').code).toBe('PLATE_INVALID');
    expect(fieldError('vin', 'not_a_vin').code).toBe('VIN_INVALID');
    expect(fieldError('seats', 'out_of_range').toBody()).toEqual({
      code: 'DOCUMENT_FIELD_INVALID',
      details: { name: 'seats', fault: 'out_of_range' },
    });
  });
});

describe('fields to look at', () => {
  const fields = [field('plate', '1234TAB'), field('owner', 'RABE', 0.7), field('make', 'FORD', 0.5, 'FIAT')];

  it('misses what has no value', () => {
    expect(missingFields(fields)).toEqual(['vin', 'first_registration', 'model', 'fuel', 'fiscal_power']);
    expect(missingFields(fields, ['plate', 'owner'])).toEqual([]);
  });

  it('doubts what was read unsurely and nobody looked at', () => expect(doubtfulFields(fields)).toEqual(['owner']));
});

describe('the country of a plate', () => {
  it.each([
    ['1234TAB', 'MG', 'MG'],
    ['HP868MH', 'FR', 'FR'],
    ['BE8762RB', 'MG', 'BJ'],
    ['27BN0015', 'MG', 'MG'],
  ])('%s, seen from %s: %s', (plate, home, country) => expect(countryOfPlate(plate, home)).toBe(country));

  it.each([
    ['GJ782PW', 'MG', 'FR', 'FR'],
    ['GJ782PW', 'MG', 'SN', 'SN'],
    ['GJ782PW', 'CI', 'FR', 'FR'],
    ['GJ782PW', 'MG', null, 'CI'],
    // A person corrected the plate to one that the document's country cannot have given.
    ['1234TAB', 'MG', 'FR', 'MG'],
    ['BE8762RB', 'MG', 'CI', 'BJ'],
  ])('%s, seen from %s, on a document of %s: %s', (plate, home, issuer, country) =>
    expect(countryOfPlate(plate, home, issuer)).toBe(country),
  );
});

describe('a vehicle of fields', () => {
  const whole = [
    field('plate', '1234TAB'),
    field('owner', 'RABE SOLO'),
    field('fuel', 'GO'),
    field('fiscal_power', '7'),
    field('first_registration', '2007-08-23'),
  ];

  it('takes the five that are needed, and the person’s word before what was read', () => {
    const result = vehicleOfFields([...whole.slice(1), field('plate', '1234TAB', 0.9, '4321 TAB'), field('seats', '5')], context);
    expect(result).toMatchObject({
      ok: true,
      vehicle: { plate: '4321TAB', country: 'MG', holderName: 'RABE SOLO', fiscalPower: 7, seats: 5, vin: null },
    });
  });

  it('is of the country that issued the document', () => {
    const french = [...whole.slice(1), field('plate', 'GJ782PW')];
    expect(vehicleOfFields(french, { ...context, issuer: 'FR' })).toMatchObject({ vehicle: { country: 'FR' } });
    expect(vehicleOfFields(whole, { ...context, issuer: 'FR' })).toMatchObject({ vehicle: { country: 'MG' } });
  });

  it('says what is missing', () => {
    expect(vehicleOfFields(whole.slice(2), context)).toEqual({ ok: false, missing: ['plate', 'owner'], invalid: [] });
  });

  it('leaves out what was misread and does not matter, refuses it when a person typed it or it matters', () => {
    expect(vehicleOfFields([...whole, field('vin', 'SHORT')], context)).toMatchObject({ ok: true, vehicle: { vin: null } });
    expect(vehicleOfFields([...whole, field('vin', 'SHORT', 1, 'SHORT')], context)).toMatchObject({
      ok: false,
      invalid: [{ name: 'vin' }],
    });
    expect(vehicleOfFields([...whole.slice(1), field('plate', 'X')], context)).toMatchObject({
      ok: false,
      missing: [],
      invalid: [{ name: 'plate', fault: 'not_a_plate' }],
    });
  });
});
