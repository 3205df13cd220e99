import { describe, expect, it } from 'vitest';
import { addDays, addMonths, civilDate, monthsBegun, wholeYears } from './dates.ts';

describe('civilDate', () => {
  it.each([
    ['2026-01-31T20:59:59Z', 'Indian/Antananarivo', '2026-01-31'],
    ['2026-01-31T21:00:00Z', 'Indian/Antananarivo', '2026-02-01'],
    ['2026-01-31T23:00:00Z', 'Africa/Porto-Novo', '2026-02-01'],
    ['2026-01-31T22:59:59Z', 'Africa/Casablanca', '2026-01-31'],
  ])('%s in %s is %s', (instant, zone, day) => expect(civilDate(new Date(instant), zone)).toBe(day));
});

describe('months', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-01-01', -12, '2025-01-01'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s and %i months is %s', (date, months, expected) => expect(addMonths(date, months)).toBe(expected));

  it.each([
    ['2026-01-31', '2026-01-31', 0],
    ['2026-01-31', '2026-02-01', 1],
    ['2026-01-31', '2026-02-28', 1],
    ['2026-01-31', '2026-03-01', 2],
    ['2026-01-31', '2026-03-31', 2],
    ['2026-01-31', '2026-04-01', 3],
    ['2026-04-30', '2027-04-30', 12],
    ['2026-04-30', '2025-01-01', 0],
  ])('from %s to %s %i have begun', (date, on, expected) => expect(monthsBegun(date, on)).toBe(expected));
});

describe('years and days', () => {
  it.each([
    ['2021-01-01', '2026-01-01', 5],
    ['2021-01-02', '2026-01-01', 4],
    ['2020-02-29', '2026-02-28', 5],
    ['2020-02-29', '2026-03-01', 6],
    ['2027-01-01', '2026-01-01', 0],
  ])('%s to %s: %i whole years', (from, to, years) => expect(wholeYears(from, to)).toBe(years));

  it('days go over ends of months and years', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-01-05', 60)).toBe('2026-03-06');
  });
});
