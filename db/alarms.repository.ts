import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { MetricName } from '#shared/contracts/alarm-metrics.ts';
import type { AlarmRecipients, SetAlarmRule } from '#shared/contracts/alarms.ts';
import { QUIET, type Condition } from '#shared/domain/alarms/condition.ts';
import type { Executor, Tx } from './connect.ts';
import { alarmAcknowledgements, alarmConditions, alarmRules, alarms, alarmWatch, metricSamples } from './schema/alarms.ts';
import { users } from './schema/identity.ts';

export type AlarmRuleRow = typeof alarmRules.$inferSelect;
export type AlarmRow = typeof alarms.$inferSelect;

/** One watch writes at a time, whatever else happens. */
const WATCH_LOCK = 528_000_026;

/** Takes the turn to measure; false when somebody took it less than `everyMs` ago. */
export async function claimWatch(db: Executor, at: Date, everyMs: number): Promise<boolean> {
  const rows = await db
    .insert(alarmWatch)
    .values({ id: 1, claimedAt: at })
    .onConflictDoUpdate({
      target: alarmWatch.id,
      set: { claimedAt: at },
      // A clock that is behind waits; one that was ahead is not waited for.
      setWhere: or(
        lt(alarmWatch.claimedAt, new Date(at.getTime() - everyMs)),
        sql`${alarmWatch.claimedAt} > ${at.toISOString()}::timestamptz + interval '1 minute'`,
      ),
    })
    .returning({ id: alarmWatch.id });
  return rows.length > 0;
}

/** Holds the watch until the transaction ends; false when another has it. A killed holder's connection lets it go. */
export async function lockWatch(tx: Tx): Promise<boolean> {
  const [row] = await tx.execute<{ held: boolean }>(sql`select pg_try_advisory_xact_lock(${WATCH_LOCK}) as held`);
  return row?.held ?? false;
}

export const noteWatched = (tx: Tx, at: Date): Promise<unknown> =>
  tx.update(alarmWatch).set({ watchedAt: at }).where(eq(alarmWatch.id, 1));

export async function lastWatch(db: Executor): Promise<Date | null> {
  const [row] = await db.select({ at: alarmWatch.watchedAt }).from(alarmWatch);
  return row?.at ?? null;
}

export const listRules = (db: Executor): Promise<AlarmRuleRow[]> => db.select().from(alarmRules).orderBy(alarmRules.id);

export async function findRule(db: Executor, id: string): Promise<AlarmRuleRow | null> {
  const [row] = await db.select().from(alarmRules).where(eq(alarmRules.id, id));
  return row ?? null;
}

export async function lockRule(tx: Tx, id: string): Promise<AlarmRuleRow | null> {
  const [row] = await tx.select().from(alarmRules).where(eq(alarmRules.id, id)).for('update');
  return row ?? null;
}

export async function updateRule(
  tx: Tx,
  id: string,
  { warnAt, alarmAt, holdSeconds, clearSeconds, enabled, recipients }: Omit<SetAlarmRule, 'ruleId' | 'version'>,
  by: { userId: string; at: Date },
): Promise<void> {
  await tx
    .update(alarmRules)
    .set({
      ...{ warnAt, alarmAt, holdSeconds, clearSeconds, enabled, recipients },
      ...{ version: sql`${alarmRules.version} + 1`, updatedAt: by.at, updatedBy: by.userId },
    })
    .where(eq(alarmRules.id, id));
}

/** Where a rule stands with a subject, and the alarm that is open. */
export interface StoredCondition {
  condition: Condition;
  alarmId: string | null;
}
export const conditionKey = (ruleId: string, subject: string): string => `${ruleId} ${subject}`;

/** All conditions by `conditionKey`; to be read under the lock of the watch. */
export async function readConditions(tx: Tx): Promise<Map<string, StoredCondition>> {
  const rows = await tx
    .select({ row: alarmConditions, alarm: alarms })
    .from(alarmConditions)
    .leftJoin(alarms, and(eq(alarms.id, alarmConditions.alarmId), isNull(alarms.closedAt)));
  return new Map(
    rows.map(({ row, alarm }): [string, StoredCondition] => {
      const past = { warning: row.pastWarningSince?.getTime() ?? null, alarm: row.pastAlarmSince?.getTime() ?? null };
      const open = alarm && {
        ...{ level: alarm.level, since: alarm.since.getTime(), openedAt: alarm.openedAt.getTime(), peak: alarm.peak },
        betterSince: row.betterSince?.getTime() ?? null,
      };
      const condition: Condition = { ...QUIET, past, lastAt: row.lastAt.getTime(), open };
      return [conditionKey(row.ruleId, row.subject), { condition, alarmId: alarm?.id ?? null }];
    }),
  );
}

const moment = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

