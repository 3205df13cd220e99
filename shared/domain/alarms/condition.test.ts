import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Level } from '#shared/contracts/alarm-metrics.ts';
import {
  GAP_MS,
  isPast,
  nextCondition,
  phaseOf,
  QUIET,
  type Condition,
  type Measure,
  type Terms,
  type Turn,
} from './condition.ts';

const TERMS: Terms = { comparison: 'above', warnAt: 100, alarmAt: 500, holdMs: 20_000, clearMs: 30_000 };
/** What a list of measures makes: the turns with their instants, and the last condition. */
function run(measures: readonly Measure[], terms: Terms = TERMS, from: Condition = QUIET) {
  const turns: { at: number; turn: Turn }[] = [];
  let condition = from;
  for (const measure of measures) {
    const next = nextCondition(condition, measure, terms);
    condition = next.condition;
    if (next.turn) turns.push({ at: measure.at, turn: next.turn });
  }
  return { turns, condition };
}
/** A value every five seconds. */
const every5 = (values: readonly (number | null)[], from = 0): Measure[] =>
  values.map((value, index) => ({ at: from + index * 5_000, value }));

describe('an alarm', () => {
  it('opens when the value was past for long enough, and not before', () => {
    const { turns, condition } = run(every5([50, 150, 150, 150, 150, 150]));
    expect(turns).toEqual([{ at: 25_000, turn: 'opened' }]);
    expect(condition.open).toEqual({ level: 'warning', since: 5_000, openedAt: 25_000, peak: 150, betterSince: null });
    expect(phaseOf(run(every5([150, 150])).condition)).toBe('pending');
  });

  it('opens at once when nothing has to last', () => {
    expect(run([{ at: 0, value: 101 }], { ...TERMS, holdMs: 0 }).turns).toEqual([{ at: 0, turn: 'opened' }]);
    expect(run([{ at: 0, value: 100 }], { ...TERMS, holdMs: 0 }).turns).toEqual([]);
  });

  it('does not open when the value was well for a moment between', () => {
    expect(run(every5([150, 150, 150, 99, 150, 150, 150, 150])).turns).toEqual([]);
  });

  it('gets worse once, and is not told of again when it swings between its two heights', () => {
    const high = [600, 600, 600, 600, 600];
    const { turns, condition } = run(every5([150, 150, 150, 150, 150, ...high, 150, 150, ...high, ...high]));
    expect(turns.map(({ turn }) => turn)).toEqual(['opened', 'escalated']);
    expect(condition.open).toMatchObject({ level: 'alarm', peak: 600 });
  });

  it('closes by itself when it was well for long enough; a swing about the threshold opens one alarm', () => {
    const swing = Array.from({ length: 20 }, (_, index) => (index % 2 ? 99 : 101));
    const well = Array.from({ length: 8 }, () => 10);
    const { turns, condition } = run(every5([150, 150, 150, 150, 150, ...swing, ...well]));
    expect(turns.map(({ turn }) => turn)).toEqual(['opened', 'closed']);
    expect(phaseOf(condition)).toBe('ok');
  });

  it('neither opens nor closes by a gap in measuring', () => {
    const open = run(every5([150, 150, 150, 150, 150])).condition;
    // Nobody knows: it lasts.
    expect(run(every5([null, null, null, null], 25_000), TERMS, open)).toEqual({ turns: [], condition: open });
    // Well before the gap and well after it is not well during it.
    const gap = run(
      [
        { at: 25_000, value: 10 },
        { at: 25_000 + 3_600_000, value: 10 },
      ],
      TERMS,
      open,
    );
    expect(gap.turns).toEqual([]);
    expect(gap.condition.open?.betterSince).toBe(25_000 + 3_600_000);
    // The same for what was about to open.
    expect(
      run([
        { at: 0, value: 150 },
        { at: 3_600_000, value: 150 },
      ]).turns,
    ).toEqual([]);
  });

  it('takes a value of "below" the other way round', () => {
    const terms: Terms = { comparison: 'below', warnAt: 60, alarmAt: null, holdMs: 0, clearMs: 0 };
    const { turns, condition } = run(every5([80, 50, 40, 55]), terms);
    expect(turns).toEqual([{ at: 5_000, turn: 'opened' }]);
    expect(condition.open?.peak).toBe(40);
    expect(run(every5([61], 20_000), terms, condition).turns).toEqual([{ at: 20_000, turn: 'closed' }]);
  });

  it('with an alarm alone has no warning', () => {
    const terms = { ...TERMS, warnAt: null, holdMs: 0 };
    expect(run(every5([150, 499]), terms).turns).toEqual([]);
    expect(run(every5([501]), terms).condition.open?.level).toBe('alarm');
  });
});

