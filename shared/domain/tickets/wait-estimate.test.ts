import { describe, expect, it } from 'vitest';
import { morning } from './testing/waiting-morning.ts';
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
