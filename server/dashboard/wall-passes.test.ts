import { expect, it } from 'vitest';
import { createWallPasses, WALL_DAYS } from './wall-passes.ts';

const OFFICE = 'office-7c9d1c2e-0000-4000-8000-000000000001' as const;
const walls = createWallPasses('a secret of the tests that is long enough');

it('lets a screen watch the one scope that it was set up for, until the last day', () => {
  const { pass, until } = walls.issue(OFFICE, '2026-11-23');
  expect([until, WALL_DAYS]).toEqual(['2027-02-21', 90]);
  expect(walls.isOf(pass, OFFICE, '2026-11-23')).toBe(true);
  expect(walls.isOf(pass, OFFICE, until)).toBe(true);
  expect(walls.isOf(pass, OFFICE, '2027-02-22')).toBe(false);
  expect(walls.isOf(pass, 'national', '2026-11-23')).toBe(false);
});

it('takes none that it did not give', () => {
  const { pass } = walls.issue('national', '2026-11-23');
  const longer = pass.replace('2027-02-21', '2099-12-31');
  for (const wrong of ['', '.', 'x', '9999-12-31', longer, `${pass}x`, pass.slice(0, -1)])
    expect(walls.isOf(wrong, 'national', '2026-11-23')).toBe(false);
  expect(createWallPasses('another secret that is long enough too').isOf(pass, 'national', '2026-11-23')).toBe(false);
});
