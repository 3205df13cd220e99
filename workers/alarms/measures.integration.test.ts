import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addCalls } from '#db/channels.repository.ts';
import { paymentChannels } from '#db/schema/channels.ts';
import { totalsChecks } from '#db/schema/collections.ts';
import { documents } from '#db/schema/documents.ts';
import { offices, users } from '#db/schema/identity.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { outbox } from '#db/schema/platform.ts';
import { officeServices, tickets } from '#db/schema/tickets.ts';
import { tillSessions } from '#db/schema/till.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { MetricName } from '#shared/contracts/alarm-metrics.ts';
import type { PaymentFailure, PaymentState } from '#shared/contracts/payments.ts';
import { createJobQueues, type JobQueues } from '#shared/node/queues.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { createMeasures } from './measures.ts';

let database: TestDatabase;
let queues: JobQueues;
let [officeId, userId] = ['', ''];
const now = new Date();
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);

/** What a metric says of a subject; undefined: not measured. */
async function measured(metric: MetricName, subject = ''): Promise<number | null | undefined> {
  const list = await createMeasures({ db: database.db, queues })[metric]?.(now);
  return list?.find((one) => one.subject === subject)?.value;
}

beforeAll(async () => {
  database = await createTestDatabase();
  queues = createJobQueues({ redisUrl: process.env['REDIS_QUEUES_URL'] ?? '', prefix: testPrefix(), logger: silentLogger() });
  const [office] = await database.db.insert(offices).values({ code: 'M', name: 'Centre', city: 'Ville' }).returning();
  const person = { name: 'Hanta', email: `${randomUUID()}@measure.example`, role: 'agent' };
  const [user] = await database.db
    .insert(users)
    .values({ ...person, officeId: office?.id ?? null })
    .returning();
  [officeId, userId] = [office?.id ?? '', user?.id ?? ''];
});
afterAll(async () => {
  for (const name of ['payments', 'ocr'] as const) await queues.queue(name).obliterate({ force: true });
  await queues.close();
  await database.drop();
});

it('counts the jobs that wait, by the urgency of their queues', async () => {
  expect(await measured('jobs.waiting', 'high')).toBe(0);
  await queues.add(
    Array.from({ length: 12 }, (_, index) => ({
      id: `measure-${index}`,
      job: { name: 'payment.initiate' as const, payload: { paymentId: randomUUID() } },
    })),
  );
  await queues.add([{ id: 'measure-low', job: { name: 'document.ocr', payload: { documentId: randomUUID() } } }]);
  expect(await measured('jobs.waiting', 'high')).toBe(12);
  expect(await measured('jobs.waiting', 'medium')).toBe(0);
  expect(await measured('jobs.waiting', 'low')).toBe(1);
});

it('knows how many wait at an office, and how long', async () => {
  expect(await measured('tickets.waiting', officeId)).toBe(0);
  expect(await measured('tickets.wait', officeId)).toBe(0);
  const service = { officeId, prefix: 'A', nameFr: 'Taxe', nameEn: 'Tax', usualMinutes: 5 };
  const [row] = await database.db.insert(officeServices).values(service).returning();
  const common = { officeId, serviceId: row?.id ?? '', day: now.toISOString().slice(0, 10), source: 'kiosk' as const };
  await database.db.insert(tickets).values(
    [2_460, 600, 60].map((seconds, index) => ({
      ...{ ...common, priority: 'none' as const, clientId: randomUUID(), number: `A00${index}` },
      ...{ takenAt: ago(seconds), rankAt: ago(seconds), state: index === 2 ? ('cancelled' as const) : ('waiting' as const) },
    })),
  );
  expect(await measured('tickets.waiting', officeId)).toBe(2);
  expect(await measured('tickets.wait', officeId)).toBeCloseTo(41, 3);
});

