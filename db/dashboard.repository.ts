import { sql, type SQL } from 'drizzle-orm';
import type { ChannelView } from '#shared/contracts/channels.ts';
import type { Collected, DashboardScope, DashboardView, Hall, Period, Target } from '#shared/contracts/dashboards.ts';
import type { PaymentWay } from '#shared/contracts/payments.ts';
import type { Executor, Tx } from './connect.ts';

/** Of an office; null: online. */
type Place = string | null;

export interface OfficeRow {
  id: string;
  name: string;
  city: string;
  region: string | null;
}

/** What a dashboard says of money. `told`: everything that happened before is in it. */
export interface CollectionFacts {
  told: Date;
  sums: (Collected & { period: Period; place: Place; channel: PaymentWay })[];
  /** Net amounts. */
  hours: { place: Place; hour: number; amount: number }[];
  days: { place: Place; day: string; amount: number }[];
  targets: { scope: string; period: Period; target: Target }[];
}

/** Days of a period's beginnings. */
export type Starts = Readonly<Record<Period, string>>;

interface CollectedRow extends Record<string, unknown> {
  office_id: string | null;
  count: string;
  amount: string;
  reversed_count: string;
  reversed_amount: string;
}

const collectedOf = (row: CollectedRow): Collected => ({
  amount: Number(row.amount),
  count: Number(row.count),
  reversedAmount: Number(row.reversed_amount),
  reversedCount: Number(row.reversed_count),
});

/** What the relay has not taken yet was written then; now, where nothing waits. */
const TOLD =
  sql.raw(`coalesce((select created_at from outbox where emitted_at is null and parked_at is null order by position limit 1),
  clock_timestamp())`);

export async function readOffices(db: Executor): Promise<OfficeRow[]> {
  const rows = await db.execute<OfficeRow & Record<string, unknown>>(
    sql`select id, name, city, region from offices order by name, id`,
  );
  return rows.map(({ id, name, city, region }) => ({ id, name, city, region }));
}

export async function readCollections(db: Executor, starts: Starts, firstDay: string): Promise<CollectionFacts> {
  // At once, in this order: what is told of meanwhile is in the sums, and is not said to be.
  const [[told], sums, hours, days, targets] = await Promise.all([
    db.execute<{ told: string }>(sql`select ${TOLD} as told`),
    db.execute<CollectedRow & { period: Period; channel: PaymentWay }>(sql`
      select period, office_id, channel, count, amount, reversed_count, reversed_amount from collection_sums
      where (period, starts) in (('day', ${starts.day}::date), ('month', ${starts.month}::date), ('year', ${starts.year}::date))`),
    db.execute<{ office_id: Place; amounts: [hour: number, amount: number][] }>(sql`
      select office_id, json_agg(json_build_array(hour, amount)) as amounts from (select office_id, hour, sum(amount) as amount
        from collection_totals where day = ${starts.day}::date group by office_id, hour) each group by office_id`),
    db.execute<{ office_id: Place; amounts: [day: string, amount: number][] }>(sql`
      select office_id, json_agg(json_build_array(starts, amount)) as amounts from (select office_id, starts, sum(amount) as amount
        from collection_sums where period = 'day' and starts between ${firstDay}::date and ${starts.day}::date
        group by office_id, starts) each group by office_id`),
    db.execute<{ scope: string; period: Period; amount: string; demo: boolean }>(sql`
      select distinct on (scope, period) scope, period, amount, demo from collection_targets
      where from_day <= case period when 'day' then ${starts.day}::date when 'month' then ${starts.month}::date else ${starts.year}::date end
      order by scope, period, from_day desc`),
  ]);
  return {
    told: new Date(told?.told ?? 0),
    sums: sums.map((row) => ({ ...collectedOf(row), period: row.period, place: row.office_id, channel: row.channel })),
    hours: hours.flatMap(({ office_id: place, amounts }) => amounts.map(([hour, amount]) => ({ place, hour, amount }))),
    days: days.flatMap(({ office_id: place, amounts }) => amounts.map(([day, amount]) => ({ place, day, amount }))),
    targets: targets.map(({ scope, period, amount, demo }) => ({ scope, period, target: { amount: Number(amount), demo } })),
  };
}

export interface PaceFacts {
  told: Date;
  minutes: { place: Place; minute: number; count: number }[];
}

/** Taxes paid by the minute; `minute` in milliseconds. */
export async function readPace(db: Executor, from: Date, to: Date): Promise<PaceFacts> {
  const [[told], rows] = await Promise.all([
    db.execute<{ told: string }>(sql`select ${TOLD} as told`),
    db.execute<{ minute: string; office_id: Place; count: number }>(sql`select minute, office_id, count from collection_minutes
      where minute >= ${from.toISOString()}::timestamptz and minute < ${to.toISOString()}::timestamptz`),
  ]);
  return {
    told: new Date(told?.told ?? 0),
    minutes: rows.map((row) => ({ place: row.office_id, minute: new Date(row.minute).getTime(), count: row.count })),
  };
}

