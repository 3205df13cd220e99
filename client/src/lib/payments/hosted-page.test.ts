import { afterEach, expect, it, vi } from 'vitest';
import { sendToPage, takeToPage } from './hosted-page.ts';

afterEach(() => vi.unstubAllGlobals());

it('who has just ordered is sent to the page once, for that payment only', () => {
  const stored = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
  expect(takeToPage('a')).toBe(false);
  sendToPage('a');
  expect([takeToPage('b'), takeToPage('a'), takeToPage('a')]).toEqual([false, true, false]);
});

it('without a store nobody is sent by himself', () => {
  vi.stubGlobal('sessionStorage', undefined);
  sendToPage('a');
  expect(takeToPage('a')).toBe(false);
});
