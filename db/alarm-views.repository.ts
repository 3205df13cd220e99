import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import { METRIC_NAMES, METRICS, type MetricName } from '#shared/contracts/alarm-metrics.ts';
import {
  ALARM_ROLES,
  ALARMS_PAGE,
  EVERYWHERE,
  NATIONAL,
  type AlarmFilter,
  type AlarmPage,
  type AlarmRules,
  type AlarmRuleView,
  type AlarmsView,
  type AlarmView,
  type Sample,
} from '#shared/contracts/alarms.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { instantOf, addDays } from '#shared/domain/dates.ts';
import { lastWatch, listRules, type AlarmRuleRow } from './alarms.repository.ts';
import type { Executor } from './connect.ts';
import { alarmAcknowledgements, alarmRules, alarms, metricSamples } from './schema/alarms.ts';
import { offices, users } from './schema/identity.ts';

/** Which alarms somebody may see: those of the platform, and those of offices (null: of all). */
export interface AlarmReach {
  officeId: string | null;
}

const rows = (db: Executor) =>
  db
    .select({
      alarm: alarms,
      recipients: alarmRules.recipients,
      office: { id: offices.id, name: offices.name },
    })
    .from(alarms)
    .innerJoin(alarmRules, eq(alarmRules.id, alarms.ruleId))
    .leftJoin(offices, eq(offices.id, alarms.officeId))
    .$dynamic();
type Row = Awaited<ReturnType<typeof rows>>[number];

async function viewsOf(db: Executor, found: readonly Row[]): Promise<AlarmView[]> {
  if (found.length === 0) return [];
  const ids = found.map(({ alarm }) => alarm.id);
  const said = await db
    .select({ row: alarmAcknowledgements, by: { id: users.id, name: users.name } })
    .from(alarmAcknowledgements)
    .innerJoin(users, eq(users.id, alarmAcknowledgements.by))
    .where(inArray(alarmAcknowledgements.alarmId, ids))
    .orderBy(desc(alarmAcknowledgements.at));
  return found.map(({ alarm, office, recipients }): AlarmView => {
    const { id, ruleId, metric, comparison, subject, level, threshold, value, peak, closedWhy } = alarm;
    return {
      ...{ id, ruleId, metric, comparison, level, threshold, value, peak, closedWhy, office },
      subject: METRICS[metric].subject === 'office' ? '' : subject,
      since: alarm.since.toISOString(),
      openedAt: alarm.openedAt.toISOString(),
      escalatedAt: alarm.escalatedAt?.toISOString() ?? null,
      measuredAt: alarm.measuredAt.toISOString(),
      closedAt: alarm.closedAt?.toISOString() ?? null,
      acknowledgements: said
        .filter(({ row }) => row.alarmId === id)
        .map(({ row, by }) => ({ level: row.level, by, at: row.at.toISOString(), note: row.note })),
      banner: recipients.channels.banner ? { roles: recipients.roles, userIds: recipients.userIds } : null,
    };
  });
}

const inScope = (scope: string): SQL | undefined =>
  scope === EVERYWHERE ? undefined : scope === NATIONAL ? isNull(alarms.officeId) : eq(alarms.officeId, scope);

/** State of `alarms:<scope>`: what lasts, the worst first, then the newest. */
export async function readAlarms(db: Executor, scope: string): Promise<AlarmsView> {
  const found = await rows(db)
    .where(and(isNull(alarms.closedAt), inScope(scope)))
    .orderBy(asc(alarms.level), desc(alarms.openedAt), asc(alarms.id));
  return { open: await viewsOf(db, found) };
}

export async function findAlarmView(db: Executor, id: string): Promise<AlarmView | null> {
  const [view] = await viewsOf(db, await rows(db).where(eq(alarms.id, id)));
  return view ?? null;
}

/** A page of what was, newest first; days are the country's. */
export async function listAlarms(
  db: Executor,
  { metric, level, office, from, to, before }: AlarmFilter,
  reach: AlarmReach,
  timeZone: string,
): Promise<AlarmPage> {
  const wanted = and(
    isNotNull(alarms.closedAt),
    metric === undefined ? undefined : eq(alarms.metric, metric),
    level === undefined ? undefined : eq(alarms.level, level),
    office === undefined ? undefined : eq(alarms.officeId, office),
    reach.officeId === null ? undefined : or(isNull(alarms.officeId), eq(alarms.officeId, reach.officeId)),
    from === undefined ? undefined : gte(alarms.openedAt, instantOf(from, '00:00:00', timeZone)),
    to === undefined ? undefined : lt(alarms.openedAt, instantOf(addDays(to, 1), '00:00:00', timeZone)),
  );
  const found = await rows(db)
    .where(and(wanted, before === undefined ? undefined : lt(alarms.openedAt, new Date(before))))
    .orderBy(desc(alarms.openedAt), desc(alarms.id))
    .limit(ALARMS_PAGE + 1);
  const [count] = await db
    .select({ total: sql<number>`count(*)::int` })
    .from(alarms)
    .where(wanted);
  return {
    alarms: await viewsOf(db, found.slice(0, ALARMS_PAGE)),
    total: count?.total ?? 0,
    more: found.length > ALARMS_PAGE,
  };
}

