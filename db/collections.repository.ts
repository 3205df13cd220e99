import { sql, type SQL } from 'drizzle-orm';
import type { CollectionMovement, CollectionTotals, MovementKind, StandingOrders } from '#shared/contracts/collections.ts';
import type { PaymentState, PaymentWay } from '#shared/contracts/payments.ts';
import { receiptNumber } from '#shared/domain/payments/receipt-text.ts';
import type { Executor } from './connect.ts';

/** Which movements: an instant window (the end outside), and what else is asked. */
export interface MovementFilter {
  from: Date;
  to: Date;
  /** Only those of one hour of the country's day: a change of the clocks has an hour twice. */
  hour: { of: number; day: string; timeZone: string } | null;
  /** Null: everywhere. Cash alone is of an office. */
  place: { offices: readonly string[] } | 'online' | null;
  channel: PaymentWay | null;
  kind: MovementKind | null;
}

/** The movement behind which a page begins. `at` to the microsecond, as `cursorOf` wrote it. */
export interface MovementCursor {
  at: string;
  itemId: string;
  kind: MovementKind;
}

/** A movement, and how the next page says that it comes behind it. */
export interface FoundMovement extends CollectionMovement {
  cursor: MovementCursor;
}

/** Cash is of an office, everything else is online: what a place and a channel ask together; null: nothing can be both. */
function channelOf({ place, channel }: MovementFilter): SQL | null {
  const atOffice = place !== null && place !== 'online';
  if ((atOffice && channel !== null && channel !== 'cash') || (place === 'online' && channel === 'cash')) return null;
  if (channel !== null) return sql`p.provider = ${channel}`;
  return place === 'online' ? sql`p.provider <> 'cash'` : sql`true`;
}

const inWindow = (column: SQL, { from, to, hour }: MovementFilter): SQL => {
  const window = sql`${column} >= ${from.toISOString()}::timestamptz and ${column} < ${to.toISOString()}::timestamptz`;
  if (!hour) return window;
  const local = sql`date_trunc('hour', ${column} at time zone ${hour.timeZone})`;
  return sql`${window} and ${local} = ${`${hour.day} ${String(hour.of).padStart(2, '0')}:00:00`}::timestamp`;
};

/** Newest first; of one moment, by item; of one item, its reversal before its payment. */
function behind(column: SQL, item: SQL, kind: MovementKind, cursor: MovementCursor | null): SQL {
  if (!cursor) return sql`true`;
  const than = cursor.kind === 'reversed' && kind === 'paid' ? sql`<=` : sql`<`;
  return sql`(${column}, ${item}) ${than} (${cursor.at}::timestamptz, ${cursor.itemId}::uuid)`;
}

interface Slice {
  cursor: MovementCursor | null;
  limit: number;
}

/** The movements of one kind, as a subquery; those of a slice come in order. */
function branch(filter: MovementFilter, kind: MovementKind, channel: SQL, slice?: Slice): SQL {
  const ordered = (at: SQL, item: SQL): SQL =>
    slice ? sql`and ${behind(at, item, kind, slice.cursor)} order by ${at} desc, ${item} desc limit ${slice.limit}` : sql``;
  const offices = filter.place !== null && filter.place !== 'online' ? filter.place.offices : null;
  const columns = sql`p.item_id, p.intent_id, p.fiscal_year, p.provider, p.currency`;
  if (kind === 'reversed') {
    const [at, item] = [sql`r.reversed_at`, sql`r.item_id`];
    const taken = offices
      ? sql`join cash_takings t on t.intent_id = p.intent_id and t.office_id = any(${uuids(offices)})`
      : sql``;
    return sql`select 'reversed' as kind, ${at} as at, ${columns}, -r.amount as amount from payment_reversals r
      join payments p on p.fiscal_year = r.fiscal_year and p.item_id = r.item_id ${taken}
      where ${inWindow(at, filter)} and ${channel} ${ordered(at, item)}`;
  }
  if (!offices) {
    const [at, item] = [sql`p.paid_at`, sql`p.item_id`];
    return sql`select 'paid' as kind, ${at} as at, ${columns}, p.amount from payments p
      where ${inWindow(at, filter)} and ${channel} ${ordered(at, item)}`;
  }
  // Office by office, each from its own index; cash is taken and booked in one moment.
  const [at, item] = [sql`t.taken_at`, sql`i.id`];
  return sql`select 'paid' as kind, of.at, of.item_id, of.intent_id, of.fiscal_year, of.provider, of.currency, of.amount
    from unnest(${uuids(offices)}) as o (id) cross join lateral (
      select ${at} as at, ${columns}, p.amount from cash_takings t
      join payment_items i on i.intent_id = t.intent_id
      join payments p on p.fiscal_year = i.fiscal_year and p.item_id = i.id
      where t.office_id = o.id and ${inWindow(at, filter)} ${ordered(at, item)}
    ) as of`;
}

