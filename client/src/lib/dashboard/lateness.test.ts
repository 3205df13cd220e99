import { expect, it } from 'vitest';
import { createLateness } from './lateness.ts';

it('tells by how much a state came later than the fastest, whatever the clock shows', () => {
  for (const clock of [0, -3_600_000, 86_400_000]) {
    const late = createLateness();
    expect(late(clock + 1_040, 1_000)).toBe(0);
    expect(late(clock + 1_290, 1_250)).toBe(0);
    // The line is slow for a while.
    expect(late(clock + 9_540, 1_500)).toBe(8_000);
    expect(late(clock + 9_545, 9_500)).toBe(5);
  }
});

it('finds out that what it took for fast was slow', () => {
  const late = createLateness();
  expect(late(7_000, 1_000)).toBe(0);
  expect(late(8_020, 8_000)).toBe(0);
  expect(late(14_020, 8_250)).toBe(5_750);
});
