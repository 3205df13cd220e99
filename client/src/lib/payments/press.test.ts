import { expect, it } from 'vitest';
import { leavesOpen, pressFor } from './press.ts';

const order = {
  provider: 'mtn_momo',
  phone: '034 00 001 50',
  items: [{ vehicleId: 'a', fiscalYear: 2026 }],
  amount: 61_500,
} as const;
const whole = { ...order, items: [...order.items] };
let made = 0;
const newKey = (): string => `key-${(made += 1)}`;

it('an order tried again goes with the key it went with before', () => {
  const first = pressFor(whole, null, newKey);
  expect(pressFor({ ...whole }, first, newKey)).toEqual(first);
});

it('anything else in the order makes another press', () => {
  const first = pressFor(whole, null, newKey);
  for (const other of [{ amount: 61_501 }, { phone: '034 00 001 51' }, { items: [{ vehicleId: 'b', fiscalYear: 2026 }] }]) {
    expect(pressFor({ ...whole, ...other }, first, newKey).key).not.toBe(first.key);
  }
});

it('only an answer that did not come leaves open what became of the order', () => {
  expect([leavesOpen({ code: 'UNAVAILABLE' }), leavesOpen({ code: 'INTERNAL' })]).toEqual([true, true]);
  expect([leavesOpen({ code: 'TAX_BEING_PAID' }), leavesOpen({ code: 'PHONE_INVALID' })]).toEqual([false, false]);
});
