import { onDestroy } from 'svelte';
import { CollectionHours } from '#shared/contracts/collections.ts';
import type { DashboardScope } from '#shared/contracts/dashboards.ts';
import { addMonths } from '#shared/domain/dates.ts';
import { request } from '$lib/api.ts';
import { hoursQuery } from './address.ts';

const AGAIN_MS = 30_000;

/**
 * What each hour of the same day a year ago brought, net; null while it is not known, or nothing was booked that day. A day that is over
 * does not change: it is read once, and anew when the day or the scope is another.
 */
export function useLastYear(of: () => { scope: DashboardScope; day: string }): { readonly hours: number[] | null } {
  let hours = $state.raw<number[] | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wanted = $derived(of());
  const key = $derived(`${wanted.scope} ${wanted.day}`);

  async function read(asked: string, scope: DashboardScope, day: string): Promise<void> {
    clearTimeout(timer);
    try {
      const query = hoursQuery(scope, addMonths(day, -12));
      const answer = CollectionHours.parse(await request('GET', `/api/collections/hours?${query}`));
      if (asked === key) hours = answer.hours.every(({ count }) => count === 0) ? null : answer.hours.map(({ amount }) => amount);
    } catch {
      if (asked === key) timer = setTimeout(() => void read(asked, scope, day), AGAIN_MS);
    }
  }
  $effect(() => {
    const [scope = 'national', day = ''] = key.split(' ') as [DashboardScope, string];
    hours = null;
    void read(key, scope, day);
  });
  onDestroy(() => clearTimeout(timer));
  return {
    get hours() {
      return hours;
    },
  };
}
