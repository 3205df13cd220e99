import { and, asc, desc, eq, gte, inArray, isNotNull, lt, lte, sql, type SQL } from 'drizzle-orm';
import type { ReportFilter, ReportPlaces, ReportsView, ReportView } from '#shared/contracts/reports.ts';
import { REPORTS_UNDER_WAY } from '#shared/contracts/reports.ts';
import type { Executor, Tx } from './connect.ts';
import { giveUpObjects } from './objects-to-delete.repository.ts';
import { offices, users } from './schema/identity.ts';
import { reports } from './schema/reports.ts';

export type ReportRow = typeof reports.$inferSelect;
export type NewReport = typeof reports.$inferInsert;

const UNDER_WAY = ['waiting', 'working'] as const;
/** A run that was cut off may still put its file there for so long, milliseconds. */
const WRITERS_MS = 3600_000;

const iso = (at: Date | null): string | null => at && at.toISOString();

function viewOf({ report, by }: { report: ReportRow; by: string | null }, currency: string): ReportView {
  const { id, period, firstDay, lastDay, scope, scopeName, content, format, origin, askedBy, state, failure, attempt } = report;
  const { provisional, totals, agrees, rows, bytes, sha256, fingerprint } = report;
  return {
    ...{ id, period, from: firstDay, to: lastDay, scope, scopeName, content, format, origin, state, failure, attempt },
    by: askedBy === null ? null : { id: askedBy, name: by ?? '' },
    ...{ createdAt: report.createdAt.toISOString(), startedAt: iso(report.startedAt), endedAt: iso(report.endedAt) },
    ...{ asOf: iso(report.asOf), provisional, totals, agrees, currency, rows, bytes, sha256, fingerprint },
    keptUntil: iso(report.keptUntil),
  };
}

const select = (db: Executor) =>
  db.select({ report: reports, by: users.name }).from(reports).leftJoin(users, eq(users.id, reports.askedBy)).$dynamic();

export async function findReport(db: Executor, id: string): Promise<ReportRow | null> {
  const [row] = await db.select().from(reports).where(eq(reports.id, id));
  return row ?? null;
}

export async function readReport(db: Executor, id: string, currency: string): Promise<ReportView | null> {
  const [row] = await select(db).where(eq(reports.id, id));
  return row ? viewOf(row, currency) : null;
}

export async function findAsked(db: Executor, askedBy: string, idempotencyKey: string): Promise<ReportRow | null> {
  const [row] = await db
    .select()
    .from(reports)
    .where(and(eq(reports.askedBy, askedBy), eq(reports.idempotencyKey, idempotencyKey)));
  return row ?? null;
}

