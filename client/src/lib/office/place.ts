import type { LineView, OfficeService } from '#shared/contracts/tickets.ts';

/** Where a number stands in the line. */
export interface Place {
  /** People who are called before: of the same service, and others whom the counters take earlier. */
  before: number;
  expectedAt: Date | null;
}

/** Null when the number does not wait (any more). */
export function placeOf(line: LineView, number: string): Place | null {
  const index = line.places.findIndex((place) => place.number === number);
  const place = line.places[index];
  if (!place) return null;
  const { serviceId, expectedAt } = place;
  const before = line.places
    .slice(0, index)
    .filter(
      (other) =>
        other.serviceId === serviceId || (other.expectedAt !== null && expectedAt !== null && other.expectedAt <= expectedAt),
    );
  return { before: before.length, expectedAt: expectedAt === null ? null : new Date(expectedAt) };
}

/**
 * How long somebody who takes a ticket for a service now would wait, milliseconds: after those who wait for it, each taking as long as
 * usual. Null when nobody serves it.
 */
export function waitFor(line: LineView, service: OfficeService, now: number): number | null {
  const before = line.places.filter(({ serviceId }) => serviceId === service.id);
  if (before.length === 0) return line.openCounters > 0 ? 0 : null;
  const last = before.at(-1)?.expectedAt;
  return last ? Math.max(0, Date.parse(last) - now) + service.usualMinutes * 60_000 : null;
}
