import type { ActOnTicket, TicketState } from '#shared/contracts/tickets.ts';

/** What a key can do at the counter. */
export type CounterAction = 'next' | 'transfer' | 'walk-in' | 'find' | Exclude<ActOnTicket['event'], 'cancel' | 'reinstate'>;

/** One letter each, of the French word where there is one: S(uivant), L(à), R(appeler), A(bsent), E(n attente), F(ile), T(ransférer), X finished. */
export const KEYS: Readonly<Record<string, CounterAction>> = {
  s: 'next',
  l: 'serve',
  r: 'recall',
  a: 'miss',
  e: 'hold',
  f: 'return',
  t: 'transfer',
  x: 'finish',
  n: 'walk-in',
  '/': 'find',
};

export const keyOf = (action: CounterAction): string =>
  (Object.entries(KEYS).find(([, other]) => other === action)?.[0] ?? '').toUpperCase();

/** What can be done with the ticket at the counter, in the order in which it usually is. */
export const ACTIONS_OF: Readonly<Partial<Record<TicketState, readonly CounterAction[]>>> = {
  called: ['serve', 'recall', 'miss', 'hold', 'transfer', 'return'],
  serving: ['finish', 'hold', 'transfer', 'return'],
};

/** The action that a key press means; null while somebody types, holds a modifier, or the key means nothing. */
export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>,
): CounterAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}

export function isTyping(target: EventTarget | null): boolean {
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  // A dialog that was closed keeps the focus until the next frame: by then it is the page again that is asked.
  const where = 'input:not([type=checkbox]):not([type=radio]), textarea, select, dialog[open]';
  return target.isContentEditable || target.closest(where) !== null;
}
