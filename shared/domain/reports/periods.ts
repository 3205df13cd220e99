import type { Period } from '#shared/contracts/dashboards.ts';
import { addDays, addMonths } from '../dates.ts';

/** A period by its first and last day, both in it. */
export interface Days {
  from: string;
  to: string;
}

/** Months that a period lasts; a day is less than one. */
const MONTHS: Readonly<Record<Exclude<Period, 'day'>, number>> = { month: 1, year: 12 };
const FIRST: Readonly<Record<Period, (day: string) => string>> = {
  day: (day) => day,
  month: (day) => `${day.slice(0, 7)}-01`,
  year: (day) => `${day.slice(0, 4)}-01-01`,
};

/** The period that a day is in. */
export function periodOf(period: Period, day: string): Days {
  const from = FIRST[period](day);
  return { from, to: period === 'day' ? from : addDays(addMonths(from, MONTHS[period]), -1) };
}

/** The periods that have ended before `today`, the newest first, so many at most. */
export function endedPeriods(period: Period, today: string, most: number): Days[] {
  const ended: Days[] = [];
  let end = addDays(FIRST[period](today), -1);
  while (ended.length < most) {
    const days = periodOf(period, end);
    ended.push(days);
    end = addDays(days.from, -1);
  }
  return ended;
}

/** The same days of the year before: of 29 February, the 28th. */
export const yearBefore = ({ from, to }: Days): Days => ({
  from: addMonths(from, -12),
  to: lastOf(addMonths(from, -12), from, to),
});

/** A whole month stays whole: February's end is another one each year. */
function lastOf(start: string, from: string, to: string): string {
  const whole = (['month', 'year'] as const).find(
    (period) => periodOf(period, from).from === from && periodOf(period, from).to === to,
  );
  return whole ? periodOf(whole, start).to : addMonths(to, -12);
}
