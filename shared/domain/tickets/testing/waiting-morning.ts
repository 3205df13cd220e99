import { expectedCalls, expectedDuration, type ServingCounter, type WaitingTicket } from '../wait-estimate.ts';

const MINUTE = 60_000;

/** Pseudo-random numbers in [0, 1) that are the same at every run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Milliseconds, one for each person who was called. */
export interface Morning {
  /** How far the estimate that was told at the arrival was from the call. */
  estimated: number[];
  naive: number[];
  waited: number[];
}

/**
 * A morning of an office: people come at random and are served for very different times; at each arrival the estimate is asked, and
 * compared with when the person was called. Beside it what a sign at the door would say: people before you, times the average, by counters. The
 * more counters, the more come: each is busy for as much of the time.
 */
export function morning(seed: number, counters = 3): Morning {
  const random = seeded(seed);
  const exponential = (mean: number): number => -Math.log(1 - random()) * mean;
  const services = { quick: 4 * MINUTE, long: 15 * MINUTE };
  const took = (service: keyof typeof services): number =>
    // Twelve exponential parts: as spread out as times at a counter are (a standard deviation of 30 %, and a tail).
    Array.from({ length: 12 }, () => exponential(services[service] / 12)).reduce((sum, part) => sum + part, 0);
  const agents = Array.from({ length: counters }, (_, index) => ({
    id: String.fromCharCode(97 + index),
    until: 0,
    // Every third counter takes the quick ones alone.
    serviceIds: index % 3 === 2 ? ['quick'] : ['quick', 'long'],
    busy: null as ServingCounter['busyWith'],
  }));
  const measured: Record<string, number[]> = { quick: [], long: [] };
  const line: (WaitingTicket & { at: number; told: number; naive: number })[] = [];
  const [estimated, naive, waited]: [number[], number[], number[]] = [[], [], []];
  const durationOf = (service: string): number =>
    expectedDuration((measured[service] ?? []).slice(-50), services[service as keyof typeof services]);
  const serveUntil = (now: number): void => {
    for (;;) {
      const next = agents
        .filter(({ serviceIds }) => line.some((ticket) => serviceIds.includes(ticket.serviceId)))
        .sort((a, b) => a.until - b.until)[0];
      if (!next || next.until > now) return;
      const [ticket] = line.splice(
        line.findIndex(({ serviceId }) => next.serviceIds.includes(serviceId)),
        1,
      );
      if (!ticket) return;
      const calledAt = Math.max(next.until, ticket.at);
      estimated.push(Math.abs(ticket.told - calledAt));
      naive.push(Math.abs(ticket.naive - calledAt));
      waited.push(calledAt - ticket.at);
      const length = took(ticket.serviceId as keyof typeof services);
      measured[ticket.serviceId]?.push(length);
      next.until = calledAt + length;
      next.busy = { serviceId: ticket.serviceId, sinceMs: calledAt };
    }
  };
  let now = 0;
  for (let person = 0; person < 120; person += 1) {
    now += exponential((6.6 * MINUTE) / counters);
    serveUntil(now);
    const serviceId = random() < 0.7 ? 'quick' : 'long';
    const ticket = {
      id: String(person),
      serviceId,
      agentId: null,
      at: now,
      told: now,
      naive: now + (line.length * 7 * MINUTE) / counters,
    };
    line.push(ticket);
    const serving = agents.map(({ id, serviceIds, until, busy }) => ({
      agentId: id,
      serviceIds,
      busyWith: until > now ? busy : null,
    }));
    ticket.told = expectedCalls({ now, waiting: line, counters: serving, durationOf }).get(ticket.id) ?? NaN;
    serveUntil(now);
  }
  serveUntil(Infinity);
  return { estimated, naive, waited };
}
