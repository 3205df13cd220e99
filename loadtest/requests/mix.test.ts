import { expect, it } from 'vitest';
import { isHeld, MIX, percentilesOf, type Answered } from './mix.ts';

const answers = (count: number, ms: (index: number) => number, ok: (index: number) => boolean = () => true): Answered[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'lookUp', ms: ms(index), ok: ok(index) }));
const round = { rate: 100, seconds: 10 };

it('the shares are all of it', () => {
  expect(Object.values(MIX).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
});

it('percentiles count the slow ones and the failed ones', () => {
  expect(
    percentilesOf(
      answers(
        1_000,
        (index) => index,
        (index) => index !== 5,
      ),
    ),
  ).toEqual({
    ...{ count: 1_000, failed: 1, p50: 500, p95: 950, p99: 990 },
  });
});

it.each([
  ['all is well', answers(1_000, () => 20), 10, true],
  ['six of a hundred are slow', answers(1_000, (index) => (index % 100 < 6 ? 150 : 20)), 10, false],
  [
    'two in a thousand fail',
    answers(
      1_000,
      () => 20,
      (index) => index > 1,
    ),
    10,
    false,
  ],
  ['some were never answered', answers(980, () => 20), 10, false],
  ['the generator could not keep up', answers(1_000, () => 20), 11, false],
])('a rate is held or not: %s', (_what, answered, sentSeconds, held) => {
  expect(isHeld(round, { answered, sentSeconds, seconds: 11 })).toBe(held);
});
