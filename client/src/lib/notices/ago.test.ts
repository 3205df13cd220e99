import { expect, it } from 'vitest';
import { ago } from './ago.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const since = (at: string, tag = 'fr-MG') => ago(at, now, tag);

it('says how long ago, in the largest unit that fits', () => {
  expect(since('2026-11-22T11:55:00Z')).toBe('il y a 5 minutes');
  expect(since('2026-11-22T09:59:00Z')).toBe('il y a 2 heures');
  expect(since('2026-11-21T11:00:00Z')).toBe('hier');
  expect(since('2026-11-21T11:00:00Z', 'en-MG')).toBe('yesterday');
  expect(since('2024-11-01T11:00:00Z')).toBe('il y a 2 ans');
});

it('has no words for what is just now, or in the future of a clock that is behind', () => {
  expect(since('2026-11-22T11:59:01Z')).toBeNull();
  expect(since('2026-11-22T13:00:00Z')).toBeNull();
});
