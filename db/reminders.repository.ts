import { and, asc, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Executor, Tx } from './connect.ts';
import { reminderRuns } from './schema/notices.ts';
import { assessments } from './schema/payments.ts';
import { owners, vehicles } from './schema/vehicles.ts';

export type ReminderRun = typeof reminderRuns.$inferSelect;
type RunKey = Pick<ReminderRun, 'country' | 'day'>;

const isRun = ({ country, day }: RunKey) => and(eq(reminderRuns.country, country), eq(reminderRuns.day, day));

/** Begins the look of a day, once. */
export async function beginReminderRun(db: Db, run: RunKey, at: Date): Promise<void> {
  await db
    .insert(reminderRuns)
    .values({ ...run, startedAt: at })
    .onConflictDoNothing();
}

/** A day's look that is not finished, held until the transaction ends; null when it is finished or another process is at it. */
export async function lockReminderRun(tx: Tx, run: RunKey): Promise<ReminderRun | null> {
  const [row] = await tx
    .select()
    .from(reminderRuns)
    .where(and(isRun(run), isNull(reminderRuns.finishedAt)))
    .for('update', { skipLocked: true });
  return row ?? null;
}

export async function findReminderRun(db: Executor, run: RunKey): Promise<ReminderRun | null> {
  const [row] = await db.select().from(reminderRuns).where(isRun(run));
  return row ?? null;
}

export async function advanceReminderRun(
  tx: Tx,
  run: RunKey,
  change: { lastOwnerId: string; owners: number; notices: number },
): Promise<void> {
  await tx
    .update(reminderRuns)
    .set({
      lastOwnerId: change.lastOwnerId,
      owners: sql`${reminderRuns.owners} + ${change.owners}`,
      notices: sql`${reminderRuns.notices} + ${change.notices}`,
    })
    .where(isRun(run));
}

export async function finishReminderRun(tx: Tx, run: RunKey, at: Date): Promise<void> {
  await tx.update(reminderRuns).set({ finishedAt: at }).where(isRun(run));
}

/** The next owners with an account, by id after `last`. */
export async function ownersAfter(db: Executor, last: string | null, limit: number): Promise<{ id: string; userId: string }[]> {
  const rows = await db
    .select({ id: owners.id, userId: owners.userId })
    .from(owners)
    .where(and(isNotNull(owners.userId), last === null ? undefined : gt(owners.id, last)))
    .orderBy(asc(owners.id))
    .limit(limit);
  return rows.flatMap(({ id, userId }) => (userId === null ? [] : [{ id, userId }]));
}

/** Their vehicles of a country. */
export async function vehiclesOfOwners(db: Executor, country: string, ownerIds: readonly string[]) {
  if (ownerIds.length === 0) return [];
  return db
    .select()
    .from(vehicles)
    .where(and(eq(vehicles.country, country), inArray(vehicles.ownerId, [...ownerIds])))
    .orderBy(asc(vehicles.plate));
}

/** Which taxes of these vehicles are paid, as `vehicle:year`; by whom is nobody's concern here. */
export async function paidYears(db: Executor, vehicleIds: readonly string[]): Promise<Set<string>> {
  if (vehicleIds.length === 0) return new Set();
  const rows = await db
    .select({ id: assessments.vehicleId, fiscalYear: assessments.fiscalYear })
    .from(assessments)
    .where(and(inArray(assessments.vehicleId, [...vehicleIds]), isNotNull(assessments.paidAt)));
  return new Set(rows.map(({ id, fiscalYear }) => `${id}:${fiscalYear}`));
}