const uuids = (ids: readonly string[]): SQL =>
  sql`array[${sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  )}]::uuid[]`;

/** All branches of a filter, glued; null: nothing can be in it. */
function union(filter: MovementFilter, slice?: Slice): SQL | null {
  const channel = channelOf(filter);
  const empty = filter.place !== null && filter.place !== 'online' && filter.place.offices.length === 0;
  if (!channel || empty) return null;
  const kinds: readonly MovementKind[] = filter.kind ? [filter.kind] : ['paid', 'reversed'];
  return sql.join(
    kinds.map((kind) => sql`(${branch(filter, kind, channel, slice)})`),
    sql` union all `,
  );
}

type Row = {
  kind: MovementKind;
  at: string;
  item_id: string;
  intent_id: string;
  fiscal_year: number;
  provider: PaymentWay;
  amount: string;
  plate: string;
  country: string;
  office_id: string | null;
  office_name: string | null;
  reference: string | null;
  series: string;
  year: number;
  number: number;
  revoked: boolean;
};

/** A page of movements, newest first: as many statements as one, whatever the window holds. */
export async function readMovements(db: Executor, filter: MovementFilter, slice: Slice): Promise<FoundMovement[]> {
  const all = union(filter, slice);
  if (!all) return [];
  const rows = await db.execute<Row>(sql`
    with page as (
      select * from (${all}) as m order by m.at desc, m.item_id desc, m.kind desc limit ${slice.limit}
    )
    select m.kind, to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, m.item_id, m.intent_id, m.fiscal_year,
      m.provider, m.amount, i.plate, i.country, o.id as office_id, o.name as office_name,
      c.reference, c.series, c.year, c.number, v.reference is not null as revoked
    from page m
    join payment_items i on i.id = m.item_id
    left join cash_takings t on t.intent_id = m.intent_id
    left join offices o on o.id = t.office_id
    left join receipts c on c.item_id = m.item_id
    left join receipt_revocations v on v.reference = c.reference
    order by m.at desc, m.item_id desc, m.kind desc`);
  return rows.map((row) => ({
    cursor: { at: row.at, itemId: row.item_id, kind: row.kind },
    kind: row.kind,
    at: new Date(row.at).toISOString(),
    ...{ itemId: row.item_id, paymentId: row.intent_id, plate: row.plate, country: row.country },
    ...{ fiscalYear: row.fiscal_year, channel: row.provider, amount: Number(row.amount) },
    office: row.office_id === null ? null : { id: row.office_id, name: row.office_name ?? '' },
    receipt:
      row.reference === null
        ? null
        : {
            reference: row.reference,
            number: receiptNumber(row.series, row.year, row.number),
            revoked: row.revoked,
          },
  }));
}

/** How many, and how much: counted from the movements themselves. For windows of days, not of years. */
export async function sumMovements(db: Executor, filter: MovementFilter): Promise<CollectionTotals> {
  const all = union(filter);
  const totals = { paid: { count: 0, amount: 0 }, reversed: { count: 0, amount: 0 } };
  if (!all) return totalsOf(totals.paid, totals.reversed);
  const rows = await db.execute<{ kind: MovementKind; count: string; amount: string }>(
    sql`select kind, count(*) as count, sum(amount) as amount from (${all}) as m group by kind`,
  );
  for (const { kind, count, amount } of rows) totals[kind] = { count: Number(count), amount: Number(amount) };
  return totalsOf(totals.paid, totals.reversed);
}

/**
 * The same over whole days, from the totals that the relay keeps: as many rows as days, offices and ways to pay, not as payments. For days
 * that are over and projected.
 */
