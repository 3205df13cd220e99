import { expect, it } from 'vitest';
import { DASHBOARD_KEYS, dashboardKey } from './keys.ts';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  dashboardKey({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null, ...more });

it('knows each key, in small letters and capitals', () => {
  for (const [key, does] of DASHBOARD_KEYS) expect([press(key), press(key.toUpperCase())]).toEqual([does, does]);
  expect(new Set(DASHBOARD_KEYS.map(([, does]) => does)).size).toBe(DASHBOARD_KEYS.length);
});

it('leaves the browser its own, and what means nothing', () => {
  expect([press('p', { ctrlKey: true }), press('p', { metaKey: true }), press('p', { repeat: true }), press('q')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
