import { describe, expect, it } from 'vitest';
import { Assessment } from '#shared/contracts/tax.ts';
import { FIRST_GRIDS } from '../countries/grids.ts';
import { assess } from './assess.ts';
import { UNKNOWN_VEHICLE, type TaxedVehicle } from './vehicle.ts';

const { MG, MA, BJ } = FIRST_GRIDS;
const car: TaxedVehicle = {
  ...UNKNOWN_VEHICLE,
  category: 'VP',
  fuel: 'ES',
  fiscalPower: 4,
  firstRegistration: '2023-05-01',
  maxMass: 1_500,
};
const ask = (grid: typeof MG, on: string, vehicle: Partial<TaxedVehicle> = {}, fiscalYear = 2026) =>
  Assessment.parse(assess({ vehicle: { ...car, ...vehicle }, fiscalYear, on, grid, channel: 'office' }));
const amounts = (assessment: Assessment) => Object.fromEntries(assessment.lines.map(({ kind, amount }) => [kind, amount]));

describe('Madagascar', () => {
  it.each([
    ['petrol, 4 CV, under 5 years', { fuel: 'ES', fiscalPower: 4 }, 15_000],
    ['petrol, 4 CV, over 20 years', { fuel: 'ES', fiscalPower: 4, firstRegistration: '2004-12-31' }, 115_000],
    ['diesel, 5 CV, under 5 years', { fuel: 'GO', fiscalPower: 5 }, 40_000],
    ['diesel, 9 CV, over 20 years', { fuel: 'GO', fiscalPower: 9, firstRegistration: '1999-01-01' }, 140_000],
    ['hybrid, 13 CV, under 5 years', { fuel: 'EH', fiscalPower: 13 }, 60_000],
    ['hybrid, 15 CV, over 20 years', { fuel: 'EE', fiscalPower: 15, firstRegistration: '2000-01-01' }, 160_000],
    ['electric, 1 CV, new', { fuel: 'EL', fiscalPower: 1 }, 5_000],
    ['diesel, 16 CV, over 20 years', { fuel: 'GO', fiscalPower: 16, firstRegistration: '1999-01-01' }, 340_000],
  ] as const)('%s', (_what, vehicle, tax) => {
    const [line] = ask(MG, '2026-01-15', vehicle).lines;
    expect(line).toMatchObject({ kind: 'tax', amount: tax, source: 'press' });
  });

  it('lies between 5,000 and 340,000 ariary everywhere', () => {
    const cells = MG.rules.tariffs.flatMap(({ bands }) => bands.flatMap((band) => band.cells.map(({ amount }) => amount)));
    expect([Math.min(...cells), Math.max(...cells)]).toEqual([5_000, 340_000]);
  });

  it('says which age and power it went by, and that a cell is assumed', () => {
    const [line] = ask(MG, '2026-01-15', { fuel: 'GO', fiscalPower: 11, firstRegistration: '2009-11-02' }).lines;
    expect(line).toEqual({
      kind: 'tax',
      amount: 155_000,
      source: 'assumption',
      rule: {
        code: 'tax.fiscal_power',
        params: {
          class: 'vehicle',
          energy: 'diesel',
          fiscalPower: 11,
          over: 9,
          upTo: 12,
          age: 16,
          ageFrom: 15,
          ageUpTo: 20,
          yearAmount: 155_000,
          months: 12,
        },
      },
    });
  });

  it.each(['Ambulance', 'SAPEURS-POMPIERS', 'Administration', 'CD'])('%s is exempt, whatever else is known', (category) => {
    const assessment = assess({ vehicle: { ...UNKNOWN_VEHICLE, category }, fiscalYear: 2026, on: '2026-06-01', grid: MG });
    expect(assessment).toMatchObject({ status: 'exempt', total: 0, missing: [], dueDate: null });
    expect(assessment.lines).toMatchObject([{ kind: 'exemption', amount: 0, rule: { code: 'exempt.class' } }]);
  });

  it('takes stamp duty by receipt, and the fee online only', () => {
    expect(amounts(ask(MG, '2026-01-15'))).toEqual({ tax: 15_000, stamp_duty: 1_000 });
    const online = assess({ vehicle: car, fiscalYear: 2026, on: '2026-01-15', grid: MG });
    expect(amounts(online)).toEqual({ tax: 15_000, stamp_duty: 1_000, fee: 500 });
    expect(online.total).toBe(16_500);
  });
});

