import { isTyping } from '../counter/shortcuts.ts';

/** What a key does on the dashboard. */
export type DashboardKey = 'pause' | 'wall' | 'movements' | 'offices' | 'channel' | 'scope' | 'help';

/** One letter each, of the French word where there is one: P(ause), M(ur), L(iste), C(entres), V(oies), T(erritoire). */
const KEYS: Readonly<Record<string, DashboardKey>> = {
  p: 'pause',
  m: 'wall',
  l: 'movements',
  c: 'offices',
  v: 'channel',
  t: 'scope',
  '?': 'help',
};

export const DASHBOARD_KEYS: readonly (readonly [key: string, does: DashboardKey])[] = Object.entries(KEYS);

/** What a key press means; null while somebody types, holds a modifier, or the key means nothing. */
export function dashboardKey(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>,
): DashboardKey | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}
