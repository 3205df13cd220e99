/** Somebody who waits, in the order of calling. */
export interface WaitingTicket {
  id: string;
  serviceId: string;
  /** Passed on to this agent alone. */
  agentId: string | null;
}

/** An agent who calls people. */
export interface ServingCounter {
  agentId: string;
  serviceIds: readonly string[];
  /** Whom the agent serves now: for which service, since when; null when free. */
  busyWith: { serviceId: string; sinceMs: number } | null;
}

export interface EstimateInput {
  /** Milliseconds. */
  now: number;
  /** In the order of calling. */
  waiting: readonly WaitingTicket[];
  counters: readonly ServingCounter[];
  /** How long a service takes, milliseconds. */
  durationOf: (serviceId: string) => number;
}

/** Somebody served for longer than usual is expected to need this part of the usual time still. */
const OVERDUE_REST = 0.25;

/**
 * When each of those who wait is expected to be called: plays the rest of the line, each counter taking the first whom it serves as soon
 * as it is free, everybody as long as their service usually takes. Without an entry: nobody serves them now.
 */
export function expectedCalls({ now, waiting, counters, durationOf }: EstimateInput): Map<string, number> {
  const free = counters.map((counter) => ({ counter, at: freeAt(counter, now, durationOf) }));
  const left = [...waiting];
  const expected = new Map<string, number>();
  while (left.length > 0 && free.length > 0) {
    const next = free.reduce((first, other) => (other.at < first.at ? other : first));
    const index = left.findIndex((ticket) => serves(next.counter, ticket));
    const [ticket] = index < 0 ? [] : left.splice(index, 1);
    if (!ticket) {
      free.splice(free.indexOf(next), 1);
      continue;
    }
    expected.set(ticket.id, next.at);
    next.at += durationOf(ticket.serviceId);
  }
  return expected;
}

const serves = ({ agentId, serviceIds }: ServingCounter, ticket: WaitingTicket): boolean =>
  ticket.agentId === null ? serviceIds.includes(ticket.serviceId) : ticket.agentId === agentId;

function freeAt({ busyWith }: ServingCounter, now: number, durationOf: EstimateInput['durationOf']): number {
  if (!busyWith) return now;
  const usual = durationOf(busyWith.serviceId);
  return now + Math.max(busyWith.sinceMs + usual - now, OVERDUE_REST * usual);
}

/** Services that were not timed often yet are held to what is usual: so many imagined services of the usual length are counted in. */
const USUAL_WEIGHT = 5;

/** How long a service is expected to take, of the latest times that it took and what is usual. Milliseconds. */
export function expectedDuration(tookMs: readonly number[], usualMs: number): number {
  const sum = tookMs.reduce((total, ms) => total + ms, 0);
  return (sum + USUAL_WEIGHT * usualMs) / (tookMs.length + USUAL_WEIGHT);
}