describe('Morocco', () => {
  it.each([
    ['ES', [350, 350, 650, 650, 3_000, 3_000, 8_000]],
    ['GO', [700, 700, 1_500, 1_500, 6_000, 6_000, 20_000]],
  ] as const)('%s by fiscal power, in dirhams', (fuel, dirhams) => {
    const powers = [1, 7, 8, 10, 11, 14, 15];
    expect(powers.map((fiscalPower) => ask(MA, '2026-01-31', { fuel, fiscalPower }).total)).toEqual(
      dirhams.map((one) => one * 100),
    );
  });

  it.each([
    ['2025-12-31', 'not_yet_due', 0],
    ['2026-01-01', 'due', 0],
    ['2026-01-31', 'due', 0],
    ['2026-02-01', 'overdue', 225_00],
    ['2026-02-28', 'overdue', 225_00],
    ['2026-03-01', 'overdue', 232_50],
    ['2026-03-31', 'overdue', 232_50],
    ['2026-04-01', 'overdue', 240_00],
  ])('on %s it is %s: 15 %%, then 0.5 %% a month', (on, status, penalty) => {
    const assessment = ask(MA, on, { fuel: 'GO', fiscalPower: 8 });
    expect(assessment.status).toBe(status);
    expect(amounts(assessment)['penalty'] ?? 0).toBe(penalty);
  });

  it('takes 100 dirhams at least for being late', () => {
    const [, penalty] = ask(MA, '2026-02-01').lines;
    expect(penalty).toMatchObject({ amount: 100_00, rule: { params: { isMinimum: true, once: 1_500, furtherMonths: 0 } } });
  });

  it('gives a new vehicle sixty days', () => {
    expect(ask(MA, '2026-05-10', { firstRegistration: '2026-03-10' })).toMatchObject({
      status: 'overdue',
      dueDate: '2026-05-09',
    });
    expect(ask(MA, '2026-05-09', { firstRegistration: '2026-03-10' })).toMatchObject({ status: 'due', total: 350_00 });
  });

  it.each(['EL', 'EH', 'GL', 'EE'] as const)('exempts %s', (fuel) => {
    expect(ask(MA, '2026-06-01', { fuel }).lines).toMatchObject([{ kind: 'exemption', rule: { code: 'exempt.energy' } }]);
  });

  it('leaves vehicles over nine tonnes to an office, and takes an unknown mass for less', () => {
    expect(ask(MA, '2026-01-15', { maxMass: 9_001 })).toMatchObject({
      status: 'undetermined',
      obstacle: 'over_mass_limit',
      total: null,
    });
    expect(ask(MA, '2026-01-15', { maxMass: 9_000 }).total).toBe(350_00);
    expect(ask(MA, '2026-01-15', { maxMass: null })).toMatchObject({ total: 350_00, assumed: ['max_mass'] });
  });
});

