import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { ReceiptScan } from '#shared/contracts/anomalies.ts';
import type { PaidVehicle } from '#shared/domain/anomalies/paid-twice.ts';
import type { AgentFigures } from '#shared/domain/anomalies/reversals.ts';
import type { OpeningHours } from '#shared/domain/tickets/slots.ts';
import type { Executor } from './connect.ts';
import { receiptScans } from './schema/anomalies.ts';
import { officeClosedDays, officeHours } from './schema/appointments.ts';
import { offices } from './schema/identity.ts';
import { paymentItems, receipts } from './schema/payments.ts';

/** Keeps scans of receipts that exist, each once; answers how many of them are there now. */
export async function keepScans(db: Executor, scans: readonly ReceiptScan[], receivedAt: Date): Promise<number> {
  const known = await db
    .select({ reference: receipts.reference })
    .from(receipts)
    .where(
      inArray(
        receipts.reference,
        scans.map(({ reference }) => reference),
      ),
    );
  const there = new Set(known.map(({ reference }) => reference));
  const kept = scans.filter(({ reference }) => there.has(reference));
  if (kept.length > 0) {
    await db
      .insert(receiptScans)
      .values(kept.map(({ scannedAt, ...scan }) => ({ ...scan, scannedAt: new Date(scannedAt), receivedAt })))
      .onConflictDoNothing({ target: receiptScans.id });
  }
  return kept.length;
}

export async function pruneScans(db: Executor, receivedBefore: Date): Promise<number> {
  const rows = await db
    .delete(receiptScans)
    .where(lt(receiptScans.receivedAt, receivedBefore))
    .returning({ id: receiptScans.id });
  return rows.length;
}

export interface ScanRow {
  id: string;
  reference: string;
  place: string;
  scannedAt: Date;
}

/** All scans since `scannedAfter` of the receipts that somebody told of since `receivedAfter`. */
export async function scansOfRecentlyTold(db: Executor, receivedAfter: Date, scannedAfter: Date): Promise<ScanRow[]> {
  const told = db
    .selectDistinct({ reference: receiptScans.reference })
    .from(receiptScans)
    .where(gt(receiptScans.receivedAt, receivedAfter));
  return db
    .select({
      id: receiptScans.id,
      reference: receiptScans.reference,
      place: receiptScans.place,
      scannedAt: receiptScans.scannedAt,
    })
    .from(receiptScans)
    .where(and(inArray(receiptScans.reference, told), gt(receiptScans.scannedAt, scannedAfter)))
    .orderBy(receiptScans.reference, receiptScans.scannedAt);
}

/** What a receipt is of, to be shown beside it. */
export interface ReceiptOf {
  reference: string;
  paymentId: string;
  plate: string;
  country: string;
}

export async function receiptsOf(db: Executor, references: readonly string[]): Promise<Map<string, ReceiptOf>> {
  if (references.length === 0) return new Map();
  const rows = await db
    .select({
      reference: receipts.reference,
      paymentId: receipts.intentId,
      plate: paymentItems.plate,
      country: paymentItems.country,
    })
    .from(receipts)
    .innerJoin(paymentItems, eq(paymentItems.id, receipts.itemId))
    .where(inArray(receipts.reference, [...references]));
  return new Map(rows.map((row) => [row.reference, row]));
}

/**
 * The taxes paid since then, each with those of the same year that were paid for a vehicle of the same VIN, or of the same plate in another
 * country. Reversed ones are left out.
 */
