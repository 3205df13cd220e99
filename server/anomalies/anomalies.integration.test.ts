import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnomalies } from '#db/anomalies.repository.ts';
import { anomalies, receiptScans } from '#db/schema/anomalies.ts';
import { officeHours } from '#db/schema/appointments.ts';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { refundItems, refunds, paymentReversals } from '#db/schema/refunds.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import type { ReceiptScan } from '#shared/contracts/anomalies.ts';
import type { Taking, TillSummary } from '#shared/contracts/tills.ts';
import { createTillsFixture, type TillsFixture } from '../tills/testing/tills-fixture.ts';
import type { TillAgent } from '../tills/tills.service.ts';
import { createAnomaliesService, type AnomaliesService } from './anomalies.service.ts';
import { createFindingService, type FindingService } from './finding.service.ts';

let fixture: TillsFixture;
let service: AnomaliesService;
let officeId = '';
let till: TillSummary;
const finder = (): FindingService =>
  createFindingService({
    ...{ db: fixture.database.db, notifier: { wake: () => undefined }, clock: fixture.clock },
    timeZone: 'Indian/Antananarivo',
  });
const code = (name: string): unknown => expect.objectContaining({ code: name });
const referenceOf = (taking: Taking): string => taking.items[0]?.receipt.reference ?? '';
const scan = (reference: string, place: string, minutesAgo: number): ReceiptScan => ({
  ...{ id: randomUUID(), reference, place },
  scannedAt: new Date(fixture.clock().getTime() - minutesAgo * 60_000).toISOString(),
});
const found = (kind: typeof anomalies.$inferSelect.kind) =>
  fixture.database.db.select().from(anomalies).where(eq(anomalies.kind, kind));

beforeAll(async () => {
  fixture = await createTillsFixture();
  officeId = fixture.fanja.officeId;
  till = await fixture.opened(fixture.fanja);
  service = createAnomaliesService({ db: fixture.database.db, notifier: { wake: () => undefined }, clock: fixture.clock });
});
afterAll(() => fixture.close());

describe('scans of receipts', () => {
  it('are kept once, of receipts of ours, of places and times that can be', async () => {
    const reference = referenceOf(await fixture.taken(fixture.fanja, till));
    const good = scan(reference, 'MG-T', 1);
    const bad = [
      ...[scan('A'.repeat(20), 'MG-T', 1), scan(reference, 'nowhere', 1), scan(reference, 'MG-T', 9 * 24 * 60)],
      scan(reference, 'MG-T', -30),
    ];
    expect(await service.report([good, ...bad])).toBe(1);
    expect(await service.report([good])).toBe(1);
    expect(await fixture.database.db.$count(receiptScans)).toBe(1);
    // Nothing of who it was.
    const [row] = await fixture.database.db.select().from(receiptScans);
    expect(Object.keys(row ?? {}).sort()).toEqual(['id', 'place', 'receivedAt', 'reference', 'scannedAt']);
  });

  it('far apart within minutes are told of once, however many look at once and how often it is shown', async () => {
    const copied = referenceOf(await fixture.taken(fixture.fanja, till));
    const driven = referenceOf(await fixture.taken(fixture.fanja, till));
    await service.report([
      scan(copied, 'MG-T', 12),
      scan(copied, 'MG-DIA', 2),
      scan(driven, 'MG-T', 400),
      scan(driven, 'MG-ATS', 5),
    ]);
    const made = await Promise.all(Array.from({ length: 3 }, () => finder().find()));
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(1);
    await service.report([scan(copied, 'MG-ANO', 0)]);
    expect(await finder().find()).toBe(0);
    const [row] = await found('scanned_far_apart');
    expect(row).toMatchObject({ key: copied, officeId: null, state: 'open' });
    expect(row?.evidence).toMatchObject({ minutes: 10, first: { place: 'MG-T' }, second: { place: 'MG-DIA' } });
    const told = await fixture.database.db.select().from(outbox).where(eq(outbox.name, 'anomaly.found'));
    expect(told).toHaveLength(1);
    expect(told[0]?.topics.map(({ topic }) => topic)).toEqual(['anomalies:all', 'anomalies:national']);
  });
});

it('a vehicle that was paid for under two plates is told of, unless one of the two was paid back', async () => {
  const { db } = fixture.database;
  const VIN = 'VF1BB05CF31234567';
  const [one, other] = [await fixture.addVehicle(null), await fixture.addVehicle(null)];
  await db
    .update(vehicles)
    .set({ vin: VIN })
    .where(sql`${vehicles.id} in (${one.id}, ${other.id})`);
  await fixture.cash.take(fixture.fanja, await fixture.orderFor(till, [one.plate]));
  expect(await finder().find()).toBe(0);
  const second = await fixture.cash.take(fixture.fanja, await fixture.orderFor(till, [other.plate]));
  // As if it were paid back, for a look.
  const looked: number[] = [];
  const undone = db.transaction(async (tx) => {
    const inside = tx as unknown as typeof db;
    await reversed(second, inside);
    const deps = { db: inside, notifier: { wake: () => undefined }, clock: fixture.clock, timeZone: 'Indian/Antananarivo' };
    looked.push(await createFindingService(deps).find());
    tx.rollback();
  });
  await expect(undone).rejects.toThrow();
  expect(looked).toEqual([0]);
  expect(await finder().find()).toBe(1);
  expect(await finder().find()).toBe(0);
  const [row] = await found('paid_twice');
  expect(row?.evidence).toMatchObject({ vin: VIN, fiscalYear: 2026 });
  const plates = (row?.evidence['receipts'] as { plate: string }[]).map(({ plate }) => plate);
  expect(plates.sort()).toEqual([one.plate, other.plate].sort());
});