export interface LastYearFacts {
  /** Null: the view was never refreshed, or has not this day. */
  readAt: Date | null;
  /** Whether anything was booked up to then at all. */
  any: boolean;
  places: ({ place: Place } & Record<Period, Collected>)[];
}

/** A year before `day`, to the end of the minute before `minute` of the day. */
export async function readLastYear(db: Executor, day: string, minute: number): Promise<LastYearFacts> {
  const [state] = await db.execute<{ stats_at: string | null; any: boolean }>(sql`
    select (select stats_at from collection_projection where id = 1 and stats_at is not null) as stats_at,
      exists (select 1 from collection_sums where period = 'day' and starts <= (${day}::date - interval '1 year')::date) as any`);
  const rows = await db.execute<{ place: string } & Record<string, string>>(sql`
    with places as (select distinct place from dashboard_stats where for_day = ${day}::date and minute = -1)
    select s.* from places p cross join lateral (select * from dashboard_stats s
      where s.for_day = ${day}::date and s.place = p.place and s.minute < ${minute} order by s.minute desc limit 1) s`);
  const of = (row: Record<string, string>, period: Period): Collected => ({
    amount: Number(row[`${period}_amount`]),
    count: Number(row[`${period}_count`]),
    reversedAmount: Number(row[`${period}_reversed_amount`]),
    reversedCount: Number(row[`${period}_reversed_count`]),
  });
  return {
    readAt: state?.stats_at ? new Date(state.stats_at) : null,
    any: state?.any ?? false,
    places: rows.map((row) => ({
      ...{
        place: row.place === 'online' ? null : row.place,
        day: of(row, 'day'),
        month: of(row, 'month'),
        year: of(row, 'year'),
      },
    })),
  };
}

export interface Standing {
  count: number;
  amount: number;
}

export async function readOpenIntents(db: Executor): Promise<{ told: Date; open: Standing; uncertain: Standing }> {
  const [row] = await db.execute<Record<'told' | 'open' | 'open_amount' | 'uncertain' | 'uncertain_amount', string>>(sql`
    select ${TOLD} as told, count(*) filter (where state <> 'unknown') as open,
      coalesce(sum(amount) filter (where state <> 'unknown'), 0) as open_amount,
      count(*) filter (where state = 'unknown') as uncertain, coalesce(sum(amount) filter (where state = 'unknown'), 0) as uncertain_amount
    from open_intents`);
  return {
    told: new Date(row?.told ?? 0),
    open: { count: Number(row?.open), amount: Number(row?.open_amount) },
    uncertain: { count: Number(row?.uncertain), amount: Number(row?.uncertain_amount) },
  };
}

export type RefundFacts = { place: Place; what: 'awaiting' | 'underWay' | 'paid'; count: number; amount: number }[];

/** Refunds of cash are of the office that took it. */
export async function readRefunds(db: Executor, since: Date): Promise<RefundFacts> {
  const office = (intent: SQL): SQL => sql`left join cash_takings t on t.intent_id = ${intent}`;
  const rows = await db.execute<{ office_id: Place; what: RefundFacts[number]['what']; count: string; amount: string }>(sql`
    select t.office_id, case r.state when 'proposed' then 'awaiting' else 'underWay' end as what, count(*) as count, sum(r.amount) as amount
    from refunds r ${office(sql`r.intent_id`)}
    where r.state in ('proposed', 'approved', 'pushed', 'pending', 'unknown', 'failed') group by 1, 2
    union all
    select t.office_id, 'paid', count(*), sum(p.amount) from refund_payouts p join refunds r on r.id = p.refund_id ${office(sql`r.intent_id`)}
    where p.paid_at >= ${since.toISOString()}::timestamptz group by 1`);
  return rows.map((row) => ({ place: row.office_id, what: row.what, count: Number(row.count), amount: Number(row.amount) }));
}

/** Of what: of one office, of a region (with its name), of all. */
export type HallFacts = (Hall & { of: 'office' | 'region' | 'all'; key: string | null })[];

