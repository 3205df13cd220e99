import DataLoader from 'dataloader';
import type { Executor } from './executor.ts';

/** How long whose something is waits for others who ask, milliseconds: nobody sees it. */
export const OWNERS_WITHIN_MS = 5;

/** Questions in one statement at most: what their answers set going is done in one turn of the event loop, in which nobody else is served. */
const MOST = 100;

/**
 * A question about one thing, which is asked together with the same question about others that come within so many milliseconds: a
 * thousand people whose network is back are then a few statements. Nothing is kept: nobody gets what was read before they asked. For what
 * no policy looks at (`scope.ts`): the scope is that of whoever asked first.
 * @param ask answers in the order asked
 */
export function gathered<A, R>(
  ask: (executor: Executor, asked: readonly A[]) => Promise<readonly R[]>,
  withinMs: number,
): (executor: Executor, one: A) => Promise<R> {
  const loaders = new WeakMap<Executor, DataLoader<A, R>>();
  return (executor, one) => {
    let loader = loaders.get(executor);
    if (!loader) {
      loader = new DataLoader((asked: readonly A[]) => ask(executor, asked), {
        ...{ cache: false, maxBatchSize: MOST },
        batchScheduleFn: (begin) => setTimeout(begin, withinMs),
      });
      loaders.set(executor, loader);
    }
    return loader.load(one);
  };
}
