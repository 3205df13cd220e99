import { describe, expect, it } from 'vitest';
import { expectedCalls, expectedDuration, type ServingCounter, type WaitingTicket } from './wait-estimate.ts';

const MINUTE = 60_000;
const person = (id: string, serviceId = 'tax', agentId: string | null = null): WaitingTicket => ({ id, serviceId, agentId });
const counter = (agentId: string, serviceIds = ['tax'], busyWith: ServingCounter['busyWith'] = null): ServingCounter => ({
  agentId,
  serviceIds,
  busyWith,
});
const minutes = (calls: Map<string, number>): Record<string, number> =>
  Object.fromEntries([...calls].map(([id, at]) => [id, at / MINUTE]));
const durationOf = (service: string): number => (service === 'tax' ? 6 : 20) * MINUTE;

describe('when somebody is expected to be called', () => {
  it('follows the counters as they become free', () => {
    const waiting = [person('a'), person('b'), person('c')];
    const busy = { serviceId: 'tax', sinceMs: -4 * MINUTE };
    expect(
      minutes(expectedCalls({ now: 0, waiting, counters: [counter('x', ['tax'], busy), counter('y')], durationOf })),
    ).toEqual({ a: 0, b: 2, c: 6 });
  });

  it('gives a counter those whom it serves, and nobody a time whom no counter serves', () => {
    const waiting = [person('a', 'claims'), person('b'), person('mine', 'tax', 'y'), person('gone', 'tax', 'absent')];
    expect(minutes(expectedCalls({ now: 0, waiting, counters: [counter('x'), counter('y', [])], durationOf }))).toEqual({
      b: 0,
      mine: 0,
    });
    expect(expectedCalls({ now: 0, waiting, counters: [], durationOf }).size).toBe(0);
  });

  it('expects somebody who takes longer than usual to need a while still', () => {
    const busy = { serviceId: 'tax', sinceMs: -30 * MINUTE };
    expect(
      minutes(expectedCalls({ now: 0, waiting: [person('a')], counters: [counter('x', ['tax'], busy)], durationOf })),
    ).toEqual({ a: 1.5 });
  });

  it('learns from what was measured, and is not thrown by a single odd one', () => {
    expect(expectedDuration([], 6)).toBe(6);
    expect(expectedDuration([60], 6)).toBe(15);
    expect(
      expectedDuration(
        Array.from({ length: 50 }, () => 10),
        6,
      ),
    ).toBeCloseTo(9.64, 2);
  });
});

/** Pseudo-random numbers in [0, 1) that are the same at every run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A morning of an office: people come at random and are served for very different times; at each arrival the estimate is asked, and
 * compared with when the person was called. Beside it what a sign at the door would say: people before you, times the average, by counters.
 */
function morning(seed: number): { estimated: number[]; naive: number[]; waited: number[] } {
  const random = seeded(seed);
  const exponential = (mean: number): number => -Math.log(1 - random()) * mean;
  const services = { quick: 4 * MINUTE, long: 15 * MINUTE };
  const took = (service: keyof typeof services): number =>
    // Twelve exponential parts: as spread out as times at a counter are (a standard deviation of 30 %, and a tail).
    Array.from({ length: 12 }, () => exponential(services[service] / 12)).reduce((sum, part) => sum + part, 0);
  const agents = ['a', 'b', 'c'].map((id) => ({
    id,
    until: 0,
    serviceIds: id === 'c' ? ['quick'] : ['quick', 'long'],
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
    now += exponential(2.2 * MINUTE);
    serveUntil(now);
    const serviceId = random() < 0.7 ? 'quick' : 'long';
    const ticket = {
      id: String(person),
      serviceId,
      agentId: null,
      at: now,
      told: now,
      naive: now + (line.length * 7 * MINUTE) / 3,
    };
    line.push(ticket);
    const counters = agents.map(({ id, serviceIds, until, busy }) => ({
      agentId: id,
      serviceIds,
      busyWith: until > now ? busy : null,
    }));
    ticket.told = expectedCalls({ now, waiting: line, counters, durationOf }).get(ticket.id) ?? NaN;
    serveUntil(now);
  }
  serveUntil(Infinity);
  return { estimated, naive, waited };
}

describe('the estimate, in twenty simulated mornings', () => {
  it('is wrong by less than a quarter of the wait on average, and by much less than people before you times the average', () => {
    const mornings = Array.from({ length: 20 }, (_, seed) => morning(seed + 1));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [error, sign, wait] = [
      mean(mornings.flatMap(({ estimated }) => estimated)),
      mean(mornings.flatMap(({ naive }) => naive)),
      mean(mornings.flatMap(({ waited }) => waited)),
    ];
    const shown = [error, sign, wait].map((ms) => (ms / MINUTE).toFixed(1));
    console.log(
      `mean error ${shown[0]} min (a sign at the door: ${shown[1]} min), mean wait ${shown[2]} min, ${mornings.length} mornings of 120`,
    );
    expect(error).toBeLessThan(0.25 * wait);
    expect(error).toBeLessThan(0.7 * sign);
  });
});
