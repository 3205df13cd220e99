import {
  addSamples,
  claimWatch,
  conditionKey,
  insertAlarm,
  listRules,
  lockWatch,
  noteWatched,
  readConditions,
  updateAlarm,
  writeConditions,
  findAlarm,
  type AlarmRow,
  type AlarmRuleRow,
  type StoredCondition,
} from '#db/alarms.repository.ts';
import type { Db, Tx } from '#db/connect.ts';
import { appendOutboxRows, type OutboxEntry } from '#db/outbox.repository.ts';
import { METRICS, type Level, type MetricName } from '#shared/contracts/alarm-metrics.ts';
import { nextCondition, QUIET, type Condition, type Terms } from '#shared/domain/alarms/condition.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { alarmEntry } from './alarm-events.ts';

/** Measures of a metric, by subject; a subject that is not in it, or null, is unknown. */
export type Measured = readonly { subject: string; value: number | null }[];
/** The registry of what is measured: a metric without a measure is unknown for ever, and raises nothing. */
export type Measures = { readonly [M in MetricName]?: (at: Date) => Promise<Measured> };

export interface AlarmWatchDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  logger: Logger;
  measures: Measures;
  /** Milliseconds between two looks, over all processes. */
  everyMs?: number;
}

export interface AlarmWatch {
  /** Measures everything and opens, worsens and closes alarms; null when it was another's turn. May run anywhere, at once and again. */
  look(): Promise<{ opened: number; closed: number } | null>;
}

export const WATCH_EVERY_MS = 5_000;
/** The screens are told of a value that moves this often at most, unless it gets worse. Milliseconds. */
const VALUE_TOLD_MS = 15_000;
/** A part that does not answer is unknown, and holds up no other. Milliseconds. */
const MEASURE_MS = 4_000;

export function createAlarmWatch({
  db,
  notifier,
  clock,
  logger,
  measures,
  everyMs = WATCH_EVERY_MS,
}: AlarmWatchDeps): AlarmWatch {
  async function measureAll(at: Date): Promise<Map<MetricName, Measured>> {
    const entries = await Promise.all(
      Object.entries(measures).map(async ([name, measure]): Promise<[MetricName, Measured]> => {
        try {
          return [name as MetricName, await within(MEASURE_MS, measure(at))];
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be measured');
          return [name as MetricName, []];
        }
      }),
    );
    return new Map(entries);
  }

  return {
    async look() {
      const at = clock();
      // The tick before may have been early by as much as a timer is.
      if (!(await claimWatch(db, at, everyMs * 0.9))) return null;
      const measured = await measureAll(at);
      const done = await db.transaction(async (tx) => {
        if (!(await lockWatch(tx))) return null;
        const turns = await evaluate(tx, at, measured);
        await noteWatched(tx, at);
        await appendOutboxRows(tx, turns);
        return turns;
      });
      if (!done) return null;
      if (done.length > 0) notifier.wake();
      const count = (name: string): number => done.filter((entry) => entry.name === name).length;
      return { opened: count('alarm.opened'), closed: count('alarm.closed') };
    },
  };
}

async function evaluate(tx: Tx, at: Date, measured: ReadonlyMap<MetricName, Measured>): Promise<OutboxEntry[]> {
  const stored = await readConditions(tx);
  const written: Parameters<typeof writeConditions>[1][number][] = [];
  const told: OutboxEntry[] = [];
  for (const rule of await listRules(tx)) {
    if (!rule.enabled) {
      told.push(...(await closeAllOf(tx, rule, stored, at)));
      continue;
    }
    for (const { subject, value } of measured.get(rule.metric) ?? []) {
      const before = stored.get(conditionKey(rule.id, subject)) ?? { condition: QUIET, alarmId: null };
      const step = nextCondition(before.condition, { at: at.getTime(), value }, termsOf(rule));
      if (step.condition === before.condition || value === null) continue;
      const { alarmId, entry } = await apply(tx, rule, subject, before, { ...step, value, at });
      written.push({ ruleId: rule.id, subject, condition: step.condition, alarmId });
      if (entry) told.push(entry);
    }
  }
  await writeConditions(tx, written);
  await addSamples(
    tx,
    at,
    [...measured].flatMap(([metric, list]) =>
      list.flatMap(({ subject, value }) => (value === null ? [] : [{ metric, subject, value }])),
    ),
  );
  return told;
}

