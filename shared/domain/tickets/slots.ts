import { addDays, instantOf } from '../dates.ts';

/** An office is open from `opens` to `closes` (`HH:MM`) on a weekday, 1 Monday to 7 Sunday. */
export interface OpeningHours {
  weekday: number;
  opens: string;
  closes: string;
}

/** How a service gives appointments. */
export interface SlotPlan {
  slotMinutes: number;
  /** People for each slot. */
  capacity: number;
}

const MINUTE_MS = 60_000;

/** 1 Monday to 7 Sunday. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

/** When slots begin on a day, soonest first: as many as end before the office closes. None on a closed day. */
export function slotsOf(
  day: string,
  plan: SlotPlan,
  hours: readonly OpeningHours[],
  closed: ReadonlySet<string>,
  timeZone: string,
): Date[] {
  if (closed.has(day)) return [];
  const length = plan.slotMinutes * MINUTE_MS;
  return hours
    .filter(({ weekday }) => weekday === weekdayOf(day))
    .sort((a, b) => a.opens.localeCompare(b.opens))
    .flatMap(({ opens, closes }) => {
      const [from, to] = [opens, closes].map((time) => instantOf(day, `${time}:00`, timeZone).getTime()) as [number, number];
      const count = Math.max(0, Math.floor((to - from) / length));
      return Array.from({ length: count }, (_, index) => new Date(from + index * length));
    });
}

/** The `count` days from `from` on. */
export const daysFrom = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => addDays(from, index));

/** Where two stretches of one weekday overlap; null when none do. */
export function overlapping(hours: readonly OpeningHours[]): OpeningHours | null {
  const sorted = [...hours].sort((a, b) => a.weekday - b.weekday || a.opens.localeCompare(b.opens));
  return (
    sorted.find((one, index) => {
      const before = sorted[index - 1];
      return before?.weekday === one.weekday && before.closes > one.opens;
    }) ?? null
  );
}
