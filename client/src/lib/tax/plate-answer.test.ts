import { expect, it } from 'vitest';
import { AppError, type ErrorCode } from '#shared/contracts/errors.ts';
import type { PlateLookup } from '#shared/contracts/tax.ts';
import { lookUpPlate } from './plate-answer.ts';

const refused = (code: ErrorCode, details?: Record<string, string | number>) => () => Promise.reject(new AppError(code, details));

it('asks for the plate however it was typed', async () => {
  const asked: string[] = [];
  const ask = (path: string): Promise<PlateLookup> => {
    asked.push(path);
    return Promise.reject(new AppError('NOT_FOUND'));
  };
  for (const typed of ['1234 tab', '1234-TAB', ' 1234TAB ']) await lookUpPlate(typed, ask);
  expect(asked).toEqual(Array.from({ length: 3 }, () => '/api/plates/1234TAB'));
});

it('tells apart why there is no answer', async () => {
  expect(await lookUpPlate('1234TAB', refused('NOT_FOUND', { what: 'plate' }))).toEqual({ kind: 'unknown', plate: '1234TAB' });
  expect(await lookUpPlate('BE8762RB', refused('NOT_FOUND', { country: 'BJ' }))).toMatchObject({
    kind: 'foreign',
    country: 'BJ',
  });
  expect(await lookUpPlate('X', refused('PLATE_INVALID'))).toEqual({ kind: 'invalid', plate: 'X' });
  expect(await lookUpPlate('1', refused('UNAVAILABLE'))).toEqual({ kind: 'away' });
  expect(await lookUpPlate('1', refused('INTERNAL'))).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL' } });
});

it('says when the next look-up is taken', async () => {
  const now = new Date('2026-02-10T08:00:00Z');
  const answer = await lookUpPlate('1234TAB', refused('RATE_LIMITED', { retryAfterSeconds: 1_800 }), now);
  expect(answer).toEqual({ kind: 'limited', until: new Date('2026-02-10T08:30:00Z') });
});

it('asks nobody about what holds neither letter nor figure', async () => {
  expect(await lookUpPlate(' - ', refused('INTERNAL'))).toEqual({ kind: 'invalid', plate: ' - ' });
});