export async function writeConditions(
  tx: Tx,
  list: readonly { ruleId: string; subject: string; condition: Condition; alarmId: string | null }[],
): Promise<void> {
  const rows = list.flatMap(({ ruleId, subject, condition: { past, lastAt, open }, alarmId }) =>
    lastAt === null
      ? []
      : [
          {
            ...{ ruleId, subject, alarmId, lastAt: new Date(lastAt), betterSince: moment(open?.betterSince ?? null) },
            ...{ pastWarningSince: moment(past.warning), pastAlarmSince: moment(past.alarm) },
          },
        ],
  );
  if (rows.length === 0) return;
  await tx
    .insert(alarmConditions)
    .values(rows)
    .onConflictDoUpdate({
      target: [alarmConditions.ruleId, alarmConditions.subject],
      set: {
        lastAt: sql`excluded.last_at`,
        pastWarningSince: sql`excluded.past_warning_since`,
        pastAlarmSince: sql`excluded.past_alarm_since`,
        betterSince: sql`excluded.better_since`,
        alarmId: sql`excluded.alarm_id`,
      },
    });
}

/** What a rule knew of its subjects: when its terms change, durations begin anew; what is open stays so. */
export async function forgetDurations(tx: Tx, ruleId: string): Promise<void> {
  await tx
    .update(alarmConditions)
    .set({ pastWarningSince: null, pastAlarmSince: null, betterSince: null })
    .where(eq(alarmConditions.ruleId, ruleId));
}

export async function insertAlarm(tx: Tx, alarm: typeof alarms.$inferInsert): Promise<string> {
  const [row] = await tx.insert(alarms).values(alarm).returning({ id: alarms.id });
  if (!row) throw new Error('an alarm was not inserted');
  return row.id;
}

export async function updateAlarm(tx: Tx, id: string, change: Partial<AlarmRow>): Promise<void> {
  await tx.update(alarms).set(change).where(eq(alarms.id, id));
}

export async function lockAlarm(tx: Tx, id: string): Promise<AlarmRow | null> {
  const [row] = await tx.select().from(alarms).where(eq(alarms.id, id)).for('update');
  return row ?? null;
}

export async function findAlarm(db: Executor, id: string): Promise<AlarmRow | null> {
  const [row] = await db.select().from(alarms).where(eq(alarms.id, id));
  return row ?? null;
}

/** What is open of a rule, locked. */
export const lockOpenAlarmsOf = (tx: Tx, ruleId: string): Promise<AlarmRow[]> =>
  tx
    .select()
    .from(alarms)
    .where(and(eq(alarms.ruleId, ruleId), isNull(alarms.closedAt)))
    .for('update');

/** False when somebody did so before, at this level. */
export async function insertAcknowledgement(tx: Tx, row: typeof alarmAcknowledgements.$inferInsert): Promise<boolean> {
  const rows = await tx
    .insert(alarmAcknowledgements)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: alarmAcknowledgements.alarmId });
  return rows.length > 0;
}

export interface NewSample {
  metric: MetricName;
  subject: string;
  value: number;
}

/** Adds measures of one moment to their minutes. */
export async function addSamples(tx: Tx, at: Date, list: readonly NewSample[]): Promise<void> {
  if (list.length === 0) return;
  const minute = new Date(Math.floor(at.getTime() / 60_000) * 60_000);
  await tx
    .insert(metricSamples)
    .values(list.map(({ value, ...of }) => ({ ...of, minute, low: value, high: value, last: value, lastAt: at })))
    .onConflictDoUpdate({
      target: [metricSamples.metric, metricSamples.subject, metricSamples.minute],
      set: {
        low: sql`least(${metricSamples.low}, excluded.low)`,
        high: sql`greatest(${metricSamples.high}, excluded.high)`,
        last: sql`excluded.last`,
        lastAt: sql`excluded.last_at`,
      },
    });
}

export async function pruneSamples(db: Executor, before: Date): Promise<number> {
  return (await db.delete(metricSamples).where(lt(metricSamples.minute, before)).returning({ m: metricSamples.minute })).length;
}

/**
 * The people of the staff whom a rule tells: those of its roles, of the alarm's office where a role is bound to one, and those it names.
 * `officeId` null: of the whole platform.
 */
export async function recipientsOf(db: Executor, of: AlarmRecipients, officeId: string | null): Promise<string[]> {
  const national = officeId === null;
  const rows = await db
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        isNull(users.disabledAt),
        inArray(users.role, ['supervisor', 'administrator', 'auditor']),
        or(
          sql`${users.id} = any(${sql.param([...of.userIds])}::uuid[])`,
          sql`${users.role} = any(${sql.param([...of.roles])}::text[])`,
        ),
        national ? undefined : or(sql`${users.role} <> 'supervisor'`, eq(users.officeId, officeId)),
      ),
    )
    .orderBy(users.id);
  return rows.map(({ id }) => id);
}
