import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '#shared/contracts/errors.ts';
import type { SearchAnswer } from '#shared/contracts/register.ts';
import type { Live } from '../live/context.ts';
import { createSearch, groupsOf } from './search.svelte.ts';

const answerOf = (matched: string): SearchAnswer => ({
  hits: [{ kind: 'plate', fit: 'exact', matched, vehicle: null }],
  more: false,
  incomplete: false,
});

interface Settled {
  resolve(answer: SearchAnswer): void;
  reject(error: unknown): void;
}

/** A line whose answers come when the test says so. */
function line(): { live: Pick<Live, 'command'>; asked: string[]; answer(query: string): void; refuse(query: string): void } {
  const waiting = new Map<string, Settled>();
  const asked: string[] = [];
  const command = (_name: string, { query }: { query: string }): Promise<SearchAnswer> => {
    asked.push(query);
    return new Promise<SearchAnswer>((resolve, reject) => waiting.set(query, { resolve, reject }));
  };
  return {
    live: { command: command as Live['command'] },
    asked,
    answer: (query) => waiting.get(query)?.resolve(answerOf(query)),
    refuse: (query) => waiting.get(query)?.reject(new AppError('UNAVAILABLE')),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what is typed', () => {
  it('in one go is one search, and one letter none', async () => {
    const { live, asked } = line();
    const search = createSearch(live);
    for (const typed of ['1', '12', '123', '1234']) search.query = typed;
    await vi.runAllTimersAsync();
    search.query = '1';
    await vi.runAllTimersAsync();
    expect(asked).toEqual(['1234']);
    expect(search.answer).toBeNull();
  });

  it('last is what is shown, in whatever order the answers come', async () => {
    const { live, answer } = line();
    const search = createSearch(live);
    for (const typed of ['rako', 'rakoto']) {
      search.query = typed;
      await vi.runAllTimersAsync();
    }
    answer('rakoto');
    await vi.runAllTimersAsync();
    answer('rako');
    await vi.runAllTimersAsync();
    expect(search.answer?.hits[0]?.matched).toBe('rakoto');
  });

  it('is looked for again when the line is back', async () => {
    const { live, asked, answer, refuse } = line();
    const search = createSearch(live);
    search.query = 'rabe';
    await vi.runAllTimersAsync();
    refuse('rabe');
    await vi.runAllTimersAsync();
    expect([search.error?.code, search.query]).toEqual(['UNAVAILABLE', 'rabe']);
    search.again();
    await vi.runAllTimersAsync();
    answer('rabe');
    await vi.runAllTimersAsync();
    expect([asked.length, search.error, search.answer?.hits.length]).toEqual([2, null, 1]);
  });

  it('when it is cleared, an answer that comes later shows nothing', async () => {
    const { live, answer } = line();
    const search = createSearch(live);
    search.query = 'rabe';
    await vi.runAllTimersAsync();
    search.clear();
    answer('rabe');
    await vi.runAllTimersAsync();
    expect([search.query, search.answer]).toEqual(['', null]);
  });
});

it('hits are grouped by kind and keep their place in the list', () => {
  const hit = (kind: 'plate' | 'name', matched: string) => ({ kind, fit: 'exact' as const, matched, vehicle: null });
  const groups = groupsOf([hit('plate', 'a'), hit('name', 'b'), hit('name', 'c')]);
  expect(groups.map(({ kind, hits }) => [kind, hits.map(({ at }) => at)])).toEqual([
    ['plate', [0]],
    ['name', [1, 2]],
  ]);
});
