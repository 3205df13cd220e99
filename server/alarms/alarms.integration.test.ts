import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAlarms, readRules } from '#db/alarm-views.repository.ts';
import { alarmAcknowledgements, alarmConditions, alarmRules, alarms, alarmWatch, metricSamples } from '#db/schema/alarms.ts';
import { offices, users } from '#db/schema/identity.ts';
import { notices } from '#db/schema/notices.ts';
import { auditLog, messages, outbox } from '#db/schema/platform.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { SetAlarmRule } from '#shared/contracts/alarms.ts';
import type { Actor } from '#shared/domain/policy.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createDeliveriesService } from '../notices/deliveries.service.ts';
import { createAlarmsService, type AlarmsService } from './alarms.service.ts';
import { createAlarmWatch, type Measured, type Measures } from './watch.service.ts';

let database: TestDatabase;
let service: AlarmsService;
let [here, there] = ['', ''];
let chief: Actor;
let strangersChief: Actor;
let administrator: Actor;
let auditor: Actor;
let agent: Actor;
const START = Date.parse('2026-03-02T08:00:00Z');
let now = START;
const clock = (): Date => new Date(now);
const notifier = { wake: () => undefined };

/** What is measured, as the tests say. */
let values: Record<string, Measured | Error> = {};
const measures: Measures = Object.fromEntries(
  (['outbox.parked', 'tickets.wait', 'relay.late', 'provider.failing'] as const).map((name) => [
    name,
    () => {
      const value = values[name] ?? [];
      return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    },
  ]),
);
const watch = (everyMs = 0, ahead = 0) =>
  createAlarmWatch({
    ...{ db: database.db, notifier, logger: silentLogger(), measures, everyMs },
    clock: () => new Date(now + ahead),
  });
/** Looks every five seconds for so long. */
async function passes(seconds: number): Promise<void> {
  const one = watch();
  for (let left = seconds; left > 0; left -= 5) {
    now += 5_000;
    await one.look();
  }
}
const open = async (scope = 'all') => (await readAlarms(database.db, scope)).open;
const events = async (): Promise<string[]> => {
  const rows = await database.db.select({ name: outbox.name }).from(outbox).orderBy(outbox.position);
  return rows.map(({ name }) => name).filter((name) => name.startsWith('alarm.') && name !== 'alarm.measured');
};
const code = (name: string): unknown => expect.objectContaining({ code: name });

async function staff(role: Actor['role'], officeId: string | null): Promise<Actor> {
  const userId = randomUUID();
  const person = { id: userId, name: `${role} ${userId.slice(0, 4)}`, email: `${userId}@alarm.example`, emailVerified: true };
  await database.db.insert(users).values({ ...person, role, officeId });
  return { userId, role, officeId };
}

beforeAll(async () => {
  database = await createTestDatabase();
  const rows = await database.db
    .insert(offices)
    .values(['Ici', 'Autre'].map((name) => ({ code: name.toUpperCase(), name, city: name })))
    .returning();
  [here, there] = [rows[0]?.id ?? '', rows[1]?.id ?? ''];
  chief = await staff('supervisor', here);
  strangersChief = await staff('supervisor', there);
  administrator = await staff('administrator', null);
  auditor = await staff('auditor', null);
  agent = await staff('agent', here);
  service = createAlarmsService({ db: database.db, notifier, clock, timeZone: 'Indian/Antananarivo' });
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = Math.max(now, START) + 3_600_000;
  values = {};
  await database.db
    .execute(sql`truncate alarms, alarm_conditions, alarm_acknowledgements, alarm_watch, metric_samples, outbox, notices,
    notice_sources, messages cascade`);
  await database.db.update(alarmRules).set({ enabled: true });
});

