import { findAlarmView, listAlarms, readRules, readSamples, subjectsOf } from '#db/alarm-views.repository.ts';
import {
  findAlarm,
  findRule,
  forgetDurations,
  insertAcknowledgement,
  lockAlarm,
  lockRule,
  updateRule,
} from '#db/alarms.repository.ts';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { appendOutbox, appendOutboxRows } from '#db/outbox.repository.ts';
import type { z } from 'zod';
import { METRICS } from '#shared/contracts/alarm-metrics.ts';
import type {
  AcknowledgeAlarm,
  AlarmFilter,
  AlarmPage,
  AlarmRules,
  AlarmSamples,
  AlarmView,
  RuleTerms,
  RuleTrial,
  SetAlarmRule,
} from '#shared/contracts/alarms.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { mayOf, reachOf } from '#shared/domain/alarms/scope.ts';
import { termsFault } from '#shared/domain/alarms/terms.ts';
import { trialOf } from '#shared/domain/alarms/trial.ts';
import { can, type Actor } from '#shared/domain/policy.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { alarmEntry } from './alarm-events.ts';
import { termsOf } from './watch.service.ts';

export interface AlarmsDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

/** What people do with alarms and their rules. What is not in somebody's reach is not there for them. */
export interface AlarmsService {
  /** @throws AppError ALARM_NOT_FOUND, ALARM_CLOSED, ALARM_WORSE (than the person saw), ALARM_ACKNOWLEDGED, FORBIDDEN */
  acknowledge(actor: Actor, input: z.output<typeof AcknowledgeAlarm>): Promise<AlarmView>;
  /** @throws AppError ALARM_RULE_NOT_FOUND, ALARM_RULE_CHANGED (by somebody else meanwhile), ALARM_RULE_INVALID, FORBIDDEN */
  setRule(actor: Actor, input: SetAlarmRule): Promise<void>;
  list(actor: Actor, filter: AlarmFilter): Promise<AlarmPage>;
  rules(actor: Actor): Promise<AlarmRules>;
  /** @throws AppError ALARM_NOT_FOUND */
  samples(actor: Actor, alarmId: string): Promise<AlarmSamples>;
  /** What terms would have opened in the last 24 hours. @throws AppError ALARM_RULE_NOT_FOUND, ALARM_RULE_INVALID */
  trial(actor: Actor, ruleId: string, terms: RuleTerms): Promise<RuleTrial>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Points of a small curve at most. */
const POINTS = 120;

export function createAlarmsService({ db, notifier, clock, timeZone }: AlarmsDeps): AlarmsService {
  return {
    async acknowledge(actor, { alarmId, level, note }) {
      const view = await db.transaction(async (tx) => {
        const alarm = await lockAlarm(tx, alarmId);
        if (!alarm || !mayOf(actor, 'alarm.read', alarm.officeId)) throw new AppError('ALARM_NOT_FOUND');
        if (!mayOf(actor, 'alarm.acknowledge', alarm.officeId)) throw new AppError('FORBIDDEN');
        if (alarm.closedAt) throw new AppError('ALARM_CLOSED');
        if (alarm.level !== level) throw new AppError('ALARM_WORSE');
        if (!(await insertAcknowledgement(tx, { alarmId, level, by: actor.userId, at: clock(), note })))
          throw new AppError('ALARM_ACKNOWLEDGED');
        await appendAudit(tx, {
          ...{ actorId: actor.userId, action: 'alarm.acknowledged', entity: 'alarm', entityId: alarmId },
          details: { rule: alarm.ruleId, level },
        });
        await appendOutboxRows(tx, [alarmEntry('alarm.acknowledged', alarm)]);
        return found(await findAlarmView(tx, alarmId));
      });
      notifier.wake();
      return view;
    },

    async setRule(actor, { ruleId, version, ...wanted }) {
      if (!can(actor, 'alarm.manage')) throw new AppError('FORBIDDEN');
      await db.transaction(async (tx) => {
        const rule = await lockRule(tx, ruleId);
        if (!rule) throw new AppError('ALARM_RULE_NOT_FOUND');
        if (rule.version !== version) throw new AppError('ALARM_RULE_CHANGED');
        const fault = termsFault(wanted, rule.comparison, METRICS[rule.metric].unit);
        if (fault) throw new AppError('ALARM_RULE_INVALID', { fault });
        await updateRule(tx, ruleId, wanted, { userId: actor.userId, at: clock() });
        await forgetDurations(tx, ruleId);
        const { recipients: to } = wanted;
        await appendAudit(tx, {
          ...{ actorId: actor.userId, action: 'alarm_rule.changed', entity: 'alarm_rule', entityId: ruleId },
          details: {
            ...{ warnAt: wanted.warnAt, alarmAt: wanted.alarmAt, hold: wanted.holdSeconds, clear: wanted.clearSeconds },
            ...{ enabled: wanted.enabled, roles: to.roles.join(' '), people: to.userIds.join(' ') },
            channels: channelsText(to.channels),
            ...{ warnAtBefore: rule.warnAt, alarmAtBefore: rule.alarmAt, holdBefore: rule.holdSeconds },
            ...{ clearBefore: rule.clearSeconds, enabledBefore: rule.enabled, rolesBefore: rule.recipients.roles.join(' ') },
            ...{ peopleBefore: rule.recipients.userIds.join(' '), channelsBefore: channelsText(rule.recipients.channels) },
          },
        });
        await appendOutbox(tx, 'alarm-rule.changed', { ruleId });
      });
      notifier.wake();
    },

    list: (actor, filter) => listAlarms(db, filter, reachOf(actor, 'alarm.read'), timeZone),
    async rules(actor) {
      const answer = await readRules(db, reachOf(actor, 'alarm.read'), clock());
      if (can(actor, 'alarm.manage')) return answer;
      // Who sets nothing needs the names of those who are told alone.
      const named = new Set(answer.rules.flatMap(({ recipients }) => recipients.userIds));
      return { ...answer, people: answer.people.filter(({ id }) => named.has(id)) };
    },

    async samples(actor, alarmId) {
      const alarm = await findAlarm(db, alarmId);
      if (!alarm || !mayOf(actor, 'alarm.read', alarm.officeId)) throw new AppError('ALARM_NOT_FOUND');
      const to = Math.min(clock().getTime(), (alarm.closedAt ?? clock()).getTime() + HOUR_MS) + 60_000;
      const from = Math.max(alarm.since.getTime() - HOUR_MS, to - 2 * DAY_MS);
      const stepSeconds = Math.max(1, Math.ceil((to - from) / 60_000 / POINTS)) * 60;
      const { metric, subject } = alarm;
      const window = { from: new Date(from), to: new Date(to), stepSeconds };
      return { samples: await readSamples(db, { metric, subject }, window), stepSeconds };
    },

    async trial(actor, ruleId, wanted) {
      const rule = await findRule(db, ruleId);
      if (!rule) throw new AppError('ALARM_RULE_NOT_FOUND');
      const fault = termsFault(wanted, rule.comparison, METRICS[rule.metric].unit);
      if (fault) throw new AppError('ALARM_RULE_INVALID', { fault });
      const to = clock();
      const from = new Date(to.getTime() - DAY_MS);
      const { officeId } = reachOf(actor, 'alarm.read');
      const all = await subjectsOf(db, rule.metric, from);
      const own = METRICS[rule.metric].subject === 'office' && officeId !== null;
      const subjects = all.filter(({ subject }) => !own || subject === officeId);
      const terms = termsOf({ ...rule, ...wanted });
      let minutes = 0;
      const alarms: RuleTrial['alarms'] = [];
      for (const { subject, name } of subjects) {
        const samples = await readSamples(db, { metric: rule.metric, subject }, { from, to, stepSeconds: 60 });
        minutes = Math.max(minutes, samples.length);
        const found = trialOf(
          samples.map(({ at, low, high }) => ({ at: Date.parse(at), low, high })),
          terms,
        );
        alarms.push(
          ...found.map(({ level, openedAt, closedAt, peak }) => ({
            ...{ subject, name, level, peak, openedAt: new Date(openedAt).toISOString() },
            closedAt: closedAt === null ? null : new Date(closedAt).toISOString(),
          })),
        );
      }
      alarms.sort((a, b) => b.openedAt.localeCompare(a.openedAt));
      return { from: from.toISOString(), to: to.toISOString(), minutes, alarms };
    },
  };
}

const channelsText = (channels: Readonly<Record<string, boolean>>): string =>
  Object.entries(channels)
    .flatMap(([name, on]) => (on ? [name] : []))
    .join(' ');

function found<T>(view: T | null): T {
  if (view === null) throw new Error('what was just changed is gone');
  return view;
}