describe('Benin', () => {
  it.each([
    ['VP', {}, [[7, 20_000], [8, 30_000], [10, 30_000], [11, 40_000], [15, 40_000], [16, 60_000]]], // prettier-ignore
    ['Société', {}, [[7, 150_000], [8, 200_000]]], // prettier-ignore
  ] as const)('%s by fiscal power', (category, other, cases) => {
    for (const [fiscalPower, total] of cases)
      expect(ask(BJ, '2026-04-30', { ...other, category, fiscalPower }).total).toBe(total);
  });

  it('others by seats, by tonnes or flat', () => {
    const seats = [9, 10, 20, 21].map((places) => ask(BJ, '2026-03-01', { category: 'TCP', seats: places }).total);
    expect(seats).toEqual([38_000, 57_000, 57_000, 86_800]);
    const tonnes = [2_500, 5_000, 10_000, 10_001].map((maxMass) => ask(BJ, '2026-03-01', { category: 'CAM', maxMass }).total);
    expect(tonnes).toEqual([49_500, 57_000, 86_800, 136_400]);
    expect(ask(BJ, '2026-03-01', { category: 'TM', fiscalPower: null, fuel: null }).total).toBe(15_000);
    expect(ask(BJ, '2026-03-01', { category: 'MTL' }).status).toBe('exempt');
  });

  it('is late from 1 May, 20 % once', () => {
    expect(amounts(ask(BJ, '2026-04-30'))).toEqual({ tax: 20_000 });
    for (const on of ['2026-05-01', '2026-12-31']) expect(amounts(ask(BJ, on))).toEqual({ tax: 20_000, penalty: 4_000 });
  });

  it('takes twelfths of the first year, due on the tenth of the month after', () => {
    const assessment = ask(BJ, '2026-10-10', { firstRegistration: '2026-09-30' });
    expect(assessment).toMatchObject({ total: 6_667, dueDate: '2026-10-10', status: 'due' });
    expect(assessment.lines[0]?.rule.params).toMatchObject({ months: 4, yearAmount: 20_000 });
    expect(ask(BJ, '2027-01-11', { firstRegistration: '2026-12-31' }).status).toBe('overdue');
  });
});

describe('what is not known yet', () => {
  const nothing = (grid: typeof MG) =>
    assess({ vehicle: UNKNOWN_VEHICLE, fiscalYear: 2026, on: '2026-01-15', grid, channel: 'office' });

  it('is missing, and the price lies between the extremes of the grid', () => {
    expect(nothing(MG)).toMatchObject({
      status: 'undetermined',
      lines: [],
      total: null,
      missing: ['fuel', 'fiscal_power', 'first_registration'],
      assumed: ['category'],
      range: { min: 6_000, max: 341_000 },
      dueDate: null,
    });
    expect(nothing(MA).range).toEqual({ min: 0, max: 2_000_000 });
    expect(nothing(BJ)).toMatchObject({ missing: ['fiscal_power', 'first_registration'], range: { min: 20_000, max: 60_000 } });
  });

  it('narrows as fields arrive', () => {
    const steps = [{ fuel: 'GO' as const }, { fiscalPower: 7 }, { firstRegistration: '2012-06-01' }];
    let vehicle = UNKNOWN_VEHICLE;
    const ranges = steps.map((step) => {
      vehicle = { ...vehicle, ...step };
      const { range, total } = assess({ vehicle, fiscalYear: 2026, on: '2026-01-15', grid: MG, channel: 'office' });
      return range ?? total;
    });
    expect(ranges).toEqual([{ min: 21_000, max: 341_000 }, { min: 41_000, max: 141_000 }, 91_000]);
  });

  it('is not asked for where it decides nothing', () => {
    expect(ask(BJ, '2026-01-15', { fuel: null }).total).toBe(20_000);
    expect(ask(MA, '2026-01-15', { fuel: 'EL', fiscalPower: null, firstRegistration: null }).status).toBe('exempt');
  });

  it('stays undetermined when the energy cannot be told', () => {
    expect(ask(MG, '2026-01-15', { fuel: 'OTHER' })).toMatchObject({
      status: 'undetermined',
      obstacle: 'energy_unknown',
      range: null,
    });
  });
});

it('owes nothing for a year before its first registration', () => {
  expect(ask(MG, '2027-02-01', { firstRegistration: '2027-01-01' })).toMatchObject({
    status: 'exempt',
    total: 0,
    lines: [{ rule: { code: 'exempt.not_yet_registered', params: { firstRegistration: '2027-01-01' } } }],
  });
});
