import { sql, type SQL } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { PERIODS, type DashboardView, type Period } from '#shared/contracts/dashboards.ts';
import type { Received } from './watched-pages.ts';

/** What the payments themselves say of a period: in other words than the totals. */
interface Fact {
  count: number;
  amount: number;
}

/** Moments at which payments were committed, by the database's own clock, the oldest first. Milliseconds. */
export async function committedSince(db: Db, since: Date): Promise<number[]> {
  const rows = await db.execute<{ at: number }>(sql`
    select extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from payments
    where paid_at >= ${since.toISOString()}::timestamptz order by 1`);
  return rows.map(({ at }) => at);
}

/** Payments less reversals since the country's midnight of the day, the first of the month and the first of the year. */
export async function factsOf(db: Db, timeZone: string, office?: string): Promise<Record<Period, Fact>> {
  const start = (period: Period): SQL =>
    sql.raw(`(date_trunc('${period}', now() at time zone '${timeZone}') at time zone '${timeZone}')`);
  const here = office
    ? sql`and exists (select from cash_takings t where t.intent_id = p.intent_id and t.office_id = ${office}::uuid)`
    : sql``;
  const of = async (period: Period): Promise<[Period, Fact]> => {
    const [row] = await db.execute<{ count: string; amount: string }>(sql`
      select (select count(*) from payments p where p.paid_at >= ${start(period)} ${here})
          - (select count(*) from payment_reversals r join payments p using (item_id) where r.reversed_at >= ${start(period)} ${here}) as count,
        (select coalesce(sum(p.amount), 0) from payments p where p.paid_at >= ${start(period)} ${here}) - (select coalesce(sum(r.amount), 0)
          from payment_reversals r join payments p using (item_id) where r.reversed_at >= ${start(period)} ${here}) as amount`);
    return [period, { count: Number(row?.count), amount: Number(row?.amount) }];
  };
  return Object.fromEntries(await Promise.all(PERIODS.map(of))) as Record<Period, Fact>;
}

/** Figures of a state that are not what the payments say, in words: of the nation, and of each of its offices. */
export async function differences(db: Db, timeZone: string, view: DashboardView): Promise<string[]> {
  const wrong: string[] = [];
  const compare = (what: string, shown: Fact, fact: Fact): void => {
    if (shown.count !== fact.count || shown.amount !== fact.amount)
      wrong.push(`${what}: ${shown.count} of ${shown.amount} shown, ${fact.count} of ${fact.amount} paid`);
  };
  const nation = await factsOf(db, timeZone);
  for (const period of PERIODS) compare(`nation, ${period}`, view.periods[period].collected, nation[period]);
  const today = nation.day.amount;
  const ofHours = view.hours.reduce((sum, amount) => sum + amount, 0);
  if (ofHours !== today) wrong.push(`hours of today: ${ofHours} shown, ${today} paid`);
  if (view.days.at(-1)?.amount !== today) wrong.push(`today among the days: ${view.days.at(-1)?.amount} shown, ${today} paid`);
  for (const [id, name, dayAmount, dayCount, monthAmount, monthCount, yearAmount, yearCount] of view.offices) {
    const facts = await factsOf(db, timeZone, id);
    compare(`${name}, day`, { amount: dayAmount, count: dayCount }, facts.day);
    compare(`${name}, month`, { amount: monthAmount, count: monthCount }, facts.month);
    compare(`${name}, year`, { amount: yearAmount, count: yearCount }, facts.year);
  }
  return wrong;
}

export type Shares = Record<'p50' | 'p95' | 'p99' | 'most' | 'of', number>;

export function shares(values: readonly number[]): Shares {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1), of: sorted.length };
}

/**
 * Of each payment: milliseconds from its commit until a state that has it was put together, from then to the socket, and both. The figure
 * reaches the n-th payment when it reaches n. `base`: taxes of this year before the first of them.
 */
export function delaysOf(received: readonly Received[], committedAt: readonly number[], base: number) {
  const delays: Record<'waitedMs' | 'travelledMs' | 'commitToSocketMs', number[]> = {
    ...{ waitedMs: [], travelledMs: [], commitToSocketMs: [] },
  };
  const bySecond: number[][] = [];
  let next = 0;
  for (const [index, at] of committedAt.entries()) {
    while ((received[next]?.count ?? Infinity) < base + index + 1) next += 1;
    const state = received[next];
    if (!state) throw new Error(`a socket never had payment ${index + 1} of ${committedAt.length}`);
    delays.waitedMs.push(state.asOf - at);
    delays.travelledMs.push(state.at - state.asOf);
    delays.commitToSocketMs.push(state.at - at);
    (bySecond[Math.floor((at - (committedAt[0] ?? 0)) / 1_000)] ??= []).push(state.at - at);
  }
  return {
    ...{ waitedMs: shares(delays.waitedMs), travelledMs: shares(delays.travelledMs) },
    commitToSocketMs: shares(delays.commitToSocketMs),
    mostBySecondMs: bySecond.map((those) => Math.round(Math.max(...those))),
  };
}
