import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Comparison, Level, MetricName } from '../../shared/contracts/alarm-metrics.ts';
import type { AlarmRecipients } from '../../shared/contracts/alarms.ts';
import { instant } from './columns.ts';
import { offices, users } from './identity.ts';

/** When somebody is told of a metric, and who. The usual rules come with the migration; administrators set them. */
export const alarmRules = pgTable(
  'alarm_rules',
  {
    id: text('id').primaryKey(),
    metric: text('metric').$type<MetricName>().notNull(),
    comparison: text('comparison').$type<Comparison>().notNull(),
    /** In the metric's unit; past the alarm's is past the warning's too. */
    warnAt: doublePrecision('warn_at'),
    alarmAt: doublePrecision('alarm_at'),
    holdSeconds: integer('hold_seconds').notNull(),
    clearSeconds: integer('clear_seconds').notNull(),
    enabled: boolean('enabled').notNull().default(true),
    recipients: jsonb('recipients').$type<AlarmRecipients>().notNull(),
    version: integer('version').notNull().default(1),
    updatedAt: instant('updated_at'),
    updatedBy: uuid('updated_by').references(() => users.id),
  },
  (t) => [
    check('alarm_rules_comparison', sql`${t.comparison} in ('above', 'below')`),
    check('alarm_rules_threshold', sql`num_nonnulls(${t.warnAt}, ${t.alarmAt}) > 0`),
    check(
      'alarm_rules_order',
      sql`${t.warnAt} is null or ${t.alarmAt} is null or case ${t.comparison} when 'above' then ${t.alarmAt} > ${t.warnAt} else ${t.alarmAt} < ${t.warnAt} end`,
    ),
    check('alarm_rules_times', sql`${t.holdSeconds} between 0 and 86400 and ${t.clearSeconds} between 0 and 86400`),
  ],
);

/** What lasted past a threshold: opened and closed by the watch alone, acknowledged by people. */
export const alarms = pgTable(
  'alarms',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ruleId: text('rule_id')
      .notNull()
      .references(() => alarmRules.id),
    metric: text('metric').$type<MetricName>().notNull(),
    comparison: text('comparison').$type<Comparison>().notNull(),
    /** A queue's class, a provider's code or an office's id; empty: the platform. */
    subject: text('subject').notNull(),
    officeId: uuid('office_id').references(() => offices.id),
    level: text('level').$type<Level>().notNull(),
    /** Of its level, as the rule had it then. */
    threshold: doublePrecision('threshold').notNull(),
    since: instant('since').notNull(),
    openedAt: instant('opened_at').notNull(),
    escalatedAt: instant('escalated_at'),
    value: doublePrecision('value').notNull(),
    measuredAt: instant('measured_at').notNull(),
    peak: doublePrecision('peak').notNull(),
    closedAt: instant('closed_at'),
    closedWhy: text('closed_why').$type<'recovered' | 'rule_off'>(),
  },
  (t) => [
    // Never two of the same while it lasts, whoever watches.
    uniqueIndex('alarms_open_key')
      .on(t.ruleId, t.subject)
      .where(sql`${t.closedAt} is null`),
    index('alarms_opened_idx').on(t.openedAt.desc()),
    index('alarms_office_idx').on(t.officeId, t.openedAt.desc()),
    check('alarms_level', sql`${t.level} in ('warning', 'alarm')`),
    check('alarms_closed', sql`(${t.closedAt} is null) = (${t.closedWhy} is null)`),
    check('alarms_times', sql`${t.since} <= ${t.openedAt} and (${t.closedAt} is null or ${t.closedAt} >= ${t.openedAt})`),
  ],
);

/** Who took an alarm on and what they said; once a level, append only. */
export const alarmAcknowledgements = pgTable(
  'alarm_acknowledgements',
  {
    alarmId: uuid('alarm_id')
      .notNull()
      .references(() => alarms.id),
    level: text('level').$type<Level>().notNull(),
    by: uuid('by')
      .notNull()
      .references(() => users.id),
    at: instant('at').notNull(),
    note: text('note').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.alarmId, t.level] }),
    check('alarm_acknowledgements_note', sql`length(trim(${t.note})) between 3 and 500`),
  ],
);

/** Where the watch stands with a rule and subject: what makes a killed watch go on as if nothing had been. */
export const alarmConditions = pgTable(
  'alarm_conditions',
  {
    ruleId: text('rule_id')
      .notNull()
      .references(() => alarmRules.id, { onDelete: 'cascade' }),
    subject: text('subject').notNull(),
    lastAt: instant('last_at').notNull(),
    pastWarningSince: instant('past_warning_since'),
    pastAlarmSince: instant('past_alarm_since'),
    betterSince: instant('better_since'),
    alarmId: uuid('alarm_id').references(() => alarms.id),
  },
  (t) => [primaryKey({ columns: [t.ruleId, t.subject] })],
);

/** A minute of a metric; kept for two days. Nothing was measured in a minute without a row. */
export const metricSamples = pgTable(
  'metric_samples',
  {
    metric: text('metric').$type<MetricName>().notNull(),
    subject: text('subject').notNull(),
    minute: instant('minute').notNull(),
    low: doublePrecision('low').notNull(),
    high: doublePrecision('high').notNull(),
    last: doublePrecision('last').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.metric, t.subject, t.minute] }), index('metric_samples_minute_idx').on(t.minute)],
);

/** One row: whose turn it is to measure, and when that was done last. */
export const alarmWatch = pgTable(
  'alarm_watch',
  {
    id: integer('id').primaryKey().default(1),
    claimedAt: instant('claimed_at').notNull(),
    watchedAt: instant('watched_at'),
  },
  (t) => [check('alarm_watch_one', sql`${t.id} = 1`)],
);
