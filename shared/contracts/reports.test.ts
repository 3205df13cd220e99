import { expect, it } from 'vitest';
import { RequestReport } from './reports.ts';

const wanted = { idempotencyKey: '7c9d1c2e-0000-4000-8000-000000000001', scope: 'national', content: 'summary', format: 'pdf' };
const accepts = (change: object): boolean => RequestReport.safeParse({ ...wanted, ...change }).success;

it('begins on the first day of its period', () => {
  expect(accepts({ period: 'day', from: '2026-11-15' })).toBe(true);
  expect(accepts({ period: 'month', from: '2026-11-01' })).toBe(true);
  expect(accepts({ period: 'month', from: '2026-11-15' })).toBe(false);
  expect(accepts({ period: 'year', from: '2026-11-01' })).toBe(false);
});

it('is of no day on which nothing can have been booked: its job would fail each time', () => {
  for (const from of ['0001-01-01', '1999-12-31', '2200-01-01', '2026-02-30'])
    expect(accepts({ period: 'day', from })).toBe(false);
  expect(accepts({ period: 'day', from: '2000-01-01' })).toBe(true);
});

it('is no PDF of every movement', () => {
  const of = { period: 'day', from: '2026-11-15', content: 'movements' };
  expect([accepts({ ...of, format: 'pdf' }), accepts({ ...of, format: 'csv' })]).toEqual([false, true]);
});
