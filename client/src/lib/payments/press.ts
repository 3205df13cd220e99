import type { AppError } from '#shared/contracts/errors.ts';
import type { StartPayment } from '#shared/contracts/payments.ts';
import { newClientId } from '../documents/client-id.ts';

/** What is ordered: without a key yet. */
export type Order = StartPayment extends infer S ? (S extends StartPayment ? Omit<S, 'idempotencyKey'> : never) : never;

/** One press of "pay": the order, as text, and the key it was sent with. */
export interface Press {
  content: string;
  key: string;
}

const STORED = 'vignette-press';
const contentOf = (order: Order): string =>
  JSON.stringify([order.provider, 'phone' in order ? order.phone : null, order.items, order.amount]);

/**
 * The press to send an order with: the last one when it was the same and its answer never came, so that it cannot be ordered twice;
 * a new one otherwise.
 */
export function pressFor(order: Order, last: Press | null, newKey: () => string = newClientId): Press {
  const content = contentOf(order);
  return last?.content === content ? last : { content, key: newKey() };
}

/** Whether an error leaves open what became of the order: only then is its key kept for another try. */
export const leavesOpen = ({ code }: Pick<AppError, 'code'>): boolean => code === 'UNAVAILABLE' || code === 'INTERNAL';

/** The press without an answer that this tab remembers: also over a reload. */
export function rememberedPress(): Press | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
    return isPress(stored) ? stored : null;
  } catch {
    return null;
  }
}
const isPress = (value: unknown): value is Press =>
  typeof value === 'object' &&
  value !== null &&
  'content' in value &&
  'key' in value &&
  typeof value.content === 'string' &&
  typeof value.key === 'string';

/** Keeps a press until it is answered; null: it was. */
export function rememberPress(press: Press | null): void {
  try {
    if (press) sessionStorage.setItem(STORED, JSON.stringify(press));
    else sessionStorage.removeItem(STORED);
  } catch {
    // Without a store a reload makes a new key; the tax itself is still held by one payment at a time.
  }
}