/** A measure older than this is none, milliseconds. */
const FRESH_MS = 60_000;
/** Offices listed with a rule. */
const SHOWN = 3;

/** As the metrics stand in their list: what people feel first, machines last. */
const inOrder = (rules: AlarmRuleRow[]): AlarmRuleRow[] =>
  rules.sort((a, b) => METRIC_NAMES.indexOf(a.metric) - METRIC_NAMES.indexOf(b.metric));

/** The rules, with the newest measures that somebody may see, and whom a rule can name. */
export async function readRules(db: Executor, reach: AlarmReach, at: Date): Promise<AlarmRules> {
  const fresh = await db
    .selectDistinctOn([metricSamples.metric, metricSamples.subject], {
      metric: metricSamples.metric,
      subject: metricSamples.subject,
      value: metricSamples.last,
      at: metricSamples.lastAt,
      name: offices.name,
    })
    .from(metricSamples)
    .leftJoin(offices, sql`${offices.id}::text = ${metricSamples.subject}`)
    .where(gte(metricSamples.minute, new Date(at.getTime() - 2 * FRESH_MS)))
    .orderBy(metricSamples.metric, metricSamples.subject, desc(metricSamples.minute));
  const editors = new Map(
    (
      await db
        .select({ id: users.id, name: users.name, role: users.role })
        .from(users)
        .where(and(inArray(users.role, [...ALARM_ROLES]), isNull(users.disabledAt)))
        .orderBy(users.name)
    ).map((one) => [one.id, one]),
  );
  const watchedAt = await lastWatch(db);
  return {
    rules: inOrder(await listRules(db)).map(({ updatedAt, updatedBy, ...rule }): AlarmRuleView => {
      const seen = fresh.filter(
        (one) =>
          one.metric === rule.metric &&
          one.at.getTime() > at.getTime() - FRESH_MS &&
          (METRICS[one.metric].subject !== 'office' || reach.officeId === null || one.subject === reach.officeId),
      );
      const worst = seen.sort((a, b) => (rule.comparison === 'above' ? b.value - a.value : a.value - b.value)).slice(0, SHOWN);
      return {
        ...rule,
        updatedAt: updatedAt?.toISOString() ?? null,
        updatedBy: updatedBy === null ? null : (editors.get(updatedBy)?.name ?? null),
        measures: worst.map(({ subject, name, value, at: measured }) => ({ subject, name, value, at: measured.toISOString() })),
      };
    }),
    people: [...editors.values()].map(({ id, name, role }) => ({ id, name, role: role as Role })),
    watchedAt: watchedAt?.toISOString() ?? null,
  };
}

/** A metric of a subject in so many steps of whole minutes; a step in which nothing was measured is not there. */
export async function readSamples(
  db: Executor,
  of: { metric: MetricName; subject: string },
  window: { from: Date; to: Date; stepSeconds: number },
): Promise<Sample[]> {
  const step = sql`to_timestamp(floor(extract(epoch from ${metricSamples.minute}) / ${window.stepSeconds}) * ${window.stepSeconds})`;
  const found = await db
    .select({
      at: sql<Date>`${step}`.mapWith(metricSamples.minute),
      low: sql<number>`min(${metricSamples.low})`,
      high: sql<number>`max(${metricSamples.high})`,
    })
    .from(metricSamples)
    .where(
      and(
        eq(metricSamples.metric, of.metric),
        eq(metricSamples.subject, of.subject),
        gte(metricSamples.minute, window.from),
        lt(metricSamples.minute, window.to),
      ),
    )
    .groupBy(sql`1`)
    .orderBy(sql`1`);
  return found.map(({ at, low, high }) => ({ at: at.toISOString(), low, high }));
}

/** Subjects of a metric that were measured since then, with an office's name. */
export async function subjectsOf(
  db: Executor,
  metric: MetricName,
  since: Date,
): Promise<{ subject: string; name: string | null }[]> {
  return db
    .selectDistinct({ subject: metricSamples.subject, name: offices.name })
    .from(metricSamples)
    .leftJoin(offices, sql`${offices.id}::text = ${metricSamples.subject}`)
    .where(and(eq(metricSamples.metric, metric), gte(metricSamples.minute, since)))
    .orderBy(metricSamples.subject);
}
