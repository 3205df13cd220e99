/**
 * Civil dates, `YYYY-MM-DD`: days of a calendar on a wall, without time or zone. They compare as text.
 * Fiscal days begin and end in the country's time zone: `civilDate` is where an instant becomes one.
 */

const DAY_MS = 86_400_000;
const utc = (date: string): Date => new Date(`${date}T00:00:00Z`);
const iso = (date: Date): string => date.toISOString().slice(0, 10);

/** By time zone: making one costs a hundred times what asking it does. */
const dayFormats = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = dayFormats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  dayFormats.set(timeZone, made);
  return made;
}

/** The day that it is at an instant in a time zone (IANA). */
export function civilDate(instant: Date, timeZone: string): string {
  const parts = dayFormat(timeZone).formatToParts(instant);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

export const yearOf = (date: string): number => Number(date.slice(0, 4));
export const monthOf = (date: string): number => Number(date.slice(5, 7));

export const addDays = (date: string, days: number): string => iso(new Date(utc(date).getTime() + days * DAY_MS));

/** The same day some months later; the month's last when it has no such day. */
export function addMonths(date: string, months: number): string {
  const index = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const [year, month] = [Math.floor(index / 12), index % 12];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return iso(new Date(Date.UTC(year, month, Math.min(Number(date.slice(8)), last))));
}

/** How many months have begun after `date` on the day `on`: 0 until that day itself, 1 from the next day to the same day a month later. */
export function monthsBegun(date: string, on: string): number {
  if (on <= date) return 0;
  const whole = (yearOf(on) - yearOf(date)) * 12 + monthOf(on) - monthOf(date);
  return on > addMonths(date, whole) ? whole + 1 : whole;
}

/** Whole years between two days; 0 when the first is not before the second. */
export function wholeYears(from: string, to: string): number {
  const years = yearOf(to) - yearOf(from);
  return Math.max(0, to.slice(5) >= from.slice(5) ? years : years - 1);
}

/** The instant of a local time (`YYYY-MM-DD HH:MM:SS`) in a time zone (IANA). One that a change of the clocks skips is the next there is. */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${date}T${time}Z`);
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const shown = (instant: number): number => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  // Twice: the offset at the first guess may not be that of the answer.
  let instant = wanted;
  for (let turn = 0; turn < 2; turn += 1) instant += wanted - shown(instant);
  return new Date(instant);
}
