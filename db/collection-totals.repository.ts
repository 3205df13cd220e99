import { sql } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import type { Db, Executor, Tx } from './connect.ts';
import type { TotalsDifference } from './schema/collections.ts';

/**
 * What moves totals, one row a movement: `at`, `office_id`, `channel`, `count`, `amount`, `reversed_count`, `reversed_amount`. A reversal
 * counts when it happens, where and how its payment was made.
 */
const moves = (payments: string, reversals: string): string => `
  select p.paid_at as at, t.office_id, p.provider as channel, 1 as count, p.amount, 0 as reversed_count, 0::bigint as reversed_amount
  from ${payments} left join cash_takings t on t.intent_id = p.intent_id
  union all
  select r.reversed_at, t.office_id, p.provider, -1, -r.amount, 1, r.amount
  from ${reversals} join payments p on p.fiscal_year = r.fiscal_year and p.item_id = r.item_id
  left join cash_takings t on t.intent_id = p.intent_id`;

/** The movements of some orders ($1) and refunds ($2), found by their own indexes. */
const MOVES_OF_SOME = moves(
  `(select q.* from payment_items i join payments q on q.fiscal_year = i.fiscal_year and q.item_id = i.id
    where i.intent_id = any($1::uuid[])) p`,
  '(select * from payment_reversals where refund_id = any($2::uuid[])) r',
);

/** Events that the relay has still to take: their movements are not in the totals, and will be. */
const pending = (event: string, id: string): string => `
  select (payload ->> '${id}')::uuid from outbox where name = '${event}' and emitted_at is null and parked_at is null`;

/** All movements but those that are still to be told of; of what is asked besides. */
const movesTold = (paid = 'true', reversed = 'true'): string =>
  moves(
    `(select * from payments where ${paid} and intent_id not in (${pending('payment.succeeded', 'paymentId')})) p`,
    `(select * from payment_reversals where ${reversed} and refund_id not in (${pending('refund.approved', 'refundId')})) r`,
  );

const SUMMED =
  'sum(count)::int as count, sum(amount)::bigint as amount, sum(reversed_count)::int as reversed_count, sum(reversed_amount)::bigint as reversed_amount';
const HOURS = `select wall::date as day, extract(hour from wall)::smallint as hour, office_id, channel, ${SUMMED} from walls group by 1, 2, 3, 4`;
const SUMS = `select s.period, s.starts, office_id, channel, ${SUMMED} from walls cross join lateral (values ('day', wall::date),
  ('month', date_trunc('month', wall)::date), ('year', date_trunc('year', wall)::date)) s (period, starts) group by 1, 2, 3, 4`;
const MINUTES = `select date_trunc('minute', at) as minute, office_id, sum(count)::int as count, sum(amount)::bigint as amount from walls
  where count > 0 group by 1, 2`;
const ADDED = `count = c.count + excluded.count, amount = c.amount + excluded.amount,
  reversed_count = c.reversed_count + excluded.reversed_count, reversed_amount = c.reversed_amount + excluded.reversed_amount`;

/** `walls`: movements with the time on the country's clock. */
const walls = (from: string, timeZone: string): string =>
  `moves as (${from}), walls as (select *, at at time zone ${timeZone} as wall from moves)`;

const ADD_MOVES = `
  with ${walls(MOVES_OF_SOME, '$3')},
  hours as (insert into collection_totals as c (day, hour, office_id, channel, count, amount, reversed_count, reversed_amount)
    ${HOURS} on conflict (day, hour, office_id, channel) do update set ${ADDED}),
  sums as (insert into collection_sums as c (period, starts, office_id, channel, count, amount, reversed_count, reversed_amount)
    ${SUMS} on conflict (period, starts, office_id, channel) do update set ${ADDED})
  insert into collection_minutes as c (minute, office_id, count, amount) ${MINUTES}
    on conflict (minute, office_id) do update set count = c.count + excluded.count, amount = c.amount + excluded.amount`;

/** States of orders that have not ended. */
const OPEN = `('created', 'pushed', 'pending', 'unknown')`;
const FOLLOW_INTENTS = `
  with current as (select id, state, amount from payment_intents where id = any($1::uuid[]) and provider <> 'cash'),
  ended as (delete from open_intents o using current c where o.intent_id = c.id and c.state not in ${OPEN})
  insert into open_intents as o (intent_id, state, amount) select id, state, amount from current where state in ${OPEN}
    on conflict (intent_id) do update set state = excluded.state where o.state <> excluded.state`;

