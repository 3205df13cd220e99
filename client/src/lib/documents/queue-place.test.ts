import { expect, it } from 'vitest';
import { queuePlace } from './queue-place.ts';

const queue = { waiting: [11, 12, 15, 16], waitingCount: 4, reading: 2, averageMs: 8_000 };

it('counts the places and the rounds of reading until then', () => {
  expect(queuePlace(queue, 11)).toEqual({ kind: 'place', place: 1, waitMs: 8_000 });
  expect(queuePlace(queue, 15)).toEqual({ kind: 'place', place: 3, waitMs: 16_000 });
});

it('promises no time before a first reading was measured, nor divides by no reader', () => {
  expect(queuePlace({ ...queue, averageMs: null }, 12)).toEqual({ kind: 'place', place: 2, waitMs: null });
  expect(queuePlace({ ...queue, reading: 0 }, 12)).toEqual({ kind: 'place', place: 2, waitMs: 16_000 });
});

it('knows what it does not know', () => {
  expect(queuePlace(queue, 99)).toEqual({ kind: 'unknown' });
  expect(queuePlace({ ...queue, waitingCount: 900 }, 99)).toEqual({ kind: 'far', ahead: 4 });
});
