import { onDestroy } from 'svelte';

/** The time, in milliseconds, moving by itself as long as the component lives. */
export function useNow(everyMs = 1_000): { readonly value: number } {
  let value = $state(Date.now());
  const timer = typeof window === 'undefined' ? undefined : setInterval(() => (value = Date.now()), everyMs);
  onDestroy(() => clearInterval(timer));
  return {
    get value() {
      return value;
    },
  };
}