/** Writes what one measure made of an alarm; answers with the alarm that is open now, and what is to be told. */
async function apply(
  tx: Tx,
  rule: AlarmRuleRow,
  subject: string,
  before: StoredCondition,
  { condition, turn, value, at }: { condition: Condition; turn: string | null; value: number; at: Date },
): Promise<{ alarmId: string | null; entry: OutboxEntry | null }> {
  const officeId = METRICS[rule.metric].subject === 'office' ? subject : null;
  const { open } = condition;
  if (turn === 'opened' && open) {
    const { metric, comparison } = rule;
    const id = await insertAlarm(tx, {
      ...{ ruleId: rule.id, metric, comparison, subject, officeId, level: open.level },
      ...{ threshold: thresholdOf(rule, open.level), since: new Date(open.since), openedAt: at },
      ...{ value, measuredAt: at, peak: open.peak },
    });
    return { alarmId: id, entry: alarmEntry('alarm.opened', { id, officeId }) };
  }
  const id = before.alarmId;
  if (id === null) return { alarmId: null, entry: null };
  const now = { value, measuredAt: at };
  if (turn === 'closed') {
    await updateAlarm(tx, id, { ...now, closedAt: at, closedWhy: 'recovered' });
    return { alarmId: null, entry: alarmEntry('alarm.closed', { id, officeId }) };
  }
  const peak = open?.peak ?? value;
  if (turn === 'escalated') {
    await updateAlarm(tx, id, { ...now, peak, level: 'alarm', threshold: thresholdOf(rule, 'alarm'), escalatedAt: at });
    return { alarmId: id, entry: alarmEntry('alarm.escalated', { id, officeId }) };
  }
  const alarm = await findAlarm(tx, id);
  if (!alarm || !isNews(alarm, now, peak)) return { alarmId: id, entry: null };
  await updateAlarm(tx, id, { ...now, peak });
  return { alarmId: id, entry: alarmEntry('alarm.measured', { id, officeId }) };
}

const isNews = (alarm: AlarmRow, now: { value: number; measuredAt: Date }, peak: number): boolean =>
  peak !== alarm.peak || (now.value !== alarm.value && now.measuredAt.getTime() - alarm.measuredAt.getTime() >= VALUE_TOLD_MS);

/** A rule that was switched off keeps nothing open; switched on again, it begins anew. */
async function closeAllOf(
  tx: Tx,
  rule: AlarmRuleRow,
  stored: ReadonlyMap<string, StoredCondition>,
  at: Date,
): Promise<OutboxEntry[]> {
  const told: OutboxEntry[] = [];
  const written: Parameters<typeof writeConditions>[1][number][] = [];
  for (const [key, { condition, alarmId }] of stored) {
    if (!key.startsWith(`${rule.id} `) || alarmId === null) continue;
    const alarm = await findAlarm(tx, alarmId);
    if (!alarm) continue;
    await updateAlarm(tx, alarmId, { closedAt: at, closedWhy: 'rule_off' });
    written.push({
      ruleId: rule.id,
      subject: alarm.subject,
      condition: { ...condition, past: QUIET.past, open: null },
      alarmId: null,
    });
    told.push(alarmEntry('alarm.closed', alarm));
  }
  await writeConditions(tx, written);
  return told;
}

export const termsOf = ({
  comparison,
  warnAt,
  alarmAt,
  holdSeconds,
  clearSeconds,
}: Pick<AlarmRuleRow, 'comparison' | 'warnAt' | 'alarmAt' | 'holdSeconds' | 'clearSeconds'>): Terms => ({
  comparison,
  warnAt,
  alarmAt,
  holdMs: holdSeconds * 1_000,
  clearMs: clearSeconds * 1_000,
});

function thresholdOf(rule: AlarmRuleRow, level: Level): number {
  const threshold = level === 'alarm' ? rule.alarmAt : rule.warnAt;
  if (threshold === null) throw new Error(`rule ${rule.id} has no threshold for ${level}`);
  return threshold;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
