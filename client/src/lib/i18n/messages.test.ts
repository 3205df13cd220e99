import { describe, expect, it } from 'vitest';
import { ERROR_STATUS } from '#shared/contracts/errors.ts';
import { catalogues } from './catalogues.ts';

type Entry = [path: string, text: string];

/** Every text with its path; functions are called with values that show up in the result. */
function entries(value: unknown, path = ''): Entry[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String((value as (...args: unknown[]) => unknown)('⟨a⟩', '⟨b⟩', '⟨c⟩'))]];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, one]) => entries(one, path ? `${path}.${key}` : key));
}
const of = { fr: entries(catalogues.fr), en: entries(catalogues.en) };
/** A hint that says nothing is left out of the page. */
const mayBeEmpty = (path: string): boolean => path.startsWith('documents.fields.hint.');

describe.each(['fr', 'en'] as const)('the texts in %s', (locale) => {
  it('are all there', () => {
    const other = of[locale === 'fr' ? 'en' : 'fr'].map(([path]) => path);
    expect(of[locale].map(([path]) => path).sort()).toEqual(other.sort());
    expect(of[locale].filter(([path, text]) => text.trim() === '' && !mayBeEmpty(path))).toEqual([]);
  });

  it('have a sentence for every error', () => {
    expect(Object.keys(catalogues[locale].errors).sort()).toEqual(Object.keys(ERROR_STATUS).sort());
    for (const [path, text] of of[locale].filter(([one]) => one.startsWith('errors.'))) expect(text, path).toMatch(/[.!?]$/);
  });

  it('use typographic apostrophes and quotes', () => {
    expect(of[locale].filter(([, text]) => /['"]/.test(text))).toEqual([]);
  });

  it('say what they are given', () => {
    const { documents } = catalogues[locale];
    expect(documents.add.lighter('4.1', '620')).toMatch(/4\.1.*620/);
    expect(documents.reading.pageOf('R', 1, 2)).toMatch(/R.*1.*2/);
    expect(documents.reading.pageOf('R', 1, 1)).toBe('R');
    expect(documents.reading.toCheck(1)).not.toBe(documents.reading.toCheck(2));
    expect(documents.reading.missing(2)).toContain('2');
  });
});

it('French keeps its punctuation on the line', () => {
  expect(of.fr.filter(([, text]) => / [;:!?»]|« /.test(text))).toEqual([]);
});

it('a wait is told in words', () => {
  const limited = catalogues.fr.errors.RATE_LIMITED;
  expect(typeof limited === 'function' && limited({ retryAfterSeconds: 30 })).toContain('30 secondes');
  expect(typeof limited === 'function' && limited({ retryAfterSeconds: 600 })).toContain('10 minutes');
});
