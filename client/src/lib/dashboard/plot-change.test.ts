import fc from 'fast-check';
import { expect, it } from 'vitest';
import { looksOther } from './plot-change.ts';

const HEIGHT = 240;

it('draws what moves by a pixel, and nothing that moves by less', () => {
  const day = [[100_000_000, 200_000_000, null]];
  expect(looksOther(day, [[100_000_000, 200_000_000, null]], HEIGHT)).toBe(false);
  // A tax among two hundred million: a fifteenth of a pixel.
  expect(looksOther(day, [[100_062_500, 200_000_000, null]], HEIGHT)).toBe(false);
  expect(looksOther(day, [[101_000_000, 200_000_000, null]], HEIGHT)).toBe(true);
});

it('draws what begins or ends, however small, and what is below nothing', () => {
  expect(looksOther([[5, null]], [[5, 0]], HEIGHT)).toBe(true);
  expect(looksOther([[5, 0]], [[5, null]], HEIGHT)).toBe(true);
  expect(looksOther([[5]], [[5, 6]], HEIGHT)).toBe(true);
  expect(looksOther([[5]], [[5], [6]], HEIGHT)).toBe(true);
  expect(looksOther([[0, -50, 100]], [[0, -60, 100]], HEIGHT)).toBe(true);
  expect(looksOther([[0]], [[0]], HEIGHT)).toBe(false);
  expect(looksOther([[0]], [[1]], HEIGHT)).toBe(true);
});

it('never lets what is drawn be a pixel away from what is true, however it got there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9_000_000 }), { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 60_000 })), { maxLength: 200 }),
      (first, payments) => {
        let drawn = [first];
        let now = [first];
        for (const [place, amount] of payments) {
          now = [(now[0] ?? []).map((value, at) => (at === place ? value + amount : value))];
          if (looksOther(drawn, now, HEIGHT)) drawn = now;
          const heights = (of: number[][]): number[] =>
            (of[0] ?? []).map((value) => (value * HEIGHT) / Math.max(1, ...(of[0] ?? [])));
          const [a, b] = [heights(drawn), heights(now)];
          for (const [at, height] of a.entries()) expect(Math.abs(height - (b[at] ?? 0))).toBeLessThanOrEqual(1);
        }
      },
    ),
  );
});