/** Writes those that are not there yet; answers their ids. */
export async function insertReports(tx: Tx, rows: readonly NewReport[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const made = await tx
    .insert(reports)
    .values([...rows])
    .onConflictDoNothing()
    .returning({ id: reports.id });
  return made.map(({ id }) => id);
}

/** A page of the list, newest first, and behind which the next one begins. */
export async function readReports(
  db: Executor,
  { period, origin, scope, content, sha256, before }: ReportFilter,
  { limit, currency }: { limit: number; currency: string },
): Promise<{ reports: ReportView[]; next: string | null }> {
  const [at, id] = before?.split('~') ?? [];
  const conditions: (SQL | undefined)[] = [
    period && eq(reports.period, period),
    origin && eq(reports.origin, origin),
    scope && eq(reports.scope, scope),
    content && eq(reports.content, content),
    sha256 === undefined ? undefined : eq(reports.sha256, sha256),
    at && id ? sql`(${reports.createdAt}, ${reports.id}) < (${at}::timestamptz, ${id}::uuid)` : undefined,
  ];
  const cursor = sql<string>`to_char(${reports.createdAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || ${reports.id}`;
  const found = await db
    .select({ report: reports, by: users.name, cursor })
    .from(reports)
    .leftJoin(users, eq(users.id, reports.askedBy))
    .where(and(...conditions))
    .orderBy(desc(reports.createdAt), desc(reports.id))
    .limit(limit + 1);
  const shown = found.slice(0, limit);
  return {
    reports: shown.map((row) => viewOf(row, currency)),
    next: found.length > limit ? (shown.at(-1)?.cursor ?? null) : null,
  };
}

/** State of the topic `reports`. */
export async function readUnderWay(tx: Executor, currency: string): Promise<ReportsView> {
  const rows = await select(tx)
    .where(inArray(reports.state, [...UNDER_WAY]))
    .orderBy(desc(reports.createdAt), desc(reports.id))
    .limit(REPORTS_UNDER_WAY);
  return { underWay: rows.map((row) => viewOf(row, currency)) };
}

export async function lockReport(tx: Tx, id: string): Promise<ReportRow | null> {
  const [row] = await tx.select().from(reports).where(eq(reports.id, id)).for('update');
  return row ?? null;
}

export async function changeReport(tx: Tx, id: string, change: Partial<ReportRow>): Promise<void> {
  await tx.update(reports).set(change).where(eq(reports.id, id));
}

/** Notes that a run is alive; false when it is not the newest, or nobody waits for it any more. */
export async function touchReport(db: Executor, id: string, attempt: number, movedAt: Date): Promise<boolean> {
  const rows = await db
    .update(reports)
    .set({ movedAt })
    .where(and(eq(reports.id, id), eq(reports.attempt, attempt), eq(reports.state, 'working')))
    .returning({ id: reports.id });
  return rows.length > 0;
}

/** Those that have not moved since: their job is lost, or was never there. */
export async function stalledReports(db: Executor, movedBefore: Date, limit: number): Promise<{ id: string; attempt: number }[]> {
  return db
    .select({ id: reports.id, attempt: reports.attempt })
    .from(reports)
    .where(and(inArray(reports.state, [...UNDER_WAY]), lt(reports.movedAt, movedBefore)))
    .orderBy(asc(reports.movedAt))
    .limit(limit);
}

/** Gives up the files whose time is over, a batch. Answers how many. */
export async function expireReports(tx: Tx, at: Date, limit: number): Promise<number> {
  const due = tx
    .select({ id: reports.id })
    .from(reports)
    .where(and(isNotNull(reports.objectKey), lte(reports.keptUntil, at)))
    .orderBy(asc(reports.keptUntil))
    .limit(limit)
    .for('update', { skipLocked: true });
  const rows = await tx.select({ id: reports.id, key: reports.objectKey }).from(reports).where(inArray(reports.id, due));
  await giveUpObjects(
    tx,
    rows.flatMap(({ key }) => (key === null ? [] : [{ key, prefix: false, dueAt: at }])),
  );
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await tx.update(reports).set({ state: 'expired', objectKey: null, movedAt: at }).where(inArray(reports.id, ids));
  }
  return rows.length;
}

/** What a run that ended without a word may have left, or may yet leave. */
export const giveUpRun = (tx: Tx, key: string, at: Date): Promise<void> =>
  giveUpObjects(tx, [{ key, prefix: false, dueAt: new Date(at.getTime() + WRITERS_MS) }]);

/** Offices by name, and of which region each is. */
export async function readOffices(
  db: Executor,
): Promise<(ReportPlaces['offices'][number] & { region: string | null; createdAt: Date })[]> {
  return db
    .select({ id: offices.id, name: offices.name, city: offices.city, region: offices.region, createdAt: offices.createdAt })
    .from(offices)
    .orderBy(asc(offices.name), asc(offices.id));
}

/** When the first tax was paid; null: none was. */
export async function firstPaymentAt(db: Executor): Promise<Date | null> {
  const [row] = await db.execute<{ at: string | null }>(sql`select min(paid_at) as at from payments`);
  return row?.at ? new Date(row.at) : null;
}

/** Those that came by themselves for periods from this day on: `period day scope format`. */
export async function readScheduled(db: Executor, from: string): Promise<Set<string>> {
  const rows = await db
    .select({ period: reports.period, firstDay: reports.firstDay, scope: reports.scope, format: reports.format })
    .from(reports)
    .where(and(eq(reports.origin, 'schedule'), gte(reports.firstDay, from)));
  return new Set(rows.map(({ period, firstDay, scope, format }) => `${period} ${firstDay} ${scope} ${format}`));
}