/** Ids of what events are about. */
export interface Moved {
  /** Orders whose taxes were booked. */
  paid: readonly string[];
  /** Refunds whose payments were reversed. */
  reversed: readonly string[];
  /** Orders that came to another state. */
  intents: readonly string[];
}

/** Where the connection prepares at all. */
const PREPARED = { prepare: true } as const;

/** Adds movements to the totals: for the relay alone, in the transaction that marks their events, so that each is added once. */
export async function addMoves(tx: TransactionSql, { paid, reversed, intents }: Moved, timeZone: string): Promise<void> {
  // Sent at once; one connection does them in this order.
  await Promise.all([
    paid.length + reversed.length > 0 && tx.unsafe(ADD_MOVES, [[...paid], [...reversed], timeZone], PREPARED),
    intents.length > 0 && tx.unsafe(FOLLOW_INTENTS, [[...intents]], PREPARED),
  ]);
}

/** Whether totals were ever computed by this clock. */
export async function areTotalsOf(db: Executor, timeZone: string): Promise<boolean> {
  const rows = await db.execute(sql`select 1 from collection_projection where time_zone = ${timeZone}`);
  return rows.length > 0;
}

/** Milliseconds that the minutes are kept. */
export const MINUTES_KEPT_MS = 48 * 3_600_000;

/**
 * Computes all totals from the payments themselves. The relay waits meanwhile; what it has still to tell of is left for it to add, so that
 * this may be done at any time.
 */
export async function rebuildTotals(db: Db, timeZone: string, now: Date): Promise<void> {
  const zone = literal(timeZone);
  const run = (tx: Tx, text: string) => tx.execute(sql.raw(text));
  await db.transaction(async (tx) => {
    // Before the first read: each statement then sees what the relay has committed, and nothing comes between them.
    await run(tx, 'lock table collection_totals, collection_sums, collection_minutes, open_intents in share row exclusive mode');
    for (const table of ['collection_totals', 'collection_sums', 'collection_minutes', 'open_intents'])
      await run(tx, `delete from ${table}`);
    const kept = literal(new Date(now.getTime() - MINUTES_KEPT_MS).toISOString());
    // One statement, one moment: events and what they tell of are seen together.
    await run(
      tx,
      `with ${walls(movesTold(), zone)},
      hours as (insert into collection_totals (day, hour, office_id, channel, count, amount, reversed_count, reversed_amount) ${HOURS}),
      sums as (insert into collection_sums (period, starts, office_id, channel, count, amount, reversed_count, reversed_amount) ${SUMS})
      insert into collection_minutes (minute, office_id, count, amount) select * from (${MINUTES}) m where minute >= ${kept}::timestamptz`,
    );
    await run(
      tx,
      `insert into open_intents (intent_id, state, amount) select id, state, amount from payment_intents
      where provider <> 'cash' and state in ${OPEN}`,
    );
    await tx.execute(sql`insert into collection_projection (id, time_zone, built_at) values (1, ${timeZone}, ${now.toISOString()}::timestamptz)
      on conflict (id) do update set time_zone = excluded.time_zone, built_at = excluded.built_at`);
  });
}

export interface TotalsComparison {
  compared: number;
  differing: number;
  /** Of the hours, what is too much or too little, added up. Minor unit. */
  amount: number;
  details: TotalsDifference[];
}

/** Differences that are kept with a check. */
const DETAILS = 50;

/**
 * Compares the totals with the payments, whatever the relay has still to tell of: a year of the country's at a time, so that none takes long,
 * and each at one moment.
 */
export async function compareTotals(db: Executor, timeZone: string): Promise<TotalsComparison> {
  const [row] = await db.execute<{ first: number | null; last: number | null }>(
    sql.raw(`select extract(year from least(min(first), min(starts)))::int as first, extract(year from greatest(max(last), max(starts)))::int as last from
      (select min(paid_at) as first, max(paid_at) as last from payments union all select min(reversed_at), max(reversed_at) from payment_reversals) f,
      (select min(starts)::timestamptz as starts from collection_sums union all select max(starts) from collection_sums) s`),
  );
  const whole: TotalsComparison = { compared: 0, differing: 0, amount: 0, details: [] };
  if (row?.first === null || row?.first === undefined || row.last === null) return whole;
  // A year's first hours are another year's where the clock is another one.
  for (let year = row.first - 1; year <= row.last + 1; year += 1) {
    const found = await compareYear(db, timeZone, year);
    whole.compared += found.compared;
    whole.differing += found.differing;
    whole.amount += found.amount;
    whole.details.push(...found.details.slice(0, DETAILS - whole.details.length));
  }
  return whole;
}

