import { CollectionPage, type CollectionMovement, type CollectionTotals } from '#shared/contracts/collections.ts';
import type { AppError } from '#shared/contracts/errors.ts';
import { request, toAppError } from '$lib/api.ts';
import { dateOf } from './address.ts';

/** The movements of one filter, page by page. Of two answers the one that was asked for last counts. */
export interface Movements {
  readonly list: readonly CollectionMovement[];
  readonly totals: CollectionTotals | null;
  readonly asOf: Date | null;
  readonly more: boolean;
  readonly busy: boolean;
  readonly error: AppError | null;
  /** From the newest on, of the filter as it stands in an address. */
  read(query: string): Promise<void>;
  readMore(): Promise<void>;
}

export function createMovements(): Movements {
  let list = $state.raw<readonly CollectionMovement[]>([]);
  let first = $state.raw<CollectionPage | null>(null);
  let next = $state.raw<string | null>(null);
  let busy = $state(false);
  let error = $state.raw<AppError | null>(null);
  let query = '';
  let turn = 0;

  async function ask(before: string | null): Promise<CollectionPage | null> {
    const own = (turn += 1);
    busy = true;
    try {
      const from = before === null ? '' : `&before=${encodeURIComponent(before)}`;
      const page = CollectionPage.parse(await request('GET', `/api/collections?${query}${from}`, undefined, 'no-store'));
      if (own !== turn) return null;
      error = null;
      return page;
    } catch (thrown) {
      if (own === turn) error = toAppError(thrown);
      return null;
    } finally {
      if (own === turn) busy = false;
    }
  }
  return {
    get list() {
      return list;
    },
    get totals() {
      return first?.totals ?? null;
    },
    get asOf() {
      return dateOf(first?.asOf);
    },
    get more() {
      return next !== null;
    },
    get busy() {
      return busy;
    },
    get error() {
      return error;
    },
    async read(wanted) {
      query = wanted;
      const page = await ask(null);
      if (page) [first, list, next] = [page, page.movements, page.next];
    },
    async readMore() {
      if (busy || next === null) return;
      const page = await ask(next);
      if (page) [list, next] = [[...list, ...page.movements], page.next];
    },
  };
}
