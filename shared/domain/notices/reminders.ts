import { REMINDER_DAYS } from '#shared/contracts/notices.ts';
import { addDays } from '../dates.ts';

/** Which reminder it is time for: so many days before the due date at most, or after it. */
export type ReminderStage = (typeof REMINDER_DAYS)[number] | 'overdue';

/** Who was not reminded within so many days after the due date (the platform was down, the vehicle is new here) is not any more. */
export const OVERDUE_TOLD_DAYS = 30;

/**
 * The reminder that is due on a day, null when none is. Each stage lasts until the next begins, so that a day on which nothing ran loses
 * no reminder: it goes out a day later, with the same due date in it.
 */
export function stageOf(dueDate: string, on: string): ReminderStage | null {
  if (on > dueDate) return on <= addDays(dueDate, OVERDUE_TOLD_DAYS) ? 'overdue' : null;
  return REMINDER_DAYS.toSorted((a, b) => a - b).find((days) => on >= addDays(dueDate, -days)) ?? null;
}

/** What makes a reminder one: said once for a fiscal year, a stage and a due date (a vehicle bought in the year has its own). */
export const reminderKey = (fiscalYear: number, stage: ReminderStage, dueDate: string): string =>
  `${fiscalYear}:${stage}:${dueDate}`;

/** An SMS that nobody waits for comes between these hours of the country, the second exclusive. */
export const DAY_HOURS = { from: 8, until: 19 } as const;

/** Minutes since midnight on the clocks of a time zone. */
function minuteOfDay(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}

export function isDayHour(at: Date, timeZone: string): boolean {
  const minute = minuteOfDay(at, timeZone);
  return minute >= DAY_HOURS.from * 60 && minute < DAY_HOURS.until * 60;
}

/** That moment when it is within the day's hours, else when they begin next. */
export function withinDayHours(at: Date, timeZone: string): Date {
  if (isDayHour(at, timeZone)) return at;
  const wait = (DAY_HOURS.from * 60 - minuteOfDay(at, timeZone) + 1_440) % 1_440;
  const opening = new Date(Math.floor(at.getTime() / 60_000) * 60_000 + wait * 60_000);
  // Clocks that were put back in between make it an hour early.
  return isDayHour(opening, timeZone) ? opening : withinDayHours(new Date(opening.getTime() + 60_000), timeZone);
}
