import { sql, type SQL } from 'drizzle-orm';
import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { ReportTotals } from '#shared/contracts/reports.ts';
import type { Bucket, LedgerFigure, MoneyFigure, ReportFigures } from '#shared/domain/reports/figures.ts';
import type { Tx } from './connect.ts';

/** What figures are of. `offices`: null is the nation, what is paid online with it. */
export interface FiguresOf {
  from: Date;
  to: Date;
  firstDay: string;
  lastDay: string;
  timeZone: string;
  offices: readonly string[] | null;
  /** By what the period is cut. */
  bucket: Bucket;
}

const uuids = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::uuid[]`;
const within = (column: SQL, { from, to }: Pick<FiguresOf, 'from' | 'to'>): SQL =>
  sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
/** The cash of an office is known by its taking: what has none was paid online. */
const takings = (intent: SQL, { offices }: Pick<FiguresOf, 'offices'>): SQL =>
  offices
    ? sql`join cash_takings t on t.intent_id = ${intent} and t.office_id = any(${uuids(offices)})`
    : sql`left join cash_takings t on t.intent_id = ${intent}`;

interface MoneyRow {
  [column: string]: unknown;
  kind: 'paid' | 'reversed';
  channel: PaymentWay;
  office_id: string | null;
  bucket: string;
  payments: string;
  count: string;
  amount: string;
}

/** Taxes paid and reversed, by channel, office and hour, day or month: what all sums of money are made of. */
async function readMoney(tx: Tx, of: FiguresOf): Promise<MoneyRow[]> {
  const pattern = { hour: 'YYYY-MM-DD HH24', day: 'YYYY-MM-DD', month: 'YYYY-MM' }[of.bucket];
  const bucket = (at: SQL): SQL => sql`to_char(${at} at time zone ${of.timeZone}, ${pattern})`;
  return tx.execute<MoneyRow>(sql`
    select 'paid' as kind, p.provider as channel, t.office_id, ${bucket(sql`p.paid_at`)} as bucket,
      count(distinct p.intent_id) as payments, count(*) as count, sum(p.amount) as amount
    from payments p ${takings(sql`p.intent_id`, of)} where ${within(sql`p.paid_at`, of)} group by 2, 3, 4
    union all
    select 'reversed', p.provider, t.office_id, ${bucket(sql`r.reversed_at`)}, 0, count(*), -sum(r.amount)
    from payment_reversals r join payments p on p.fiscal_year = r.fiscal_year and p.item_id = r.item_id
    ${takings(sql`p.intent_id`, of)} where ${within(sql`r.reversed_at`, of)} group by 2, 3, 4`);
}

/** All of the money of a period, without what it is made of. */
export async function readTotals(tx: Tx, of: Omit<FiguresOf, 'bucket'>): Promise<ReportTotals> {
  return totalsOf(await readMoney(tx, { ...of, bucket: 'month' }));
}

const nothing = (): ReportTotals => ({ payments: 0, paid: { count: 0, amount: 0 }, reversed: { count: 0, amount: 0 }, net: 0 });

function totalsOf(rows: readonly MoneyRow[]): ReportTotals {
  const totals = nothing();
  for (const { kind, payments, count, amount } of rows) {
    totals.payments += Number(payments);
    totals[kind].count += Number(count);
    totals[kind].amount += Number(amount);
    totals.net += Number(amount);
  }
  return totals;
}

/** The same rows, put together by one of their columns. */
function by<K extends string | null>(rows: readonly MoneyRow[], key: (row: MoneyRow) => K): Map<K, ReportTotals> {
  const groups = new Map<K, MoneyRow[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return new Map([...groups].map(([name, own]) => [name, totalsOf(own)]));
}

/** Accounts that a report shows whatever was written to them. */
const REVENUE = ['revenue:tax', 'revenue:penalty', 'revenue:stamp_duty', 'revenue:fee'] as const;
const SHOWN = sql`(account = any(${sql.param([...REVENUE, 'due:refund', 'refunds_payable', 'cash_variance', 'treasury'])}::text[]) or account like 'fees:%' or account like 'suspense:%' or account like 'provider:%')`;

/** What was written to the accounts of the ledger, by the moment of the posting. Of offices: the postings of their cash and of their tills. */
async function readLedger(tx: Tx, of: FiguresOf): Promise<LedgerFigure[]> {
  const entries = (whose: SQL): SQL =>
    sql`select e.account, e.debit, e.credit from ledger_entries e ${whose} and ${within(sql`e.posted_at`, of)} and ${SHOWN}`;
  // A posting is of an intent or of a till, never of both. Asked for by joins: `in (…) or in (…)` looks through all takings for each entry.
  const own = of.offices
    ? sql`${entries(sql`join cash_takings t on t.intent_id = e.intent_id where t.office_id = any(${uuids(of.offices)})`)}
        union all ${entries(sql`join till_sessions s on s.id = e.till_id where s.office_id = any(${uuids(of.offices)})`)}`
    : entries(sql`where true`);
  const rows = await tx.execute<{ account: string; debit: string; credit: string }>(sql`
    select account, sum(debit) as debit, sum(credit) as credit from (${own}) e group by account order by account`);
  const found = new Map(rows.map(({ account, debit, credit }) => [account, { debit: Number(debit), credit: Number(credit) }]));
  const names = [...REVENUE, ...[...found.keys()].filter((name) => !name.startsWith('revenue:'))];
  return names.map((account) => ({ account, ...(found.get(account) ?? { debit: 0, credit: 0 }) }));
}

async function readRefunds(tx: Tx, of: FiguresOf): Promise<ReportFigures['refunds']> {
  const rows = await tx.execute<{ step: 'proposed' | 'approved' | 'rejected' | 'paid'; count: string; amount: string }>(sql`
    select step, count(*) as count, sum(amount) as amount from (
      select 'proposed' as step, r.amount, r.intent_id from refunds r where ${within(sql`r.proposed_at`, of)}
      union all select case r.state when 'rejected' then 'rejected' else 'approved' end, r.amount, r.intent_id from refunds r
        where ${within(sql`r.decided_at`, of)}
      union all select 'paid', o.amount, r.intent_id from refund_payouts o join refunds r on r.id = o.refund_id where ${within(sql`o.paid_at`, of)}
    ) as x ${of.offices ? takings(sql`x.intent_id`, of) : sql``} group by step`);
  const of_ = (step: string): MoneyFigure => {
    const row = rows.find((one) => one.step === step);
    return { count: Number(row?.count ?? 0), amount: Number(row?.amount ?? 0) };
  };
  return { proposed: of_('proposed'), approved: of_('approved'), rejected: of_('rejected'), paid: of_('paid') };
}

async function readTills(tx: Tx, of: FiguresOf): Promise<ReportFigures['tills']> {
  const whose = of.offices ? sql`where s.office_id = any(${uuids(of.offices)})` : sql``;
  const rows = await tx.execute<
    Record<'office' | 'opened' | 'closed' | 'over_count' | 'over' | 'short_count' | 'short' | 'unnoted', string>
  >(sql`
    select o.name as office, count(*) filter (where ${within(sql`s.opened_at`, of)}) as opened,
      count(*) filter (where s.counted) as closed,
      count(*) filter (where s.counted and s.variance > 0) as over_count, coalesce(sum(s.variance) filter (where s.counted and s.variance > 0), 0) as over,
      count(*) filter (where s.counted and s.variance < 0) as short_count, coalesce(sum(s.variance) filter (where s.counted and s.variance < 0), 0) as short,
      count(*) filter (where s.counted and s.variance <> 0 and s.noted_at is null) as unnoted
    from (select *, state = 'closed' and ${within(sql`closed_at`, of)} as counted from till_sessions s
      where ${within(sql`opened_at`, of)} or ${within(sql`closed_at`, of)}) s
    join offices o on o.id = s.office_id ${whose} group by o.id, o.name order by o.name`);
  return rows.map((row) => ({
    office: row.office,
    ...{ opened: Number(row.opened), closed: Number(row.closed), unnoted: Number(row.unnoted) },
    over: { count: Number(row.over_count), amount: Number(row.over) },
    short: { count: Number(row.short_count), amount: Number(row.short) },
  }));
}

/** Tickets are of the day on which they were taken; a wait is from the ticket to the first call. */
async function readHall(tx: Tx, of: FiguresOf): Promise<ReportFigures['hall']> {
  const whose = of.offices ? sql`and t.office_id = any(${uuids(of.offices)})` : sql``;
  const rows = await tx.execute<
    Record<'office' | 'taken' | 'served' | 'missed' | 'cancelled' | 'called' | 'average' | 'p90' | 'all_offices', string>
  >(sql`
    select o.name as office, grouping(o.id) as all_offices, count(*) as taken, count(*) filter (where t.state = 'done') as served,
      count(*) filter (where t.state = 'no_show') as missed, count(*) filter (where t.state = 'cancelled') as cancelled,
      count(c.at) as called, avg(extract(epoch from c.at - t.taken_at)) as average,
      percentile_cont(0.9) within group (order by extract(epoch from c.at - t.taken_at)) as p90
    from tickets t join offices o on o.id = t.office_id
    left join lateral (select min(h.at) as at from ticket_history h where h.ticket_id = t.id and h.event = 'call') c on true
    where t.day between ${of.firstDay} and ${of.lastDay} ${whose}
    group by grouping sets ((o.id, o.name), ()) having count(*) > 0 order by grouping(o.id), o.name`);
  const seconds = (text: string | null): number | null => (text === null ? null : Math.round(Number(text)));
  const lines = rows.map((row) => ({
    office: Number(row.all_offices) === 1 ? null : row.office,
    ...{ taken: Number(row.taken), served: Number(row.served), missed: Number(row.missed), cancelled: Number(row.cancelled) },
    ...{ called: Number(row.called), averageWait: seconds(row.average), p90Wait: seconds(row.p90) },
  }));
  return { all: lines.find(({ office }) => office === null) ?? null, offices: lines.filter(({ office }) => office !== null) };
}

/** Documents are of no office. */
async function readDocuments(tx: Tx, of: FiguresOf): Promise<ReportFigures['documents']> {
  if (of.offices) return null;
  const [row] = await tx.execute<Record<'sent' | 'read' | 'failed' | 'average' | 'reviewed', string | null>>(sql`
    select (select count(*) from documents where ${within(sql`created_at`, of)}) as sent,
      count(*) filter (where status in ('read', 'confirmed', 'discarded')) as read,
      count(*) filter (where status in ('failed', 'needs_photo')) as failed,
      avg(reading_ms) as average,
      (select count(*) from document_reviews where ${within(sql`decided_at`, of)}) as reviewed
    from documents where ${within(sql`read_at`, of)} and reading_ms is not null`);
  return {
    ...{ sent: Number(row?.sent ?? 0), read: Number(row?.read ?? 0), failed: Number(row?.failed ?? 0) },
    reviewed: Number(row?.reviewed ?? 0),
    averageMs: row?.average == null ? null : Math.round(Number(row.average)),
  };
}

/** What was to be collected: the newest that was set for the period's first day or before. */
export async function readTarget(tx: Tx, scope: string, period: string, firstDay: string): Promise<ReportFigures['target']> {
  const [row] = await tx.execute<{ amount: string; demo: boolean }>(sql`
    select amount, demo from collection_targets where scope = ${scope} and period = ${period} and from_day <= ${firstDay}
    order by from_day desc limit 1`);
  return row ? { amount: Number(row.amount), demo: row.demo } : null;
}

/** Whether anything was booked before a moment: else there is nothing to compare with. */
export async function bookedBefore(tx: Tx, at: Date): Promise<boolean> {
  const [row] = await tx.execute(sql`select 1 from payments where paid_at < ${at.toISOString()}::timestamptz limit 1`);
  return row !== undefined;
}

/** Every figure of a period, in the caller's transaction: of one moment when that is REPEATABLE READ. */
export async function readFigures(tx: Tx, of: FiguresOf): Promise<Omit<ReportFigures, 'lastYear' | 'target'>> {
  const money = await readMoney(tx, of);
  const named = await tx.execute<{ id: string; name: string }>(
    sql`select id, name from offices ${of.offices ? sql`where id = any(${uuids(of.offices)})` : sql``} order by name, id`,
  );
  const [channels, places, times] = [
    by(money, ({ channel }) => channel),
    by(money, ({ office_id }) => office_id),
    by(money, ({ bucket }) => bucket),
  ];
  const online = places.get(null);
  return {
    totals: totalsOf(money),
    channels: [...channels].map(([channel, totals]) => ({ channel, ...totals })).toSorted((a, b) => b.net - a.net),
    places: [
      ...named.map(({ id, name }) => ({ office: name, ...(places.get(id) ?? nothing()) })),
      ...(online ? [{ office: null, ...online }] : []),
    ],
    times: [...times].map(([at, totals]) => ({ at, ...totals })).toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    ledger: await readLedger(tx, of),
    refunds: await readRefunds(tx, of),
    tills: await readTills(tx, of),
    hall: await readHall(tx, of),
    documents: await readDocuments(tx, of),
  };
}
