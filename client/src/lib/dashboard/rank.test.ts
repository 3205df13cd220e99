import { expect, it } from 'vitest';
import type { OfficeRow } from '#shared/contracts/dashboards.ts';
import { officeRow, type OfficeFigures } from '#shared/domain/dashboard/office-rows.ts';
import { RANK_KEYS, ranked } from './rank.ts';

const none = { amount: 0, count: 0 };
const hall = { waiting: 0, p90Wait: null, agents: 0 };
const office = (name: string, amount: number, more: Partial<OfficeFigures['hall']> = {}): OfficeRow =>
  officeRow({
    ...{ id: `id-${name}`, name, month: none, year: none },
    ...{ day: { amount, count: amount / 10 }, hall: { ...hall, ...more } },
  });
const offices = [
  office('Éfa', 100, { waiting: 2, p90Wait: 60 }),
  office('Anosy', 300, { waiting: 2 }),
  office('Zoma', 100, { waiting: 7, p90Wait: 900, agents: 3 }),
];
const names = (by: (typeof RANK_KEYS)[number], down: boolean) =>
  ranked(offices, 'day', { by, down }, 'fr').map((row) => row.office.name);

it('orders by what is asked for, equal ones by name as the country spells', () => {
  expect(names('amount', true)).toEqual(['Anosy', 'Éfa', 'Zoma']);
  expect(names('amount', false)).toEqual(['Éfa', 'Zoma', 'Anosy']);
  expect(names('name', false)).toEqual(['Anosy', 'Éfa', 'Zoma']);
  expect(names('waiting', true)).toEqual(['Zoma', 'Anosy', 'Éfa']);
  expect(names('wait', true)).toEqual(['Zoma', 'Éfa', 'Anosy']);
});

it('gives the same order whatever order they came in, so that rows do not jump', () => {
  for (const by of RANK_KEYS)
    for (const down of [true, false])
      expect(ranked(offices.toReversed(), 'day', { by, down }, 'fr').map((row) => row.office.name)).toEqual(names(by, down));
});

it('measures each against the first, and nothing against nothing', () => {
  expect(ranked(offices, 'day', { by: 'amount', down: true }, 'fr').map(({ share }) => share)).toEqual([1, 1 / 3, 1 / 3]);
  expect(ranked(offices, 'month', { by: 'amount', down: true }, 'fr').every(({ share }) => share === 0)).toBe(true);
  expect(ranked([office('A', -50)], 'day', { by: 'amount', down: true }, 'fr')[0]?.share).toBe(0);
});
