import { getContext, setContext } from 'svelte';

/** How many notices are unread; null while nobody knows. Written below the live connection, read in the page's head above it. */
export interface Bell {
  unread: number | null;
}

const KEY = Symbol('bell');

export function provideBell(): Bell {
  let unread = $state<number | null>(null);
  const bell: Bell = {
    get unread() {
      return unread;
    },
    set unread(next) {
      unread = next;
    },
  };
  return setContext(KEY, bell);
}

export const useBell = (): Bell => getContext<Bell>(KEY);
