import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HOLD_MS,
  MIN_CALLS,
  MIN_ORDERS,
  nextChannelState,
  paidShare,
  verdictOf,
  type ChannelEvidence,
  type ChannelState,
} from './channel-status.ts';

const LOOK_MS = 10_000;
const evidence: fc.Arbitrary<ChannelEvidence> = fc.record({
  on: fc.constant(true),
  calls: fc.record({ answered: fc.nat(20), failed: fc.nat(20), meanMs: fc.nat(9_000) }),
  confirmation: fc.option(fc.record({ seconds: fc.nat(400), of: fc.integer({ min: 1, max: 30 }) })),
});
const calls = (answered: number, failed: number, meanMs = 100): ChannelEvidence => ({
  ...{ on: true, calls: { answered, failed, meanMs }, confirmation: null },
});
/** What is told after each look. */
function told(looks: readonly ChannelEvidence[]): ChannelState[] {
  let state: ChannelState | null = null;
  return looks.map((look, at) => (state = nextChannelState(state, look, at * LOOK_MS)));
}
const rank = { off: 3, failing: 2, slow: 1, working: 0 };

describe('what is told of a way to pay', () => {
  it('worsens at once, and betters only after it held', () =>
    fc.assert(
      fc.property(fc.array(evidence, { minLength: 2, maxLength: 60 }), (looks) => {
        const states = told(looks);
        states.forEach((state, at) => {
          const look = looks[at];
          const before = states[at - 1];
          const verdict = look ? verdictOf(look) : null;
          if (verdict !== null) expect(rank[state.status]).toBeGreaterThanOrEqual(rank[verdict]);
          if (before && rank[state.status] < rank[before.status]) {
            const held = looks.slice(at - HOLD_MS / LOOK_MS, at + 1).map(verdictOf);
            for (const one of held) if (one !== null) expect(rank[one]).toBeLessThan(rank[before.status]);
          }
        });
      }),
    ));

  it('changes for the better at most once in the time that it must hold', () =>
    fc.assert(
      fc.property(fc.array(evidence, { minLength: 2, maxLength: 80 }), (looks) => {
        const states = told(looks);
        const better = states.flatMap((state, at) => {
          const before = states[at - 1];
          return before && rank[state.status] < rank[before.status] ? [at * LOOK_MS] : [];
        });
        better.forEach((at, index) => {
          const last = better[index - 1];
          if (last !== undefined) expect(at - last).toBeGreaterThanOrEqual(HOLD_MS);
        });
      }),
    ));

  it('says nothing of too few calls, and keeps what it said', () =>
    fc.assert(
      fc.property(fc.nat(MIN_CALLS - 1), (failed) => {
        expect(verdictOf(calls(0, failed))).toBeNull();
        const failing = nextChannelState(null, calls(0, 9), 0);
        expect(nextChannelState(failing, calls(0, failed), 600_000)).toEqual(failing);
      }),
    ));

  it('more failed calls never make a better verdict', () =>
    fc.assert(
      fc.property(evidence, fc.nat(20), (look, more) => {
        const worse = { ...look, calls: { ...look.calls, failed: look.calls.failed + more } };
        const [a, b] = [verdictOf(look), verdictOf(worse)];
        if (a !== null && b !== null) expect(rank[b]).toBeGreaterThanOrEqual(rank[a]);
      }),
    ));

  it('an outage of two minutes is told while it lasts, and ends by itself', () => {
    const looks = [...Array<number>(3).fill(0), ...Array<number>(12).fill(1), ...Array<number>(6).fill(0)];
    const states = told(looks.map((down) => (down ? calls(0, 6) : calls(6, 0)))).map(({ status }) => status);
    expect(states.slice(0, 3)).toEqual(['working', 'working', 'working']);
    expect(new Set(states.slice(3, 18))).toEqual(new Set(['failing']));
    expect(states.slice(18)).toEqual(['working', 'working', 'working']);
  });

  it('keys that come or go are told at once', () => {
    const off = { ...calls(9, 0), on: false };
    expect(told([calls(9, 0), off, calls(0, 0), calls(9, 0)]).map(({ status }) => status)).toEqual([
      'working',
      'off',
      'working',
      'working',
    ]);
  });

  it('slow is: some calls lost, long answers, or payers who wait', () => {
    const waits = { ...calls(9, 0), confirmation: { seconds: 200, of: MIN_ORDERS } };
    expect([calls(8, 2), calls(9, 0, 5_000), waits].map(verdictOf)).toEqual(['slow', 'slow', 'slow']);
    expect(verdictOf({ ...waits, confirmation: { seconds: 200, of: MIN_ORDERS - 1 } })).toBe('working');
  });

  it('a share needs enough orders, and lies between 0 and 100', () =>
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (paid, not) => {
        const share = paidShare(paid, paid + not);
        // Nothing is returned: fast-check takes what is neither true nor undefined, an assertion too, for a failure.
        if (paid + not < MIN_ORDERS) {
          expect(share).toBeNull();
        } else {
          expect(share?.of).toBe(paid + not);
          expect(share?.percent).toBeGreaterThanOrEqual(0);
          expect(share?.percent).toBeLessThanOrEqual(100);
        }
      }),
    ));
});
