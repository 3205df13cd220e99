import { isTyping } from '../counter/shortcuts.ts';

/** What a key does at the till. */
export type TillAction = 'take' | 'print';

/** C (cash) and P (print): both languages'. */
export const TILL_KEYS: Readonly<Record<string, TillAction>> = { c: 'take', p: 'print' };

/** The action that a key press means; null while somebody types, holds a modifier, or the key means nothing. */
export function tillActionOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>,
): TillAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return null;
  return TILL_KEYS[event.key.toLowerCase()] ?? null;
}
