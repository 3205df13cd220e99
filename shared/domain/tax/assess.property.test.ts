import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assessment, TaxField } from '#shared/contracts/tax.ts';
import { addDays } from '../dates.ts';
import { assess } from './assess.ts';
import { anyGrid, anyQuestion, raised, wholeVehicle } from './testing/arbitraries.ts';
import { PROPERTY_OF } from './vehicle.ts';

const sum = (assessment: Assessment): number => assessment.lines.reduce((total, { amount }) => total + amount, 0);

describe('an assessment', () => {
  it('is never negative, and its lines make its total', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const assessment = Assessment.parse(assess(question));
        if (assessment.status === 'undetermined') {
          expect(assessment.total).toBeNull();
          expect(assessment.obstacle).not.toBeNull();
          return;
        }
        expect(assessment.total).toBe(sum(assessment));
        for (const { kind, amount } of assessment.lines) expect(kind === 'exemption' ? amount === 0 : amount > 0).toBe(true);
        expect(new Set(assessment.lines.map(({ kind }) => kind)).size).toBe(assessment.lines.length);
      }),
      { numRuns: 500 },
    );
  });

  it('changes its total with the day only where it says so', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        let before = assess(question);
        for (let days = 1; days <= 120; days += 1) {
          const now = assess({ ...question, on: addDays(question.on, days) });
          if (now.total !== before.total) expect(now.on).toBe(before.changesOn);
          else expect(now.changesOn === before.changesOn || now.on === before.changesOn).toBe(true);
          before = now;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never falls as days pass', () => {
    fc.assert(
      fc.property(anyQuestion, fc.nat({ max: 900 }), (question, days) => {
        const later = assess({ ...question, on: addDays(question.on, days) });
        expect(later.total ?? 0).toBeGreaterThanOrEqual(assess(question).total ?? 0);
      }),
    );
  });

  it('rises with power, places, mass and age where the grid says that it does', () => {
    fc.assert(
      fc.property(anyQuestion, fc.nat({ max: 30 }), fc.nat({ max: 6_000 }), (question, more, days) => {
        const { vehicle } = question;
        const base = assess(question);
        if (base.status === 'exempt' || base.total === null) return;
        const bigger = { ...vehicle, fiscalPower: (vehicle.fiscalPower ?? 0) + more, seats: (vehicle.seats ?? 0) + more };
        expect(assess({ ...question, vehicle: bigger }).total).toBeGreaterThanOrEqual(base.total);
        const older = { ...vehicle, firstRegistration: addDays(vehicle.firstRegistration, -days) };
        expect(assess({ ...question, vehicle: older }).total).toBeGreaterThanOrEqual(base.total);
      }),
      { numRuns: 300 },
    );
  });

  it('lies between the two totals that were said while fields were missing, and on one day due if one was said', () => {
    fc.assert(
      fc.property(anyQuestion, fc.subarray([...TaxField.options]), (question, dropped) => {
        const whole = assess(question);
        // These two are taken for the ordinary case when they are absent.
        const assumed = ['category', ...(question.grid.rules.maxMass ? ['max_mass'] : [])];
        const forgotten = dropped.filter((field) => !assumed.includes(field));
        const vehicle = { ...question.vehicle, ...Object.fromEntries(forgotten.map((field) => [PROPERTY_OF[field], null])) };
        const partly = assess({ ...question, vehicle });
        if (whole.total === null || partly.obstacle) return;
        expect(whole.total).toBeGreaterThanOrEqual(partly.range?.min ?? partly.total ?? NaN);
        expect(whole.total).toBeLessThanOrEqual(partly.range?.max ?? partly.total ?? NaN);
        if (partly.dueDate) expect(whole.dueDate).toBe(partly.dueDate);
      }),
      { numRuns: 500 },
    );
  });

  it('of an older version of the grid stays what it was when a newer one comes', () => {
    const question = anyGrid.chain((grid) => wholeVehicle('2026-06-01').map((vehicle) => ({ grid, vehicle })));
    fc.assert(
      // Of a tax that is due for part of a year, less than a twelfth more may round to nothing.
      fc.property(question, fc.integer({ min: 12, max: 1_000 }), ({ grid, vehicle }, by) => {
        const asked = { vehicle, fiscalYear: 2026, on: '2026-06-01' };
        const stored = JSON.stringify(assess({ ...asked, grid }));
        const newer = assess({ ...asked, grid: raised(grid, by) });
        expect(JSON.stringify(assess({ ...asked, grid }))).toBe(stored);
        expect(newer.gridVersion).toBe(2);
        if (newer.lines.some(({ kind }) => kind === 'tax')) {
          expect(newer.total).toBeGreaterThan(Assessment.parse(JSON.parse(stored)).total ?? 0);
        }
      }),
    );
  });

  it('costs less at a counter by the fee, and by nothing else', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const [online, office] = [assess(question), assess({ ...question, channel: 'office' })];
        expect(office.lines).toEqual(online.lines.filter(({ kind }) => kind !== 'fee'));
      }),
    );
  });
});
