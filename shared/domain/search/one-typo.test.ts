import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneTypo } from './one-typo.ts';

const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const word = fc.array(fc.constantFrom(...letters), { minLength: 5, maxLength: 17 }).map((all) => all.join(''));
const mistyped = (kept: string, at: number, letter: string, how: number): string =>
  [
    kept.slice(0, at) + letter + kept.slice(at + 1),
    kept.slice(0, at) + kept.slice(at + 1),
    kept.slice(0, at) + letter + kept.slice(at),
    at === 0 ? kept : kept.slice(0, at - 1) + (kept[at] ?? '') + (kept[at - 1] ?? '') + kept.slice(at + 1),
  ][how] ?? kept;
const like = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll('_', '.')}$`);

describe('one typing error', () => {
  it('is undone, wherever and whatever it is, by what an index finds', () => {
    const cases = fc.tuple(word, fc.nat(16), fc.constantFrom(...letters), fc.nat(3), fc.integer({ min: 2, max: 4 }));
    fc.assert(
      fc.property(cases, ([kept, place, letter, how, head]) => {
        const typed = mistyped(kept, place % kept.length, letter, how);
        for (const undone of [oneTypo(typed), oneTypo(typed, head)]) {
          const literal = undone.literals.includes(kept);
          const near = undone.patterns.some((pattern) => like(pattern).test(kept));
          const reached = kept.startsWith(undone.head) || kept.endsWith(undone.tail);
          expect(typed === kept || literal || (near && reached)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
  it('is one: two are not taken for it', () => {
    const { literals, patterns } = oneTypo('rakoto');
    for (const other of ['rikato', 'rakotoab', 'rako', 'karoto'])
      expect(literals.includes(other) || patterns.some((pattern) => like(pattern).test(other))).toBe(false);
  });
});
