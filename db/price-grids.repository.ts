import { and, asc, desc, eq, inArray, isNull, lte, max, sql } from 'drizzle-orm';
import type { PriceGrid } from '#shared/contracts/tax-rules.ts';
import type { Executor, Tx } from './connect.ts';
import { users } from './schema/identity.ts';
import { priceGrids } from './schema/tax.ts';

export type PriceGridRow = typeof priceGrids.$inferSelect;

/** Two grids of one country with one number cannot be written: whoever drafts waits for the other. */
export async function lockCountryGrids(tx: Tx, country: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('price_grids'), hashtext(${country}))`);
}

export async function lastGridVersion(db: Executor, country: string): Promise<number> {
  const [row] = await db
    .select({ version: max(priceGrids.version) })
    .from(priceGrids)
    .where(eq(priceGrids.country, country));
  return row?.version ?? 0;
}

/** Writes a draft. The grid was checked before (`PriceGrid`, `gridFaults`). */
export async function insertGridDraft(tx: Tx, grid: PriceGrid, authorId: string): Promise<string> {
  const { rules, ...values } = grid;
  const [row] = await tx
    .insert(priceGrids)
    .values({ ...values, data: rules, authorId })
    .returning({ id: priceGrids.id });
  if (!row) throw new Error('price_grids returned nothing');
  return row.id;
}

export async function lockGrid(tx: Tx, country: string, version: number): Promise<PriceGridRow | null> {
  const [row] = await tx
    .select()
    .from(priceGrids)
    .where(and(eq(priceGrids.country, country), eq(priceGrids.version, version)))
    .for('update');
  return row ?? null;
}

export async function markGridProposed(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.update(priceGrids).set({ status: 'proposed', proposedAt: at }).where(eq(priceGrids.id, id));
}

/** The constraint `price_grids_two_persons` refuses the author. */
export async function markGridApproved(tx: Tx, id: string, approverId: string, at: Date): Promise<void> {
  await tx.update(priceGrids).set({ status: 'approved', approverId, approvedAt: at }).where(eq(priceGrids.id, id));
}

/** All versions of a country, oldest first, with the addresses of who drafted and who approved them; without their content. */
export async function listGrids(db: Executor, country: string) {
  const approver = db.$with('approver').as(db.select({ id: users.id, email: users.email }).from(users));
  return db
    .with(approver)
    .select({
      version: priceGrids.version,
      status: priceGrids.status,
      effectiveFrom: priceGrids.effectiveFrom,
      author: users.email,
      approver: approver.email,
      approvedAt: priceGrids.approvedAt,
    })
    .from(priceGrids)
    .innerJoin(users, eq(users.id, priceGrids.authorId))
    .leftJoin(approver, eq(approver.id, priceGrids.approverId))
    .where(eq(priceGrids.country, country))
    .orderBy(asc(priceGrids.version));
}

/** Who may draft, propose and approve; null for anybody else. The e-mail in any case of letters. */
export async function findGridActor(db: Executor, email: string): Promise<string | null> {
  const [row] = await db
    .select({ id: users.id })
    .from(users)
    .where(
      and(eq(users.email, email.toLowerCase()), inArray(users.role, ['administrator', 'supervisor']), isNull(users.disabledAt)),
    );
  return row?.id ?? null;
}

const inForce = (country: string, on: string) =>
  and(eq(priceGrids.country, country), eq(priceGrids.status, 'approved'), lte(priceGrids.effectiveFrom, on));
const NEWEST = [desc(priceGrids.effectiveFrom), desc(priceGrids.version)];

/** The number of the version in force on a day: the approved one that took effect last. */
export async function versionInForce(db: Executor, country: string, on: string): Promise<number | null> {
  const [row] = await db
    .select({ version: priceGrids.version })
    .from(priceGrids)
    .where(inForce(country, on))
    .orderBy(...NEWEST)
    .limit(1);
  return row?.version ?? null;
}

/** A version, whatever its status. */
export async function findGrid(db: Executor, country: string, version: number): Promise<PriceGrid | null> {
  const [row] = await db
    .select()
    .from(priceGrids)
    .where(and(eq(priceGrids.country, country), eq(priceGrids.version, version)));
  return row ? gridOf(row) : null;
}

/** The grid in force on a day in each country that has one: one query, as few grids as there are countries. */
export async function gridsInForce(db: Executor, on: Readonly<Record<string, string>>): Promise<Map<string, PriceGrid>> {
  const days = sql.join(
    Object.entries(on).map(([country, day]) => sql`(${country}, ${day}::date)`),
    sql`, `,
  );
  const rows = await db
    .selectDistinctOn([priceGrids.country], { grid: priceGrids })
    .from(priceGrids)
    .innerJoin(sql`(values ${days}) as today (country, day)`, sql`today.country = ${priceGrids.country}`)
    .where(and(eq(priceGrids.status, 'approved'), sql`${priceGrids.effectiveFrom} <= today.day`))
    .orderBy(priceGrids.country, ...NEWEST);
  return new Map(rows.map(({ grid }) => [grid.country, gridOf(grid)]));
}

const gridOf = ({ country, version, currency, effectiveFrom, data }: PriceGridRow): PriceGrid => ({
  country,
  version,
  currency,
  effectiveFrom,
  rules: data,
});