describe('an alarm', () => {
  it('opens after its time, tells once, gets worse once, closes by itself and keeps how long and how bad it was', async () => {
    const of = (value: number): void => void (values = { 'relay.late': [{ subject: '', value }] });
    of(1);
    await passes(20);
    expect(await open()).toEqual([]);
    of(12);
    await passes(10);
    expect(await open()).toEqual([]);
    await passes(5);
    const [alarm] = await open();
    expect(alarm).toMatchObject({
      metric: 'relay.late',
      level: 'warning',
      threshold: 10,
      value: 12,
      office: null,
      closedAt: null,
    });
    expect(Date.parse(alarm?.openedAt ?? '') - Date.parse(alarm?.since ?? '')).toBe(10_000);
    of(75);
    await passes(60);
    expect((await open())[0]).toMatchObject({ id: alarm?.id, level: 'alarm', threshold: 60, peak: 75 });
    of(20);
    await passes(60);
    expect((await open())[0]).toMatchObject({ level: 'alarm', value: 20, peak: 75 });
    of(0);
    await passes(40);
    expect(await open()).toEqual([]);
    expect(await events()).toEqual(['alarm.opened', 'alarm.escalated', 'alarm.closed']);
    const page = await service.list(administrator, {});
    expect(page).toMatchObject({ total: 1, more: false });
    expect(page.alarms[0]).toMatchObject({ id: alarm?.id, level: 'alarm', peak: 75, value: 0, closedWhy: 'recovered' });
    // A second one of the same is another alarm.
    of(12);
    await passes(20);
    expect((await open())[0]?.id).not.toBe(alarm?.id);
  });

  it('tells whom its rule names in the app and by e-mail, once, whoever delivers how often', async () => {
    values = {
      'tickets.wait': [
        { subject: here, value: 45 },
        { subject: there, value: 3 },
      ],
    };
    await passes(90);
    const rows = await database.db.select().from(outbox).where(eq(outbox.name, 'alarm.opened'));
    expect(rows).toHaveLength(1);
    const alarmId = String(rows[0]?.payload['alarmId']);
    const deliveries = createDeliveriesService({ db: database.db, notifier, clock });
    const source = { event: 'alarm.opened' as const, alarmId };
    const made = await Promise.all(Array.from({ length: 4 }, () => deliveries.deliver(rows[0]?.id ?? '', source)));
    // Even as another event: an alarm is told once.
    made.push(await deliveries.deliver(randomUUID(), source));
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(1);
    const told = await database.db.select().from(notices);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ userId: chief.userId, kind: 'alarm_opened', eventKey: alarmId });
    expect(told[0]?.params).toMatchObject({ metric: 'tickets.wait', office: 'Ici', value: 45, threshold: 30, level: 'warning' });
    const mails = await database.db.select().from(messages);
    expect(mails.map(({ channel, recipient }) => [channel, recipient])).toEqual([['email', `${chief.userId}@alarm.example`]]);
  });

  it('goes by no e-mail, and nowhere, when its rule says so', async () => {
    const deliveries = createDeliveriesService({ db: database.db, notifier, clock });
    const [rule] = await database.db.select().from(alarmRules).where(eq(alarmRules.id, 'tickets-wait'));
    for (const [channels, notified] of [
      [{ banner: true, notice: true, email: false }, 1],
      [{ banner: true, notice: false, email: false }, 0],
    ] as const) {
      await database.db.execute(
        sql`truncate alarms, alarm_conditions, alarm_acknowledgements, notices, messages, alarm_watch cascade`,
      );
      await database.db
        .update(alarmRules)
        .set({ recipients: { roles: ['supervisor'], userIds: [], channels } })
        .where(eq(alarmRules.id, 'tickets-wait'));
      values = { 'tickets.wait': [{ subject: here, value: 45 }] };
      await passes(70);
      const [alarm] = await open();
      await deliveries.deliver(randomUUID(), { event: 'alarm.opened', alarmId: alarm?.id ?? '' });
      expect(await database.db.$count(notices)).toBe(notified);
      expect(await database.db.$count(messages)).toBe(0);
    }
    if (rule) await database.db.update(alarmRules).set({ recipients: rule.recipients }).where(eq(alarmRules.id, rule.id));
  });

  it('is not opened, and not closed, by what nobody measured', async () => {
    values = { 'outbox.parked': [{ subject: '', value: 2 }], 'relay.late': new Error('no answer') };
    await passes(5);
    expect(await open()).toHaveLength(1);
    const [before] = await open();
    values = { 'outbox.parked': [{ subject: '', value: null }] };
    await passes(120);
    values = {};
    await passes(60);
    expect(await open()).toEqual([before]);
    const { rules } = await readRules(database.db, { officeId: null }, clock());
    expect(rules.find(({ metric }) => metric === 'outbox.parked')?.measures).toEqual([]);
    expect(rules.find(({ metric }) => metric === 'replica.late')?.measures).toEqual([]);
    values = { 'outbox.parked': [{ subject: '', value: 0 }] };
    await passes(5);
    expect(await open()).toEqual([]);
  });

  it('closes when its rule is switched off, and says so', async () => {
    values = { 'outbox.parked': [{ subject: '', value: 2 }] };
    await passes(5);
    await database.db.update(alarmRules).set({ enabled: false }).where(eq(alarmRules.id, 'outbox-parked'));
    await passes(10);
    expect(await open()).toEqual([]);
    expect((await service.list(administrator, {})).alarms[0]).toMatchObject({ closedWhy: 'rule_off' });
    await database.db.update(alarmRules).set({ enabled: true }).where(eq(alarmRules.id, 'outbox-parked'));
    await passes(5);
    expect(await open()).toHaveLength(1);
  });
});

