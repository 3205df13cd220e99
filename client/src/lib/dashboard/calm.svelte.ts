import { onDestroy, untrack } from 'svelte';

/**
 * Follows a value at most once in `everyMs`, always to the newest, in a task of its own. For what is heavy to show and that nobody reads four
 * times a second, as rows that change places: the figures above it do not wait for it. To be called while a component initialises.
 */
export function useCalm<T>(of: () => T, everyMs: number): { readonly value: T } {
  let value = $state.raw(untrack(of));
  let newest = value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  $effect(() => {
    newest = of();
    if (newest === untrack(() => value)) return;
    timer ??= setTimeout(
      () => {
        [timer, last] = [undefined, performance.now()];
        value = newest;
      },
      Math.max(0, last + everyMs - performance.now()),
    );
  });
  onDestroy(() => clearTimeout(timer));
  return {
    get value() {
      return value;
    },
  };
}
