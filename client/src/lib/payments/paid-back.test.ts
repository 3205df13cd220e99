import { expect, it } from 'vitest';
import type { PayerRefund } from '#shared/contracts/payments.ts';
import { wholeRefund } from './paid-back.ts';

const refund = (stage: PayerRefund['stage'], amount: number): PayerRefund => ({
  ...{ id: crypto.randomUUID(), stage, amount, itemIds: [], proposedAt: '2026-01-15T09:00:00Z' },
  ...{ decidedAt: null, paidBackAt: null },
});

it.each([
  ['nothing', [], null],
  ['a proposal', [refund('proposed', 100)], null],
  ['a part', [refund('paid_back', 40)], null],
  ['a part and a proposal', [refund('paid_back', 40), refund('proposed', 60)], null],
  ['all, on its way', [refund('under_way', 100)], 'under_way'],
  ['two parts, one on its way', [refund('paid_back', 40), refund('under_way', 60)], 'under_way'],
  ['all, after a refusal', [refund('rejected', 100), refund('paid_back', 100)], 'paid_back'],
])('%s', (_what, refunds, expected) => expect(wholeRefund({ amount: 100, refunds })).toBe(expected));
