import { describe, expect, it } from 'vitest';
import { isWorthIt, LONG_SIDE, planShrink, SMALL_ENOUGH_BYTES } from './shrink-plan.ts';

describe('planShrink', () => {
  it('sends a small photograph as it is', () => {
    expect(planShrink({ bytes: 400_000, type: 'image/jpeg', width: 1600, height: 1200 })).toEqual({ send: 'original' });
    expect(planShrink({ bytes: SMALL_ENOUGH_BYTES, type: 'image/webp', width: LONG_SIDE, height: 10 })).toEqual({
      send: 'original',
    });
  });

  it('brings the long side down and keeps the shape', () => {
    expect(planShrink({ bytes: 4_100_000, type: 'image/jpeg', width: 4000, height: 3000 })).toEqual({
      send: 'smaller',
      width: 2400,
      height: 1800,
    });
    expect(planShrink({ bytes: 4_100_000, type: 'image/jpeg', width: 3000, height: 4000 })).toEqual({
      send: 'smaller',
      width: 1800,
      height: 2400,
    });
  });

  it('never enlarges', () => {
    expect(planShrink({ bytes: 5_000_000, type: 'image/png', width: 1500, height: 900 })).toEqual({
      send: 'smaller',
      width: 1500,
      height: 900,
    });
  });

  it('makes a JPEG of what the server would not take', () => {
    expect(planShrink({ bytes: 100_000, type: 'image/heic', width: 800, height: 600 }).send).toBe('smaller');
  });

  it('keeps a side of one pixel at least', () => {
    expect(planShrink({ bytes: 9e6, type: 'image/png', width: 30_000, height: 2 })).toEqual({
      send: 'smaller',
      width: 2400,
      height: 1,
    });
  });
});

describe('isWorthIt', () => {
  it('not when it came out heavier, unless the original would be refused', () => {
    expect(isWorthIt({ bytes: 1_000_000, type: 'image/jpeg' }, 900_000)).toBe(true);
    expect(isWorthIt({ bytes: 1_000_000, type: 'image/jpeg' }, 1_200_000)).toBe(false);
    expect(isWorthIt({ bytes: 1_000_000, type: 'image/heic' }, 1_200_000)).toBe(true);
    expect(isWorthIt({ bytes: 13_000_000, type: 'image/jpeg' }, 13_500_000)).toBe(true);
  });
});
