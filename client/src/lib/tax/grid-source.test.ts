import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '#shared/contracts/errors.ts';
import type { GridInForce } from '#shared/contracts/tax.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import { gridInForce } from './grid-source.ts';

const grid: GridInForce = { grid: FIRST_GRIDS.MG, today: '2026-02-10', fiscalYear: 2026 };
const away = () => Promise.reject(new AppError('UNAVAILABLE'));

let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('is the server’s, and without a network the last one received, which says so', async () => {
  expect(await gridInForce(() => Promise.resolve(grid))).toEqual({ grid, kept: false });
  expect(await gridInForce(away)).toEqual({ grid, kept: true });
});

it('is nobody’s guess: neither what another kept under its name nor an answer that is none', async () => {
  await expect(gridInForce(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  stored.set('vignette-grid', '{"grid":{"country":"MG"}}');
  await expect(gridInForce(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(gridInForce(() => Promise.resolve({ sign: 'in to the hotel' }))).rejects.toThrow();
});

it('works in a browser that keeps nothing', async () => {
  vi.stubGlobal('localStorage', undefined);
  expect(await gridInForce(() => Promise.resolve(grid))).toEqual({ grid, kept: false });
  await expect(gridInForce(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