async function compareYear(db: Executor, timeZone: string, year: number): Promise<TotalsComparison> {
  const zone = literal(timeZone);
  const window = (column: string): string =>
    `${column} >= '${year}-01-01'::timestamp at time zone ${zone} and ${column} < '${year + 1}-01-01'::timestamp at time zone ${zone}`;
  const key = (columns: readonly string[]): string =>
    `concat_ws(' ', ${columns.map((column) => (column === 'office_id' ? `coalesce(office_id::text, 'online')` : column)).join(', ')})`;
  const figures = 'count, amount, reversed_count, reversed_amount';
  const both = (table: string, day: string, columns: readonly string[]): string => `
    select '${table}' as table_name, coalesce(f.key, t.key) as key, coalesce(t.count, 0) as count, coalesce(t.amount, 0) as amount,
      coalesce(f.count, 0) as fact_count, coalesce(f.amount, 0) as fact_amount,
      (coalesce(t.count, 0), coalesce(t.amount, 0), coalesce(t.reversed_count, 0), coalesce(t.reversed_amount, 0))
        is distinct from (coalesce(f.count, 0), coalesce(f.amount, 0), coalesce(f.reversed_count, 0), coalesce(f.reversed_amount, 0)) as differs
    from (select ${key(columns)} as key, ${figures} from ${table} where ${day} between '${year}-01-01' and '${year}-12-31') t
    full join (select ${key(columns)} as key, ${figures} from facts_${table}) f on f.key = t.key`;
  const lines = [
    both('collection_totals', 'day', ['day', 'hour', 'office_id', 'channel']),
    both('collection_sums', 'starts', ['period', 'starts', 'office_id', 'channel']),
  ].join(' union all ');
  const [row] = await db.execute<{ compared: string; differing: string; total: string; details: Detail[] | null }>(
    sql.raw(`with ${walls(movesTold(window('paid_at'), window('reversed_at')), zone)},
      facts_collection_totals as (${HOURS}), facts_collection_sums as (${SUMS}), lines as (${lines})
      select count(*) as compared, count(*) filter (where differs) as differing,
        coalesce(sum(abs(amount - fact_amount)) filter (where table_name = 'collection_totals'), 0) as total,
        (select jsonb_agg(jsonb_build_object('table', table_name, 'key', key, 'total', jsonb_build_object('count', count, 'amount', amount),
          'facts', jsonb_build_object('count', fact_count, 'amount', fact_amount)))
          from (select * from lines where differs order by table_name, key limit ${DETAILS}) d) as details
      from lines`),
  );
  if (!row) throw new Error('the totals could not be compared');
  const { compared, differing, total, details } = row;
  return { compared: Number(compared), differing: Number(differing), amount: Number(total), details: details ?? [] };
}
type Detail = TotalsDifference & Record<string, unknown>;

/** Keeps what a comparison found. */
export async function insertCheck(db: Executor, found: TotalsComparison, at: Date): Promise<void> {
  await db.execute(sql`insert into totals_checks (checked_at, compared, differing, amount, details)
    values (${at.toISOString()}::timestamptz, ${found.compared}, ${found.differing}, ${found.amount}, ${JSON.stringify(found.details)}::jsonb)`);
}

/** How many totals differed when they were compared last; 0 where they never were. */
export async function lastDifferences(db: Executor): Promise<number> {
  const [row] = await db.execute<{ differing: number }>(
    sql`select differing from totals_checks order by checked_at desc limit 1`,
  );
  return row?.differing ?? 0;
}

/** Refreshes what dashboards compare with; nobody who reads waits. */
export async function refreshStats(db: Db, now: Date): Promise<void> {
  await db.execute(sql`select refresh_dashboard_stats()`);
  await db.execute(sql`update collection_projection set stats_at = ${now.toISOString()}::timestamptz where id = 1`);
}

/** Minutes and checks that nobody needs any more. */
export async function pruneTotals(db: Executor, now: Date): Promise<number> {
  const before = (ms: number): string => new Date(now.getTime() - ms).toISOString();
  const minutes = await db.execute(
    sql`delete from collection_minutes where minute < ${before(MINUTES_KEPT_MS)}::timestamptz returning 1`,
  );
  const checks = await db.execute(
    sql`delete from totals_checks where checked_at < ${before(365 * 24 * 3_600_000)}::timestamptz returning 1`,
  );
  return minutes.length + checks.length;
}

/** A text as SQL writes it. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
