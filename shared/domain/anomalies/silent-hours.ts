import { civilDate, instantOf } from '../dates.ts';
import { weekdayOf, type OpeningHours } from '../tickets/slots.ts';

/** Days before that are compared with. */
export const COMPARED_DAYS = 14;
/** Open days among them that are needed to say what is usual. */
export const FEWEST_DAYS = 5;

const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Whether an office is open during the whole of an hour of the clock. */
export const isOpenThroughout = (
  hours: readonly OpeningHours[],
  closedDays: ReadonlySet<string>,
  day: string,
  hour: number,
): boolean =>
  !closedDays.has(day) &&
  hours.some(
    ({ weekday, opens, closes }) => weekday === weekdayOf(day) && opens <= hourText(hour) && closes >= hourText(hour + 1),
  );

/** The last hour of the clock that is over, in a time zone. */
export function lastHour(now: Date, timeZone: string): { day: string; hour: number; from: Date; to: Date } {
  const before = new Date(now.getTime() - 3_600_000);
  const day = civilDate(before, timeZone);
  const hour = Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(before));
  const from = instantOf(day, `${hourText(hour)}:00`, timeZone);
  return { day, hour, from, to: new Date(from.getTime() + 3_600_000) };
}

/**
 * What is usual in an hour when none was taken in it; null: nothing is wrong. Wrong is an hour without a payment at an office that is open
 * throughout, when the middle one of the same hours of its open days among the last 14 had at least one, and there were five such days.
 * `counts`: payments of that hour by day; a day without an entry had none.
 */
export function silentHour(
  office: { hours: readonly OpeningHours[]; closedDays: ReadonlySet<string> },
  at: { day: string; hour: number },
  counts: ReadonlyMap<string, number>,
  days: readonly string[],
): number | null {
  const open = (day: string): boolean => isOpenThroughout(office.hours, office.closedDays, day, at.hour);
  if ((counts.get(at.day) ?? 0) > 0 || !open(at.day)) return null;
  const usual = days
    .filter((day) => day < at.day && open(day))
    .map((day) => counts.get(day) ?? 0)
    .sort((a, b) => a - b);
  if (usual.length < FEWEST_DAYS) return null;
  // Of an even number the lower of the two: rather say nothing.
  const middle = usual[Math.ceil(usual.length / 2) - 1] ?? 0;
  return middle >= 1 ? middle : null;
}
