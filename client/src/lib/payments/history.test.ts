import { describe, expect, it } from 'vitest';
import { yearsOf, type PastPayment, type Shown } from './history.ts';

const item = (plate: string, number?: string): PastPayment['items'][number] => ({
  ...{ plate, country: 'MG', fiscalYear: 2026, amount: 10_000 },
  receipt: number === undefined ? null : { reference: number, number, revokedAt: null },
});
const payment = (id: string, at: string, changes: Partial<PastPayment>): PastPayment => ({
  ...{
    id,
    state: 'receipted',
    amount: 10_000,
    currency: 'MGA',
    refunds: [],
    startedAt: at,
    settledAt: at,
    items: [item('1234TAB')],
  },
  ...changes,
});
const refund = (stage: 'paid_back' | 'rejected', amount: number): PastPayment['refunds'][number] => ({
  ...{ id: stage, stage, itemIds: [], amount },
  ...{ proposedAt: '2026-02-01T00:00:00Z', decidedAt: null, paidBackAt: null },
});
const HISTORY = [
  payment('paid', '2026-03-01T10:00:00Z', { items: [item('1234TAB', 'W1-2026-00000012')] }),
  payment('unsure', '2026-02-20T10:00:00Z', { state: 'unknown', settledAt: null }),
  payment('failed', '2026-02-10T10:00:00Z', { state: 'failed', settledAt: null }),
  payment('partly-back', '2026-02-01T10:00:00Z', { amount: 30_000, refunds: [refund('paid_back', 10_000)] }),
  payment('due-back', '2026-01-20T10:00:00Z', { state: 'reconciled', items: [item('77TZZ')] }),
  // Of 2026 in Antananarivo, three hours before it is in London.
  payment('new-year', '2025-12-31T22:00:00Z', {}),
  payment('refused-refund', '2025-06-01T10:00:00Z', { refunds: [refund('rejected', 10_000)] }),
];
const look = (words: string, shown: Shown = 'all') => yearsOf(HISTORY, { words, shown }, 'Indian/Antananarivo');
const idsOf = (words: string, shown?: Shown): string[] =>
  look(words, shown).flatMap(({ payments }) => payments.map(({ id }) => id));

describe('payments of five years', () => {
  it('are put by the year of the country, with what came in, what went back and what is not sure', () => {
    const [first, second] = look('');
    expect(first).toMatchObject({ year: 2026, paid: 10_000 + 30_000 + 10_000 + 10_000, back: 10_000, unsure: 10_000 });
    expect(first?.payments).toHaveLength(6);
    expect(second).toMatchObject({ year: 2025, paid: 10_000, back: 0, unsure: 0 });
  });

  it('are found by plate as people write it, and by the number of a receipt', () => {
    expect(idsOf(' 77 tzz ')).toEqual(['due-back']);
    expect(idsOf('w1-2026-00000012')).toEqual(['paid']);
    expect(idsOf('9999')).toEqual([]);
  });

  it('are told apart by how they ended; each is of one kind', () => {
    expect(idsOf('', 'paid')).toEqual(['paid', 'new-year', 'refused-refund']);
    expect(idsOf('', 'waiting')).toEqual(['unsure']);
    expect(idsOf('', 'back')).toEqual(['partly-back', 'due-back']);
    expect(idsOf('', 'ended')).toEqual(['failed']);
  });
});
