import { describe, expect, it } from 'vitest';
import { followMovement, SILENCE_MS, silenceOf } from './silence.ts';

const at = '2026-05-04T10:00:00.000Z';
const asOf = (seconds: number): Date => new Date(Date.parse(at) + seconds * 1_000);

describe('the silence of a reading', () => {
  it('is not told before five seconds', () => {
    const movement = followMovement(null, { attempt: 1, counter: 4, at }, asOf(0), 1_000);
    expect(silenceOf(movement, 1_000 + SILENCE_MS - 1)).toBeNull();
    expect(silenceOf(movement, 1_000 + SILENCE_MS)).toBe(SILENCE_MS);
  });

  it('goes on when the same progress is seen again', () => {
    const first = followMovement(null, { attempt: 1, counter: 4, at }, asOf(0), 1_000);
    const second = followMovement(first, { attempt: 1, counter: 4, at }, asOf(7), 8_000);
    expect(silenceOf(second, 9_000)).toBe(8_000);
  });

  it('ends when the counter or the attempt moves', () => {
    const first = followMovement(null, { attempt: 1, counter: 4, at }, asOf(0), 1_000);
    expect(silenceOf(followMovement(first, { attempt: 1, counter: 5, at }, asOf(0), 20_000), 21_000)).toBeNull();
    expect(silenceOf(followMovement(first, { attempt: 2, counter: 4, at }, asOf(0), 20_000), 21_000)).toBeNull();
  });

  it('is told in full after a reload, whatever this device thinks the time is', () => {
    const movement = followMovement(null, { attempt: 1, counter: 4, at }, asOf(30), 50);
    expect(silenceOf(movement, 50)).toBe(30_000);
  });

  it('is nothing before a first sign of life', () => {
    expect(silenceOf(null, 1e9)).toBeNull();
  });
});
