import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../dates.ts';
import { endedPeriods, periodOf, yearBefore } from './periods.ts';

const days = fc.integer({ min: 0, max: 20_000 }).map((count) => addDays('2000-01-01', count));
const periods = fc.constantFrom('day', 'month', 'year');

describe('periods', () => {
  it.each([
    ['day', '2026-02-28', '2026-02-28', '2026-02-28'],
    ['month', '2024-02-10', '2024-02-01', '2024-02-29'],
    ['month', '2026-12-31', '2026-12-01', '2026-12-31'],
    ['year', '2026-07-01', '2026-01-01', '2026-12-31'],
  ] as const)('%s of %s is %s to %s', (period, day, from, to) => expect(periodOf(period, day)).toEqual({ from, to }));

  it('those that have ended follow each other without a gap, the last ending before today', () => {
    fc.assert(
      fc.property(periods, days, fc.integer({ min: 1, max: 40 }), (period, today, most) => {
        const ended = endedPeriods(period, today, most);
        expect(ended).toHaveLength(most);
        expect(addDays(ended[0]!.to, 1)).toBe(periodOf(period, today).from);
        for (const [index, { from }] of ended.entries()) {
          const before = ended[index + 1];
          if (before) expect(addDays(before.to, 1)).toBe(from);
        }
      }),
    );
  });

  it.each([
    ['2024-02-29', '2024-02-29', '2023-02-28', '2023-02-28'],
    ['2025-02-01', '2025-02-28', '2024-02-01', '2024-02-29'],
    ['2024-02-01', '2024-02-29', '2023-02-01', '2023-02-28'],
    ['2026-01-01', '2026-12-31', '2025-01-01', '2025-12-31'],
  ])('a year before %s to %s was %s to %s', (from, to, then, end) =>
    expect(yearBefore({ from, to })).toEqual({ from: then, to: end }),
  );
});