export async function paidForLikeVehicles(db: Executor, paidAfter: Date): Promise<PaidVehicle[]> {
  return db.execute<PaidVehicle & Record<string, unknown>>(sql`
    with fresh as (
      select p.vehicle_id, p.fiscal_year, v.vin, v.plate, v.country from payments p join vehicles v on v.id = p.vehicle_id
      where p.paid_at >= ${paidAfter.toISOString()}::timestamptz
    ), pairs as (
      select f.vehicle_id as one, v.id as other, f.fiscal_year from fresh f join vehicles v on v.vin = f.vin and v.id <> f.vehicle_id
      union
      select f.vehicle_id, v.id, f.fiscal_year from fresh f join vehicles v on v.plate = f.plate and v.country <> f.country
    ), concerned as (
      select one as vehicle_id, fiscal_year from pairs union select other, fiscal_year from pairs
    )
    select v.id as "vehicleId", v.country, v.plate, v.vin, v.first_registration::text as "firstRegistration",
      p.fiscal_year as "fiscalYear", r.reference, p.intent_id as "paymentId"
    from concerned c
      join payments p on p.vehicle_id = c.vehicle_id and p.fiscal_year = c.fiscal_year
      join vehicles v on v.id = p.vehicle_id
      join receipts r on r.item_id = p.item_id
    where not exists (select 1 from payment_reversals x where x.item_id = p.item_id)
    order by v.id, p.fiscal_year`);
}

/** What each agent took at the counters since then, and how many of those payments were reversed in the same time. */
export async function agentFigures(db: Executor, since: Date): Promise<(AgentFigures & { officeId: string })[]> {
  const from = sql`${since.toISOString()}::timestamptz`;
  return db.execute<AgentFigures & { officeId: string } & Record<string, unknown>>(sql`
    with taken as (
      select t.agent_id, t.office_id, count(*)::int as takings from cash_takings t where t.taken_at >= ${from} group by 1, 2
    ), reversed as (
      select t.agent_id, count(distinct x.item_id)::int as reversals
      from payment_reversals x join payment_items i on i.id = x.item_id join cash_takings t on t.intent_id = i.intent_id
      where x.reversed_at >= ${from} group by 1
    ), latest as (
      -- Who changed offices is of the one where most was taken.
      select distinct on (agent_id) agent_id, office_id, (sum(takings) over (partition by agent_id))::int as takings
      from taken order by agent_id, taken.takings desc
    )
    select l.agent_id as "agentId", l.office_id as "officeId", l.takings, coalesce(r.reversals, 0)::int as reversals
    from latest l left join reversed r using (agent_id)`);
}

/** The newest receipts of an agent's takings that were reversed since then. */
export async function reversedReceipts(db: Executor, agentId: string, since: Date, limit: number): Promise<ReceiptOf[]> {
  return db.execute<ReceiptOf & Record<string, unknown>>(sql`
    select r.reference, r.intent_id as "paymentId", i.plate, i.country
    from payment_reversals x join payment_items i on i.id = x.item_id
      join cash_takings t on t.intent_id = i.intent_id and t.agent_id = ${agentId}
      join receipts r on r.item_id = i.id
    where x.reversed_at >= ${since.toISOString()}::timestamptz order by x.reversed_at desc limit ${limit}`);
}

export interface OfficeTimes {
  officeId: string;
  hours: OpeningHours[];
  closedDays: Set<string>;
}

/** When each office is open. */
export async function officeTimes(db: Executor): Promise<OfficeTimes[]> {
  const [all, hours, closed] = await Promise.all([
    db.select({ id: offices.id }).from(offices),
    db.select().from(officeHours),
    db.select().from(officeClosedDays),
  ]);
  return all.map(({ id: officeId }) => ({
    officeId,
    hours: hours.filter((one) => one.officeId === officeId),
    closedDays: new Set(closed.filter((one) => one.officeId === officeId).map(({ day }) => day)),
  }));
}

/** Payments at each office in one hour of the clock, by office and day of the country. */
export async function takingsOfHour(
  db: Executor,
  { hour, from, to, timeZone }: { hour: number; from: Date; to: Date; timeZone: string },
): Promise<{ officeId: string; day: string; count: number }[]> {
  const local = sql`taken_at at time zone ${timeZone}`;
  return db.execute<{ officeId: string; day: string; count: number }>(sql`
    select office_id as "officeId", to_char(${local}, 'YYYY-MM-DD') as day, count(*)::int as count from cash_takings
    where taken_at >= ${from.toISOString()}::timestamptz and taken_at < ${to.toISOString()}::timestamptz
      and extract(hour from ${local}) = ${hour}
    group by 1, 2`);
}
