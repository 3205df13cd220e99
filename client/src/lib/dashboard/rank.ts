import type { OfficeRow, Period } from '#shared/contracts/dashboards.ts';
import { officeFigures, type OfficeFigures } from '#shared/domain/dashboard/office-rows.ts';

/** What offices can be ordered by. */
export const RANK_KEYS = ['name', 'amount', 'count', 'waiting', 'wait', 'agents'] as const;
export type RankKey = (typeof RANK_KEYS)[number];

export interface RankOrder {
  by: RankKey;
  down: boolean;
}

export interface RankRow {
  office: OfficeFigures;
  amount: number;
  count: number;
  /** Of what the first of them brought. */
  share: number;
}

const VALUE: Readonly<Record<Exclude<RankKey, 'name'>, (row: RankRow) => number>> = {
  amount: ({ amount }) => amount,
  count: ({ count }) => count,
  waiting: ({ office }) => office.hall.waiting,
  // Where nobody was called there is no wait to tell: last in both directions would hide it, so it counts as none.
  wait: ({ office }) => office.hall.p90Wait ?? -1,
  agents: ({ office }) => office.hall.agents,
};

/** By language: making one costs far more than a whole ordering with it. */
const collators = new Map<string, Intl.Collator>();

/** Offices in an order; equal ones by name, so that rows do not jump at every update. */
export function ranked(told: readonly OfficeRow[], period: Period, { by, down }: RankOrder, locale: string): RankRow[] {
  const offices = told.map(officeFigures);
  const most = Math.max(0, ...offices.map((office) => office[period].amount));
  const rows = offices.map((office): RankRow => {
    const { amount, count } = office[period];
    return { office, amount, count, share: most > 0 ? Math.max(0, amount) / most : 0 };
  });
  const names = collators.get(locale) ?? new Intl.Collator(locale);
  collators.set(locale, names);
  const byName = (a: RankRow, b: RankRow): number =>
    names.compare(a.office.name, b.office.name) || (a.office.id < b.office.id ? -1 : 1);
  const sign = down ? -1 : 1;
  return rows.sort((a, b) => (by === 'name' ? sign * byName(a, b) : sign * (VALUE[by](a) - VALUE[by](b)) || byName(a, b)));
}