it('says of a provider what it failed at, not what payers did, and nothing of too few', async () => {
  const view = { provider: 'mvola' as const, status: 'working' as const, since: now.toISOString() };
  await database.db.insert(paymentChannels).values(
    (['mvola', 'stripe'] as const).map((provider) => ({
      ...{ provider, checkedAt: now, view: { ...view, provider, paid: null, confirmation: null, lastPaidAt: null } },
    })),
  );
  const order = (state: PaymentState, failure: PaymentFailure | null, seconds = 60) => ({
    ...{ payerId: userId, idempotencyKey: randomUUID(), orderDigest: 'x', provider: 'mvola' as const, phone: '+261340000100' },
    ...{ amount: 100, currency: 'MGA', state, failure, expiresAt: now, createdAt: ago(seconds + 30), updatedAt: ago(seconds) },
    settledAt: state === 'receipted' ? ago(seconds) : null,
  });
  const insert = (list: ReturnType<typeof order>[]) => database.db.insert(paymentIntents).values(list);
  await insert([order('receipted', null), order('unknown', null), order('failed', 'refused')]);
  expect(await measured('provider.failing', 'mvola')).toBeNull();
  // Long over, or of the payer: the one does not count, the other is no failing.
  await insert([order('failed', 'refused', 400), order('failed', 'not_enough_funds'), order('expired', null)]);
  expect(await measured('provider.failing', 'mvola')).toBe(40);
  await insert(Array.from({ length: 5 }, () => order('receipted', null)));
  expect(await measured('provider.failing', 'mvola')).toBe(20);
  // Calls without an answer tell as well; the worse of the two counts.
  await addCalls(database.db, [{ provider: 'mvola', slot: ago(30), answered: 2, failed: 6, tookMs: 100 }]);
  expect(await measured('provider.failing', 'mvola')).toBe(75);
  expect(await measured('provider.failing', 'stripe')).toBeNull();
  expect(await measured('provider.failing', 'mtn_momo')).toBeUndefined();
});

it('knows the largest difference of a till that nobody took note of', async () => {
  expect(await measured('till.variance', officeId)).toBe(0);
  const till = (variance: number, more: object = {}) => ({
    ...{ officeId, agentId: userId, currency: 'MGA', state: 'closed' as const, idempotencyKey: randomUUID(), openedAt: ago(99) },
    ...{ float: [], floatAmount: 10_000, count: [], countedAmount: 10_000 + variance, expectedAmount: 10_000, variance },
    ...{ reason: 'because', closedAt: now, ...more },
  });
  const [chief] = await database.db
    .insert(users)
    .values({ name: 'Chef', email: `${randomUUID()}@measure.example`, role: 'supervisor', officeId })
    .returning();
  await database.db
    .insert(tillSessions)
    .values([till(500), till(-2_000), till(0), till(9_000, { notedBy: chief?.id, notedAt: now })]);
  expect(await measured('till.variance', officeId)).toBe(2_000);
});

it('knows how readings end, and says nothing of too few', async () => {
  await database.db.insert(documents).values(
    [...Array<string>(3).fill('read'), 'failed'].map((status) => ({
      ...{ userId, status, readAt: status === 'failed' ? null : now, updatedAt: now, createdAt: ago(60) },
    })),
  );
  expect(await measured('reading.failing')).toBeNull();
  await database.db.insert(documents).values({ userId, status: 'failed', updatedAt: now, createdAt: ago(60) });
  expect(await measured('reading.failing')).toBe(40);
});

it('knows how late the relay is, and what it put aside', async () => {
  expect(await measured('relay.late')).toBe(0);
  expect(await measured('outbox.parked')).toBe(0);
  const row = { name: 'channels.changed', payload: {} };
  await database.db.insert(outbox).values([
    { ...row, createdAt: ago(90), emittedAt: now, enqueuedAt: now },
    { ...row, createdAt: ago(40), emittedAt: now },
    { ...row, createdAt: ago(500), parkedAt: now, parkedWhy: 'a test' },
  ]);
  const late = await measured('relay.late');
  expect(late).toBeGreaterThanOrEqual(40);
  expect(late).toBeLessThan(80);
  expect(await measured('outbox.parked')).toBe(1);
});

it('knows how many totals differed from the payments, while the comparison is not too old', async () => {
  expect(await measured('totals.difference')).toBeNull();
  const check = (seconds: number, differing: number) =>
    database.db.insert(totalsChecks).values({ checkedAt: ago(seconds), compared: 10, differing, amount: 0, details: [] });
  await check(5 * 3_600, 4);
  expect(await measured('totals.difference')).toBeNull();
  await check(3_600, 3);
  expect(await measured('totals.difference')).toBe(3);
  await check(60, 0);
  expect(await measured('totals.difference')).toBe(0);
});

it('has no measure of what nobody measures', async () => {
  for (const name of ['replica.late', 'cache.hit', 'http.errors', 'http.response'] as const)
    expect(await measured(name)).toBeUndefined();
});
