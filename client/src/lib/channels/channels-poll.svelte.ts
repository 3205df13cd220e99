import { onDestroy, onMount } from 'svelte';
import type { ChannelsView } from '#shared/contracts/channels.ts';
import { request } from '$lib/api.ts';

/** Milliseconds between two questions: as often as the platform looks itself. */
const EVERY_MS = 10_000;

/** How the ways to pay do, asked again and again as long as the page is seen. A question that fails leaves what was known. */
export function pollChannels(): { readonly view: ChannelsView | null; readonly failed: boolean } {
  let view = $state.raw<ChannelsView | null>(null);
  let failed = $state(false);
  let timer: ReturnType<typeof setInterval> | undefined;

  async function ask(): Promise<void> {
    if (document.hidden) return;
    try {
      view = await request<ChannelsView>('GET', '/api/payments/channels');
      failed = false;
    } catch {
      failed = true;
    }
  }
  const seen = (): void => void ask();
  onMount(() => {
    void ask();
    timer = setInterval(seen, EVERY_MS);
    document.addEventListener('visibilitychange', seen);
  });
  onDestroy(() => {
    clearInterval(timer);
    if (typeof document !== 'undefined') document.removeEventListener('visibilitychange', seen);
  });
  return {
    get view() {
      return view;
    },
    get failed() {
      return failed;
    },
  };
}
