import { SearchKind, type SearchAnswer, type SearchHit } from '#shared/contracts/register.ts';
import type { AppError } from '#shared/contracts/errors.ts';
import { toAppError } from '../api.ts';
import type { Live } from '$lib/live/context.ts';

/** How long no key is pressed before it is looked for, milliseconds: what is typed in one go is one search. */
const PAUSE_MS = 60;

export interface Search {
  /** What is typed; setting it looks for it. */
  query: string;
  readonly answer: SearchAnswer | null;
  readonly error: AppError | null;
  /** Looks for the same again: the line was away. */
  again(): void;
  clear(): void;
}

/** Looks for what is typed, as it is typed. An answer that comes after a later one is left. */
export function createSearch(live: Pick<Live, 'command'>): Search {
  let query = $state('');
  let answer = $state.raw<SearchAnswer | null>(null);
  let error = $state.raw<AppError | null>(null);
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    const mine = (asked += 1);
    try {
      const found = await live.command('search:find', { query });
      if (mine === asked) [answer, error] = [found, null];
    } catch (cause) {
      if (mine === asked) [answer, error] = [null, toAppError(cause)];
    }
  }
  function later(): void {
    clearTimeout(timer);
    if (query.trim().length < 2) {
      asked += 1;
      [answer, error] = [null, null];
    } else timer = setTimeout(() => void ask(), PAUSE_MS);
  }
  return {
    get query() {
      return query;
    },
    set query(typed) {
      query = typed;
      later();
    },
    get answer() {
      return answer;
    },
    get error() {
      return error;
    },
    again: later,
    clear() {
      query = '';
      later();
    },
  };
}

/** Hits by kind, in their order, each with its place in the whole list. */
export function groupsOf(hits: readonly SearchHit[]): { kind: SearchKind; hits: { hit: SearchHit; at: number }[] }[] {
  const placed = hits.map((hit, at) => ({ hit, at }));
  return SearchKind.options
    .map((kind) => ({ kind, hits: placed.filter(({ hit }) => hit.kind === kind) }))
    .filter((group) => group.hits.length > 0);
}
