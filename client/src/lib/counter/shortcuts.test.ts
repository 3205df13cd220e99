import { describe, expect, it } from 'vitest';
import { ACTIONS_OF, KEYS, actionOf, keyOf } from './shortcuts.ts';

const press = (key: string, more = {}): Parameters<typeof actionOf>[0] => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null },
  ...more,
});

describe('a key at the counter', () => {
  it('means one thing, in either case, and nothing with a modifier or held down', () => {
    expect([actionOf(press('s')), actionOf(press('S')), actionOf(press('?'))]).toEqual(['next', 'next', null]);
    expect(actionOf(press('s', { ctrlKey: true }))).toBeNull();
    expect(actionOf(press('s', { repeat: true }))).toBeNull();
  });
  it('is there for everything that can be done with a ticket', () => {
    for (const action of Object.values(ACTIONS_OF).flat()) expect(keyOf(action)).not.toBe('');
    expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
  });
});
