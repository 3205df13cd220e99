import { describe, expect, it } from 'vitest';
import type { FieldName } from '#shared/contracts/documents.ts';
import { FIRST_GRIDS } from '../countries/grids.ts';
import type { FieldState } from '../documents.ts';
import { amountDueOf, livePrice, vehicleOfReading } from './live-price.ts';

const inForce = { grid: FIRST_GRIDS.MG, today: '2026-01-15', fiscalYear: 2026 };
const field = (name: FieldName, value: string, confidence = 0.97, corrected: string | null = null): FieldState => ({
  name,
  value,
  confidence,
  corrected,
});

describe('the price of a reading', () => {
  it('is a range until the fields are there, then exact', () => {
    const fields = [field('make', 'PEUGEOT')];
    expect(livePrice(fields, inForce).assessment).toMatchObject({ total: null, range: { min: 6_500, max: 341_500 } });
    fields.push(field('fuel', 'ES'), field('fiscal_power', '4'));
    expect(livePrice(fields, inForce).assessment).toMatchObject({ total: null, missing: ['first_registration'] });
    fields.push(field('first_registration', '2023-05-01'));
    expect(livePrice(fields, inForce)).toMatchObject({ assessment: { total: 16_500, status: 'due' }, doubtful: [] });
  });

  it('names the deciding fields that a person should look at, and follows what they say', () => {
    const fields = [
      field('fuel', 'ES', 0.5),
      field('fiscal_power', '4'),
      field('first_registration', '2023-05-01'),
      field('owner', 'RABE', 0.3),
    ];
    expect(livePrice(fields, inForce)).toMatchObject({ assessment: { total: 16_500 }, doubtful: ['fuel'] });
    fields[0] = field('fuel', 'ES', 0.5, 'GO');
    expect(livePrice(fields, inForce)).toMatchObject({ assessment: { total: 21_500 }, doubtful: [] });
  });

  it('takes what cannot be for absent', () => {
    const fields = [
      field('first_registration', '2031-01-01'),
      field('fiscal_power', 'x'),
      field('fuel', 'ZZ'),
      field('seats', '5'),
    ];
    expect(vehicleOfReading(fields, { country: 'MG', today: '2026-01-15' })).toEqual({
      category: null,
      fuel: null,
      fiscalPower: null,
      firstRegistration: null,
      seats: 5,
      maxMass: null,
    });
  });

  it('is told in short without its lines', () => {
    const { assessment } = livePrice([field('category', 'AMBULANCE')], inForce);
    expect(amountDueOf(assessment)).toEqual({
      fiscalYear: 2026,
      on: '2026-01-15',
      currency: 'MGA',
      status: 'exempt',
      total: 0,
      dueDate: null,
      missing: [],
      changesOn: null,
    });
  });
});