/** Lines of a day. What several offices waited at most cannot be made of what each did, so it is asked for regions and all as well. */
export async function readHalls(db: Executor, day: string): Promise<HallFacts> {
  const rows = await db.execute<Record<string, string | null>>(sql`
    with line as (
      select o.id as office_id, coalesce(o.region, '') as region, t.state, extract(epoch from
        (case when t.calls = 1 then t.called_at else (select min(h.at) from ticket_history h where h.ticket_id = t.id and h.event = 'call') end)
        - t.taken_at) as wait
      from offices o join tickets t on t.office_id = o.id and t.day = ${day}::date
    ), tallied as (
      select grouping(office_id) as no_office, grouping(region) as no_region, office_id, region,
        count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'done') as served,
        avg(wait) as average, percentile_cont(0.9) within group (order by wait) as p90
      from line group by grouping sets ((office_id), (region), ())
    ), counters as (
      select grouping(o.id) as no_office, grouping(coalesce(o.region, '')) as no_region, o.id as office_id, coalesce(o.region, '') as region,
        count(*) as agents, count(*) filter (where c.paused) as paused
      from counter_sessions c join offices o on o.id = c.office_id where c.closed_at is null
      group by grouping sets ((o.id), (coalesce(o.region, '')), ())
    )
    select coalesce(t.no_office, c.no_office) as no_office, coalesce(t.no_region, c.no_region) as no_region,
      coalesce(t.office_id, c.office_id) as office_id, coalesce(t.region, c.region) as region, coalesce(waiting, 0) as waiting,
      coalesce(served, 0) as served, average, p90, coalesce(agents, 0) as agents, coalesce(paused, 0) as paused
    from tallied t full join counters c on (c.no_office, c.no_region) = (t.no_office, t.no_region)
      and coalesce(c.office_id::text, '') = coalesce(t.office_id::text, '') and coalesce(c.region, '') = coalesce(t.region, '')`);
  return rows.map((row) => {
    const [noOffice, noRegion] = [Number(row['no_office']), Number(row['no_region'])];
    const of = noOffice === 0 ? 'office' : noRegion === 0 ? 'region' : 'all';
    const seconds = (text: string | null | undefined): number | null =>
      text === null || text === undefined ? null : Number(text);
    return {
      ...{ of, key: (of === 'office' ? row['office_id'] : of === 'region' ? row['region'] : null) ?? null },
      ...{
        waiting: Number(row['waiting']),
        served: Number(row['served']),
        agents: Number(row['agents']),
        paused: Number(row['paused']),
      },
      ...{ averageWait: seconds(row['average']), p90Wait: seconds(row['p90']) },
    };
  });
}

export type DocumentFacts = NonNullable<DashboardView['documents']>;

/** A document counts by its last reading. */
export async function readDocuments(db: Executor, since: Date): Promise<DocumentFacts> {
  const from = sql`${since.toISOString()}::timestamptz`;
  const [row] = await db.execute<Record<'queue' | 'read' | 'unread' | 'average' | 'doubtful', string | null>>(sql`
    select (select count(*) from documents where status in ('queued', 'reading')) as queue, done.read, done.average,
      (select count(*) from documents where status in ('failed', 'needs_photo') and updated_at >= ${from}) as unread,
      (select count(*) from document_reviews where status = 'open') as doubtful
    from (select count(*) as read, avg(reading_ms) as average from documents
      where reading_ms is not null and read_at >= ${from} and status in ('read', 'confirmed', 'discarded')) done`);
  const [read, unread] = [Number(row?.read), Number(row?.unread)];
  return {
    ...{ queue: Number(row?.queue), read: read + unread, doubtful: Number(row?.doubtful) },
    successPercent: read + unread === 0 ? null : (100 * read) / (read + unread),
    averageMs: row?.average === null || row?.average === undefined ? null : Number(row.average),
  };
}

export async function countVehiclesSince(db: Executor, since: Date): Promise<number> {
  const [row] = await db.execute<{ count: string }>(
    sql`select count(*) as count from vehicles where created_at >= ${since.toISOString()}::timestamptz`,
  );
  return Number(row?.count);
}

/** How each way to pay does, and when the oldest of them was looked at; null: none was yet. */
export async function readProviderStatus(db: Executor): Promise<{ at: Date; channels: ChannelView[] } | null> {
  const rows = await db.execute<{ view: ChannelView; checked_at: string }>(
    sql`select view, checked_at from payment_channels order by provider`,
  );
  if (rows.length === 0) return null;
  const at = new Date(Math.min(...rows.map(({ checked_at }) => new Date(checked_at).getTime())));
  return { at, channels: rows.map(({ view }) => view) };
}

/** What a dashboard was told last; null: nothing yet. */
export async function readDashboardState(
  db: Executor,
  scope: DashboardScope,
): Promise<{ state: DashboardView; asOf: Date } | null> {
  const [row] = await db.execute<{ state: DashboardView; as_of: string }>(
    sql`select state, as_of from dashboard_states where scope = ${scope}`,
  );
  return row ? { state: row.state, asOf: new Date(row.as_of) } : null;
}

/** Keeps what dashboards are told, under the numbers that were raised for them. */
export async function writeDashboardStates(tx: Tx, views: readonly DashboardView[]): Promise<void> {
  if (views.length === 0) return;
  const rows = JSON.stringify(views.map((state) => ({ scope: state.scope, as_of: state.asOf, state })));
  await tx.execute(sql`insert into dashboard_states (scope, state, as_of)
    select scope, state, as_of from jsonb_to_recordset(${rows}::text::jsonb) as r (scope text, state jsonb, as_of timestamptz)
    on conflict (scope) do update set state = excluded.state, as_of = excluded.as_of`);
}