export async function sumDays(
  db: Executor,
  days: { from: string; to: string },
  filter: Pick<MovementFilter, 'place' | 'channel' | 'kind'>,
): Promise<CollectionTotals> {
  const [row] = await db.execute<{ count: string; amount: string; reversed_count: string; reversed_amount: string }>(sql`
    select coalesce(sum(count), 0) as count, coalesce(sum(amount), 0) as amount,
      coalesce(sum(reversed_count), 0) as reversed_count, coalesce(sum(reversed_amount), 0) as reversed_amount
    from collection_sums where period = 'day' and starts between ${days.from} and ${days.to} and ${ofTotals(filter)}`);
  const [reversedCount, reversedAmount] = [Number(row?.reversed_count ?? 0), Number(row?.reversed_amount ?? 0)];
  const none = { count: 0, amount: 0 };
  const paid = { count: Number(row?.count ?? 0) + reversedCount, amount: Number(row?.amount ?? 0) + reversedAmount };
  const reversed = { count: reversedCount, amount: -reversedAmount };
  return totalsOf(filter.kind === 'reversed' ? none : paid, filter.kind === 'paid' ? none : reversed);
}

const totalsOf = (paid: CollectionTotals['paid'], reversed: CollectionTotals['reversed']): CollectionTotals => ({
  ...{ paid, reversed },
  // `-0` is no amount.
  net: paid.amount + reversed.amount || 0,
});

/** Two stretches of one filter together. */
export const addTotals = (a: CollectionTotals, b: CollectionTotals): CollectionTotals =>
  totalsOf(
    { count: a.paid.count + b.paid.count, amount: a.paid.amount + b.paid.amount },
    { count: a.reversed.count + b.reversed.count, amount: a.reversed.amount + b.reversed.amount },
  );

/** Rows of the totals at a place, of a way to pay. */
function ofTotals({ place, channel }: Pick<MovementFilter, 'place' | 'channel'>): SQL {
  const where =
    place === null
      ? sql`true`
      : place === 'online'
        ? sql`office_id is null`
        : place.offices.length === 0
          ? sql`false`
          : sql`office_id = any(${uuids(place.offices)})`;
  return channel === null ? where : sql`${where} and channel = ${channel}`;
}

/** What each hour of a day brought, net, by hour; hours without a movement are missing. */
export async function sumHours(
  db: Executor,
  day: string,
  place: MovementFilter['place'],
): Promise<Map<number, { count: number; amount: number }>> {
  const rows = await db.execute<{ hour: number; count: string; amount: string }>(sql`
    select hour, sum(count) as count, sum(amount) as amount from collection_totals
    where day = ${day} and ${ofTotals({ place, channel: null })} group by hour`);
  return new Map(rows.map(({ hour, count, amount }) => [hour, { count: Number(count), amount: Number(amount) }]));
}

/** The offices of a region. */
export async function officesOfRegion(db: Executor, region: string): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`select id from offices where region = ${region}`);
  return rows.map(({ id }) => id);
}

/** Orders online in some states that have not ended, the oldest first, and how many and how much there are of them. */
export async function readStandingOrders(
  db: Executor,
  states: readonly PaymentState[],
  limit: number,
): Promise<Omit<StandingOrders, 'asOf'>> {
  const standing = sql`open_intents o join payment_intents i on i.id = o.intent_id
    where i.provider <> 'cash' and i.state in (${sql.join(
      states.map((state) => sql`${state}`),
      sql`, `,
    )})`;
  const [all] = await db.execute<{ count: number; amount: string }>(
    sql`select count(*)::int as count, coalesce(sum(i.amount), 0) as amount from ${standing}`,
  );
  const rows = await db.execute<{
    id: string;
    state: PaymentState;
    provider: PaymentWay;
    amount: string;
    plates: string[];
    created_at: Date | string;
    next_check_at: Date | string | null;
  }>(sql`select i.id, i.state, i.provider, i.amount, i.created_at, i.next_check_at,
      array(select plate from payment_items where intent_id = i.id order by plate) as plates
    from ${standing} order by i.created_at, i.id limit ${limit}`);
  return {
    orders: rows.map((row) => ({
      ...{ paymentId: row.id, state: row.state, channel: row.provider, amount: Number(row.amount), plates: row.plates },
      startedAt: new Date(row.created_at).toISOString(),
      asksAgainAt: row.next_check_at === null ? null : new Date(row.next_check_at).toISOString(),
    })),
    ...{ count: all?.count ?? 0, amount: Number(all?.amount ?? 0) },
  };
}

/** The office whose till a payment's cash lies in; null: it was online. */
export async function officeOfPayment(db: Executor, paymentId: string): Promise<{ id: string; name: string } | null> {
  const [row] = await db.execute<{ id: string; name: string }>(
    sql`select o.id, o.name from cash_takings t join offices o on o.id = t.office_id where t.intent_id = ${paymentId}`,
  );
  return row ?? null;
}