describe('several watches', () => {
  it('open one alarm and tell of it once, however many look at once', async () => {
    values = { 'outbox.parked': [{ subject: '', value: 2 }], 'provider.failing': [{ subject: 'mvola', value: 90 }] };
    for (let round = 0; round < 12; round += 1) {
      now += 5_000;
      await Promise.all(Array.from({ length: 4 }, (_, index) => watch(0, index * 3).look()));
    }
    expect((await open()).map(({ metric }) => metric).sort()).toEqual(['outbox.parked', 'provider.failing']);
    expect((await events()).sort()).toEqual(['alarm.opened', 'alarm.opened']);
  });

  it('measure once a turn', async () => {
    const looks = await Promise.all(Array.from({ length: 4 }, () => watch(5_000).look()));
    expect(looks.filter((one) => one !== null)).toHaveLength(1);
    now += 2_000;
    expect(await watch(5_000).look()).toBeNull();
    now += 3_000;
    expect(await watch(5_000).look()).not.toBeNull();
  });

  it('go on when one was killed with everything written and nothing committed', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./testing/watch-process.ts', import.meta.url))],
      { env: { ...process.env, DATABASE_URL: database.url, NOW: clock().toISOString() }, stdio: 'inherit' },
    );
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    // It had its turn, and left nothing.
    expect(await database.db.$count(alarmWatch)).toBe(1);
    expect(await database.db.$count(alarms)).toBe(0);
    expect(await database.db.$count(alarmConditions)).toBe(0);
    values = { 'outbox.parked': [{ subject: '', value: 3 }] };
    await expect.poll(async () => ((now += 5_000), (await watch().look())?.opened ?? 0)).toBe(1);
    expect(await events()).toEqual(['alarm.opened']);
  });
});