const terms: fc.Arbitrary<Terms> = fc.record({
  comparison: fc.constant('above' as const),
  warnAt: fc.constantFrom(3, null),
  alarmAt: fc.constant(6),
  holdMs: fc.constantFrom(0, 5_000, 20_000, 60_000),
  clearMs: fc.constantFrom(0, 5_000, 30_000, 60_000),
});
const history: fc.Arbitrary<Measure[]> = fc
  .array(
    fc.record({
      after: fc.oneof(
        { weight: 8, arbitrary: fc.constant(5_000) },
        { weight: 1, arbitrary: fc.constantFrom(1, 29_999, 30_000, 30_001, 400_000) },
      ),
      value: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }) }, { weight: 1, arbitrary: fc.constant(null) }),
      // Values come in stretches, or nothing would ever last.
      times: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((stretches) => {
    let at = 0;
    return stretches.flatMap(({ after, value, times }) =>
      Array.from({ length: times }, (_, index) => ({ at: (at += index === 0 ? after : 5_000), value })),
    );
  });

/** Says by looking back over all measures, and not by a state, whether the last stretch that is `so` has lasted. */
function lasted(past: readonly Measure[], so: (value: number) => boolean, ms: number): boolean {
  const known = past.filter((one): one is { at: number; value: number } => one.value !== null);
  const last = known.at(-1);
  if (!last || !so(last.value)) return false;
  let begins = last.at;
  for (let index = known.length - 2; index >= 0; index -= 1) {
    const one = known[index];
    if (!one || !so(one.value) || begins - one.at > GAP_MS) break;
    begins = one.at;
  }
  return last.at - begins >= ms;
}

describe('whatever is measured', () => {
  it('an alarm opens, gets worse and closes exactly when looking back over all measures says so, and tells each once', () => {
    fc.assert(
      fc.property(terms, history, (rule, measures) => {
        let condition = QUIET;
        let open: Level | null = null;
        measures.forEach((measure, index) => {
          const { condition: next, turn } = nextCondition(condition, measure, rule);
          condition = next;
          const before = measures.slice(0, index + 1);
          const reaches = (threshold: number | null): boolean =>
            threshold !== null && lasted(before, (value) => isPast(value, threshold, 'above'), rule.holdMs);
          const past = (value: number): boolean => isPast(value, rule.warnAt ?? rule.alarmAt, 'above');
          let expected: Turn | null = null;
          if (measure.value !== null) {
            const reached: Level | null = reaches(rule.alarmAt) ? 'alarm' : reaches(rule.warnAt) ? 'warning' : null;
            if (open === null && reached) [expected, open] = ['opened', reached];
            else if (open !== null && lasted(before, (value) => !past(value), rule.clearMs)) [expected, open] = ['closed', null];
            else if (open === 'warning' && reached === 'alarm') [expected, open] = ['escalated', 'alarm'];
          }
          expect(turn).toBe(expected);
          expect(condition.open?.level ?? null).toBe(open);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('a measure that comes twice, or late, changes nothing', () => {
    fc.assert(
      fc.property(terms, history, (rule, measures) => {
        let condition = QUIET;
        for (const measure of measures) {
          condition = nextCondition(condition, measure, rule).condition;
          const late = { at: (condition.lastAt ?? 0) - 1, value: 9 };
          expect(nextCondition(condition, { ...measure, at: condition.lastAt ?? measure.at }, rule)).toEqual(
            condition.lastAt === null ? expect.anything() : { condition, turn: null },
          );
          if (condition.lastAt !== null) expect(nextCondition(condition, late, rule)).toEqual({ condition, turn: null });
        }
      }),
    );
  });

  it('the peak is the worst value since it opened', () => {
    fc.assert(
      fc.property(terms, history, (rule, measures) => {
        let condition = QUIET;
        let worst = -Infinity;
        for (const measure of measures) {
          const { condition: next, turn } = nextCondition(condition, measure, rule);
          condition = next;
          if (measure.value !== null) worst = turn === 'opened' ? measure.value : Math.max(worst, measure.value);
          if (condition.open) expect(condition.open.peak).toBe(worst);
        }
      }),
    );
  });
});
