import { describe, expect, it } from 'vitest';
import { addDays } from '../dates.ts';
import { isDayHour, reminderKey, stageOf, withinDayHours } from './reminders.ts';

const DUE = '2027-03-31';
const stageAt = (days: number) => stageOf(DUE, addDays(DUE, -days));

describe('the reminder of a day', () => {
  it.each([
    [31, null],
    [30, 30],
    [8, 30],
    [7, 7],
    [2, 7],
    [1, 1],
    [0, 1],
    [-1, 'overdue'],
    [-30, 'overdue'],
    [-31, null],
  ] as const)('%i days before the due date', (days, stage) => expect(stageAt(days)).toBe(stage));

  it('is each of the four once, in order, on the way through a year', () => {
    const seen = Array.from({ length: 120 }, (_, index) => stageAt(60 - index)).filter((one) => one !== null);
    expect([...new Set(seen)]).toEqual([30, 7, 1, 'overdue']);
    expect(seen.join()).toBe(seen.toSorted((a, b) => seen.indexOf(a) - seen.indexOf(b)).join());
  });

  it('is said once for a year, a stage and a due date', () => {
    expect(reminderKey(2027, 7, DUE)).not.toBe(reminderKey(2027, 7, '2027-08-01'));
  });
});

describe('the hours of a day', () => {
  const zone = 'Indian/Antananarivo'; // three hours before UTC, all year
  it.each([
    ['2027-03-01T04:59:59Z', false],
    ['2027-03-01T05:00:00Z', true],
    ['2027-03-01T15:59:59Z', true],
    ['2027-03-01T16:00:00Z', false],
  ])('%s', (at, within) => expect(isDayHour(new Date(at), zone)).toBe(within));

  it('what falls outside waits for eight in the morning there', () => {
    expect(withinDayHours(new Date('2027-03-01T16:00:30Z'), zone).toISOString()).toBe('2027-03-02T05:00:00.000Z');
    expect(withinDayHours(new Date('2027-03-01T01:00:00Z'), zone).toISOString()).toBe('2027-03-01T05:00:00.000Z');
    const noon = new Date('2027-03-01T12:00:00Z');
    expect(withinDayHours(noon, zone)).toBe(noon);
  });

  it('in a country that changes its clocks as well, whatever the minute', () => {
    for (const country of ['Africa/Casablanca', 'Africa/Porto-Novo', zone]) {
      for (let hour = 0; hour < 24 * 120; hour += 7) {
        const at = new Date(Date.UTC(2027, 0, 1, hour, hour % 60));
        const opening = withinDayHours(at, country);
        expect(isDayHour(opening, country)).toBe(true);
        expect(opening.getTime() - at.getTime()).toBeGreaterThanOrEqual(0);
        expect(opening.getTime() - at.getTime()).toBeLessThanOrEqual(14.1 * 3600_000);
      }
    }
  });
});
