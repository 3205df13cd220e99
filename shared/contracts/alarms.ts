import { z } from 'zod';
import { LEVELS, METRIC_NAMES } from './alarm-metrics.ts';
import { Role } from './identity.ts';
import { Id, Instant } from './ids.ts';

export const AlarmLevel = z.enum(LEVELS);
export const Metric = z.enum(METRIC_NAMES as [(typeof METRIC_NAMES)[number], ...typeof METRIC_NAMES]);

/** Roles that may be told of alarms: those that may see them. */
export const ALARM_ROLES = ['supervisor', 'administrator', 'auditor'] as const satisfies readonly Role[];
export const AlarmRole = z.enum(ALARM_ROLES);
export type AlarmRole = z.infer<typeof AlarmRole>;

/** Whom a rule tells, and how. `banner`: over every page of the staff; `notice`: the bell; an e-mail goes with its notice. */
export const AlarmRecipients = z
  .object({
    roles: z.array(AlarmRole).max(ALARM_ROLES.length),
    userIds: z.array(Id).max(20),
    channels: z.object({ banner: z.boolean(), notice: z.boolean(), email: z.boolean() }).strict(),
  })
  .strict()
  .refine(({ channels }) => channels.notice || !channels.email, { path: ['channels', 'notice'] });
export type AlarmRecipients = z.infer<typeof AlarmRecipients>;

/** What an administrator may set of a rule. Times in seconds; thresholds in the metric's unit (money: the minor unit). */
export const RuleTerms = z
  .object({
    warnAt: z.number().min(0).max(1e12).nullable(),
    alarmAt: z.number().min(0).max(1e12).nullable(),
    holdSeconds: z.number().int().min(0).max(86_400),
    clearSeconds: z.number().int().min(0).max(86_400),
  })
  .strict();
export type RuleTerms = z.infer<typeof RuleTerms>;

/** A rule with the last measure of each of its subjects. */
export const AlarmRuleView = RuleTerms.extend({
  id: z.string(),
  metric: Metric,
  comparison: z.enum(['above', 'below']),
  enabled: z.boolean(),
  recipients: AlarmRecipients,
  version: z.number().int().positive(),
  updatedAt: Instant.nullable(),
  updatedBy: z.string().nullable(),
  /** The newest measures, the worst first; none in the list: no measure. */
  measures: z.array(z.object({ subject: z.string(), name: z.string().nullable(), value: z.number(), at: Instant })),
});
export type AlarmRuleView = z.infer<typeof AlarmRuleView>;
/** Answer of `GET /api/alarms/rules`. `people`: who can be named in a rule. `watchedAt`: when everything was last measured. */
export const AlarmRules = z.object({
  rules: z.array(AlarmRuleView),
  people: z.array(z.object({ id: Id, name: z.string(), role: Role })),
  watchedAt: Instant.nullable(),
});
export type AlarmRules = z.infer<typeof AlarmRules>;

/** Input of `alarm-rule:set`. `version`: of the rule that the person saw. */
export const SetAlarmRule = RuleTerms.extend({
  ruleId: z.string().max(40),
  version: z.number().int().positive(),
  enabled: z.boolean(),
  recipients: AlarmRecipients,
}).strict();
export type SetAlarmRule = z.infer<typeof SetAlarmRule>;

/** One alarm, from its opening on. */
export const AlarmView = z.object({
  id: Id,
  ruleId: z.string(),
  metric: Metric,
  comparison: z.enum(['above', 'below']),
  /** A queue's class or a provider's code; empty: the platform, or the office. */
  subject: z.string(),
  office: z.object({ id: Id, name: z.string() }).nullable(),
  /** The worst that it reached, and the threshold of it. */
  level: AlarmLevel,
  threshold: z.number(),
  /** When the value came past the threshold, and when it had been past it for long enough. */
  since: Instant,
  openedAt: Instant,
  escalatedAt: Instant.nullable(),
  value: z.number(),
  measuredAt: Instant,
  peak: z.number(),
  closedAt: Instant.nullable(),
  /** `recovered`: by itself; `rule_off`: its rule was switched off. */
  closedWhy: z.enum(['recovered', 'rule_off']).nullable(),
  /** Who took it on, at which level; the newest first. */
  acknowledgements: z.array(
    z.object({ level: AlarmLevel, by: z.object({ id: Id, name: z.string() }), at: Instant, note: z.string() }),
  ),
  /** Over whose pages it stands. */
  banner: z.object({ roles: z.array(AlarmRole), userIds: z.array(Id) }).nullable(),
});
export type AlarmView = z.infer<typeof AlarmView>;

/** State of the topics `alarms:national`, `alarms:<office>` and `alarms:all`: what lasts now, the worst first. */
export const AlarmsView = z.object({ open: z.array(AlarmView) });
export type AlarmsView = z.infer<typeof AlarmsView>;

/** Keys of the topics that are not an office's id. */
export const NATIONAL = 'national';
export const EVERYWHERE = 'all';

/** Input of `alarm:acknowledge`: what the person does about it, in words. */
export const AcknowledgeAlarm = z.object({ alarmId: Id, level: AlarmLevel, note: z.string().trim().min(3).max(500) }).strict();
export type AcknowledgeAlarm = z.infer<typeof AcknowledgeAlarm>;

export const ALARMS_PAGE = 50;
/** Query of `GET /api/alarms`: what was, newest first; `before` is the opening of the last one held. */
export const AlarmFilter = z
  .object({
    metric: Metric.optional(),
    level: AlarmLevel.optional(),
    office: Id.optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    before: Instant.optional(),
  })
  .strict();
export type AlarmFilter = z.infer<typeof AlarmFilter>;
/** Its answer. */
export const AlarmPage = z.object({ alarms: z.array(AlarmView), total: z.number().int(), more: z.boolean() });
export type AlarmPage = z.infer<typeof AlarmPage>;

/** A minute of a metric, or several of them. */
export const Sample = z.object({ at: Instant, low: z.number(), high: z.number() });
export type Sample = z.infer<typeof Sample>;
/** Answer of `GET /api/alarms/:id/samples`: around the alarm, at most two days. */
export const AlarmSamples = z.object({ samples: z.array(Sample), stepSeconds: z.number().int() });
export type AlarmSamples = z.infer<typeof AlarmSamples>;

/** Answer of `GET /api/alarms/rules/:id/trial?…`: what those terms would have opened in the last 24 hours, by one measure a minute. */
export const RuleTrial = z.object({
  from: Instant,
  to: Instant,
  minutes: z.number().int(),
  alarms: z.array(
    z.object({
      subject: z.string(),
      name: z.string().nullable(),
      level: AlarmLevel,
      openedAt: Instant,
      closedAt: Instant.nullable(),
      peak: z.number(),
    }),
  ),
});
export type RuleTrial = z.infer<typeof RuleTrial>;

/** What a notice of an alarm is made from. `office`: its name; null: the platform. */
export const AlarmNotice = z.object({
  alarmId: Id,
  metric: Metric,
  subject: z.string(),
  office: z.string().nullable(),
  level: AlarmLevel,
  value: z.number(),
  threshold: z.number(),
});
export type AlarmNotice = z.infer<typeof AlarmNotice>;
