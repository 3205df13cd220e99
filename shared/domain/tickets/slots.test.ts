import { describe, expect, it } from 'vitest';
import { overlapping, slotsOf, weekdayOf } from './slots.ts';

const HOURS = [
  { weekday: 1, opens: '14:00', closes: '15:10' },
  { weekday: 1, opens: '08:00', closes: '09:00' },
];
const PLAN = { slotMinutes: 30, capacity: 2 };
const ZONE = 'Indian/Antananarivo';
const shown = (slots: readonly Date[]): string[] => slots.map((slot) => slot.toISOString().slice(11, 16));

describe('slots of a day', () => {
  it('begin when the office opens and end before it closes, in the country’s time', () => {
    expect(shown(slotsOf('2026-01-12', PLAN, HOURS, new Set(), ZONE))).toEqual(['05:00', '05:30', '11:00', '11:30']);
  });
  it('are none on a closed day, nor on a weekday without hours', () => {
    expect(slotsOf('2026-01-12', PLAN, HOURS, new Set(['2026-01-12']), ZONE)).toEqual([]);
    expect(slotsOf('2026-01-13', PLAN, HOURS, new Set(), ZONE)).toEqual([]);
  });
  it('know the weekday, Sunday last', () => {
    expect([weekdayOf('2026-01-12'), weekdayOf('2026-01-18')]).toEqual([1, 7]);
  });
  it('follow the clock on the wall over a change of the clocks', () => {
    const paris = slotsOf('2026-03-29', PLAN, [{ weekday: 7, opens: '08:00', closes: '08:30' }], new Set(), 'Europe/Paris');
    expect(shown(paris)).toEqual(['06:00']);
  });
});

it('finds stretches that overlap, and lets them touch', () => {
  const [morning, noon] = [
    { weekday: 1, opens: '08:00', closes: '12:00' },
    { weekday: 1, opens: '11:00', closes: '13:00' },
  ];
  expect(overlapping([noon, morning])).toEqual(noon);
  expect(overlapping([morning, { ...noon, opens: '12:00' }, { ...noon, weekday: 2 }])).toBeNull();
});
