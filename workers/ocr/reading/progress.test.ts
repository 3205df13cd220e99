import { describe, expect, it } from 'vitest';
import { createProgressTracker, shareOf } from './progress.ts';
import type { ProgressUpdate } from './reading.ts';

describe('progress', () => {
  it('goes from 0 to all over two pages without going back', () => {
    const seen: ProgressUpdate[] = [];
    const tracker = createProgressTracker(['recto', 'verso'], (update) => seen.push(update));
    for (const page of [0, 1]) tracker.begin('gate', page);
    for (const page of [0, 1])
      for (const step of ['find_paper', 'straighten', 'orient', 'first_pass'] as const) tracker.begin(step, page);
    tracker.advance(0.5);
    tracker.begin('second_pass', 0);
    tracker.begin('cross_check', 1);
    const shares = seen.map((u) => u.share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBeCloseTo(0.98);
  });

  it('shows no share of a step that has no measure, and never less of one that has', () => {
    const seen: ProgressUpdate[] = [];
    const tracker = createProgressTracker(['recto'], (update) => seen.push(update));
    tracker.begin('orient', 0);
    tracker.begin('first_pass', 0);
    tracker.advance(0.4);
    tracker.advance(0.3);
    expect(seen.map((u) => u.stepShare)).toEqual([null, null, 0.4, 0.4]);
  });

  it('ends a page at the beginning of the next', () =>
    expect(shareOf('first_pass', 0, 1, 2)).toBeCloseTo(shareOf('find_paper', 1, 0, 2)));
});