describe('people', () => {
  const opened = async (): Promise<string> => {
    values = { 'tickets.wait': [{ subject: here, value: 45 }] };
    await passes(70);
    return (await open(here))[0]?.id ?? '';
  };

  it('take an alarm on, one of them, with words; who is elsewhere does not see it', async () => {
    const alarmId = await opened();
    const input = { alarmId, level: 'warning' as const, note: 'J’ouvre un guichet.' };
    await expect(service.acknowledge(strangersChief, input)).rejects.toEqual(code('ALARM_NOT_FOUND'));
    await expect(service.acknowledge(agent, input)).rejects.toEqual(code('ALARM_NOT_FOUND'));
    await expect(service.acknowledge(auditor, input)).rejects.toEqual(code('FORBIDDEN'));
    await expect(service.acknowledge(chief, { ...input, alarmId: randomUUID() })).rejects.toEqual(code('ALARM_NOT_FOUND'));
    await expect(service.acknowledge(chief, { ...input, level: 'alarm' })).rejects.toEqual(code('ALARM_WORSE'));
    const both = await Promise.allSettled([service.acknowledge(chief, input), service.acknowledge(administrator, input)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await database.db.$count(alarmAcknowledgements)).toBe(1);
    const [seen] = await open(here);
    expect(seen?.acknowledgements).toMatchObject([{ level: 'warning', note: 'J’ouvre un guichet.' }]);
    const trail = await database.db.select().from(auditLog).where(eq(auditLog.entityId, alarmId));
    expect(trail.map(({ action }) => action)).toEqual(['alarm.acknowledged']);
    expect(await open(there)).toEqual([]);
    expect(await open('national')).toEqual([]);
    // Taken on or not, it lasts, and closes by itself.
    values = { 'tickets.wait': [{ subject: here, value: 4 }] };
    await passes(70);
    await expect(service.acknowledge(chief, input)).rejects.toEqual(code('ALARM_CLOSED'));
    expect((await service.list(chief, { office: here })).total).toBe(1);
    expect((await service.list(strangersChief, {})).total).toBe(0);
    expect((await service.list(administrator, { metric: 'relay.late' })).total).toBe(0);
    expect((await service.list(administrator, { from: '2030-01-01' })).total).toBe(0);
    expect((await service.samples(chief, alarmId)).samples.length).toBeGreaterThan(1);
    await expect(service.samples(strangersChief, alarmId)).rejects.toEqual(code('ALARM_NOT_FOUND'));
  });

  it('set rules: administrators alone, of the version that they saw, and every change is kept', async () => {
    const rule = async (): Promise<SetAlarmRule> => {
      const found = (await service.rules(administrator)).rules.find(({ id }) => id === 'cache-hit');
      if (!found) throw new Error('no rule');
      const { id: ruleId, version, warnAt, alarmAt, holdSeconds, clearSeconds, enabled, recipients } = found;
      return { ruleId, version, warnAt, alarmAt, holdSeconds, clearSeconds, enabled, recipients };
    };
    const seen = await rule();
    await expect(service.setRule(chief, seen)).rejects.toEqual(code('FORBIDDEN'));
    await expect(service.setRule(administrator, { ...seen, ruleId: 'none' })).rejects.toEqual(code('ALARM_RULE_NOT_FOUND'));
    for (const [thresholds, fault] of [
      [{ warnAt: null, alarmAt: null }, 'none'],
      [{ warnAt: 60, alarmAt: 70 }, 'order'],
      [{ warnAt: 101, alarmAt: null }, 'range'],
    ] as const) {
      await expect(service.setRule(administrator, { ...seen, ...thresholds })).rejects.toMatchObject({
        code: 'ALARM_RULE_INVALID',
        details: { fault },
      });
    }
    const recipients = { roles: [], userIds: [auditor.userId], channels: { banner: false, notice: true, email: false } };
    await service.setRule(administrator, { ...seen, warnAt: 50, alarmAt: 20, enabled: false, recipients });
    await expect(service.setRule(administrator, seen)).rejects.toEqual(code('ALARM_RULE_CHANGED'));
    expect(await rule()).toMatchObject({ version: 2, warnAt: 50, alarmAt: 20, enabled: false, recipients });
    const [kept] = await database.db.select().from(auditLog).where(eq(auditLog.action, 'alarm_rule.changed'));
    expect(kept).toMatchObject({ actorId: administrator.userId, entityId: 'cache-hit' });
    expect(kept?.details).toMatchObject({ warnAt: 50, warnAtBefore: 60, enabled: false, enabledBefore: true });
  });

  it('try terms on the last day, before they set them', async () => {
    values = { 'relay.late': [{ subject: '', value: 4 }] };
    await passes(180);
    values = { 'relay.late': [{ subject: '', value: 8 }] };
    await passes(180);
    values = { 'relay.late': [{ subject: '', value: 1 }] };
    await passes(240);
    expect(await database.db.$count(metricSamples)).toBeGreaterThan(8);
    const terms = { warnAt: 6, alarmAt: null, holdSeconds: 60, clearSeconds: 60 };
    const trial = await service.trial(administrator, 'relay-late', terms);
    expect(trial.alarms).toMatchObject([{ level: 'warning', peak: 8, subject: '' }]);
    expect(trial.alarms[0]?.closedAt).not.toBeNull();
    expect((await service.trial(administrator, 'relay-late', { ...terms, warnAt: 9 })).alarms).toEqual([]);
    await expect(service.trial(administrator, 'relay-late', { ...terms, warnAt: null })).rejects.toEqual(
      code('ALARM_RULE_INVALID'),
    );
    // Nothing was opened by trying.
    expect(await open()).toEqual([]);
  });
});
