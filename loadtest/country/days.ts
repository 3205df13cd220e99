import { addDays, civilDate, instantOf, yearOf } from '#shared/domain/dates.ts';
import { weighted, type Random } from './random.ts';

/** The days of the years that are seeded, and when people pay on them. */
export interface Days {
  /** The number of a day: 0 is the first of January of the first year. */
  numberOf(iso: string): number;
  iso(day: number): string;
  year(day: number): number;
  /** Seconds since 1970 of a local second of a day. */
  at(day: number, second: number): number;
  /** The day of an office that is open, this one or the next. */
  officeDay(day: number): number;
  /** A second of the day at which people pay from home, and at an office. */
  secondAtHome(random: Random): number;
  secondAtOffice(random: Random, day: number): number;
  /** The last day that is seeded: yesterday. */
  last: number;
}

const HOUR = 3_600;
/** Shares of the payments by hour: at noon and in the evening from home, in the middle of the morning at an office. */
const HOME = weighted(
  [1, 0.5, 0.3, 0.2, 0.3, 1, 3, 5, 6, 6, 6, 7, 9, 7, 5, 5, 5, 6, 8, 10, 10, 7, 4, 2].map(
    (weight, hour) => [weight, hour] as const,
  ),
);
const MORNING = weighted([8, 9, 10, 11].map((hour, index) => [[5, 8, 9, 7][index] ?? 1, hour] as const));
const WHOLE_DAY = weighted([8, 9, 10, 11, 14, 15, 16].map((hour, index) => [[5, 8, 9, 7, 6, 6, 4][index] ?? 1, hour] as const));

/** From the first of January of `firstYear` to the day before `now`, in the country's time zone. */
export function createDays(firstYear: number, now: Date, timeZone: string): Days {
  const first = `${firstYear}-01-01`;
  const last = Math.round((Date.parse(civilDate(now, timeZone)) - Date.parse(first)) / 86_400_000) - 1;
  const iso = Array.from({ length: last + 1 }, (_, day) => addDays(first, day));
  const starts = iso.map((day) => instantOf(day, '12:00:00', timeZone).getTime() / 1000 - 12 * HOUR);
  const years = iso.map(yearOf);
  /** 0 is Monday. */
  const weekday = (day: number): number => (Math.floor((starts[day] ?? 0) / 86_400 + 0.5) + 3) % 7;
  return {
    numberOf: (day) => Math.round((Date.parse(day) - Date.parse(first)) / 86_400_000),
    iso: (day) => iso[day] ?? first,
    year: (day) => years[day] ?? firstYear,
    at: (day, second) => (starts[day] ?? 0) + second,
    officeDay: (day) => (weekday(day) === 6 ? day + 1 : day),
    secondAtHome: (random) => HOME(random) * HOUR + random.below(HOUR),
    secondAtOffice: (random, day) => (weekday(day) === 5 ? MORNING : WHOLE_DAY)(random) * HOUR + random.below(HOUR),
    last,
  };
}