/** That a taking was reversed, as the refunds write it. */
async function reversed(taking: Taking, db = fixture.database.db): Promise<void> {
  const at = fixture.clock();
  const [item] = await db.execute<{ id: string; amount: string }>(
    sql`select id, amount from payment_items where intent_id = ${taking.paymentId}`,
  );
  const money = { amount: Number(item?.amount), currency: 'MGA' };
  const [refund] = await db
    .insert(refunds)
    .values({
      ...{ ...money, intentId: taking.paymentId, kind: 'taxes', reason: 'wrong_vehicle', state: 'proposed', proposedAt: at },
      ...{ updatedAt: at, proposedBy: fixture.fanja.userId, idempotencyKey: randomUUID(), proposalDigest: 'x' },
    })
    .returning();
  const of = { refundId: refund?.id ?? '', itemId: item?.id ?? '' };
  await db.insert(refundItems).values({ ...of, amount: money.amount });
  await db.insert(paymentReversals).values({ ...of, ...money, fiscalYear: 2026, reversedAt: at });
}

it('an agent who reverses far more than the others stands before the supervisor of the office, with the receipts', async () => {
  const busy = async (agent: TillAgent, takings: number, reversals: number): Promise<void> => {
    const drawer = await fixture.opened(agent);
    for (let index = 0; index < takings; index += 1) {
      const taking = await fixture.taken(agent, drawer);
      if (index < reversals) await reversed(taking);
    }
  };
  const people = await Promise.all(Array.from({ length: 4 }, () => fixture.staffOf('agent', officeId)));
  await Promise.all(people.map((one, index) => busy(one, 20, index === 0 ? 6 : 0)));
  expect(await finder().find()).toBe(1);
  expect(await finder().find()).toBe(0);
  const [row] = await found('reversals_out_of_line');
  expect(row).toMatchObject({ officeId, agentId: people[0]?.userId });
  expect(row?.evidence).toMatchObject({ count: 6, takings: 20, rate: 300, median: 0, peers: 3 });
  expect(row?.evidence['receipts']).toHaveLength(6);

  // Settled by whom it may be, once, with words.
  const input = { anomalyId: row?.id ?? '', as: 'explained' as const, note: 'Formation : elle corrige les saisies.' };
  await expect(service.settle(fixture.strangersChief, input)).rejects.toEqual(code('ANOMALY_NOT_FOUND'));
  await expect(service.settle(fixture.fanja, input)).rejects.toEqual(code('ANOMALY_NOT_FOUND'));
  await expect(service.settle({ ...fixture.chief, userId: people[0]?.userId ?? '' }, input)).rejects.toEqual(code('ANOMALY_OWN'));
  expect((await readAnomalies(fixture.database.db, officeId)).open).toBe(1);
  const both = await Promise.allSettled([
    service.settle(fixture.chief, input),
    service.settle(fixture.chief, { ...input, as: 'confirmed' }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await readAnomalies(fixture.database.db, officeId)).open).toBe(0);
  expect(await fixture.database.db.$count(auditLog, eq(auditLog.entityId, input.anomalyId))).toBe(1);
  await expect(fixture.database.db.delete(anomalies).where(eq(anomalies.id, input.anomalyId))).rejects.toThrow();
  expect((await service.list(fixture.chief, { kind: 'reversals_out_of_line' })).anomalies).toHaveLength(1);
  expect((await service.list(fixture.strangersChief, { kind: 'reversals_out_of_line' })).anomalies).toEqual([]);
});

it('an hour without a payment at an office that is open and usually has some is told of once', async () => {
  const { db } = fixture.database;
  const DAY = 24 * 3_600_000;
  await db
    .insert(officeHours)
    .values([1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ officeId, weekday, opens: '00:00', closes: '23:59' })));
  const silent = async () => (await found('silent_hour')).length;
  for (let day = 0; day < 9; day += 1) {
    fixture.clock.turn(DAY);
    await fixture.taken(fixture.fanja, till);
    fixture.clock.turn(3_600_000);
    await finder().find();
    fixture.clock.turn(-3_600_000);
  }
  expect(await silent()).toBe(0);
  // The same hour of the next day, nobody.
  fixture.clock.turn(DAY + 3_600_000);
  await finder().find();
  await finder().find();
  expect(await silent()).toBe(1);
  const [row] = await found('silent_hour');
  expect(row).toMatchObject({ officeId, agentId: null });
  expect(row?.evidence).toMatchObject({ usual: 1 });
});
