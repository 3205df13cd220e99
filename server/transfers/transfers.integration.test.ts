import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { vehicleTransfers } from '#db/schema/account.ts';
import { outbox } from '#db/schema/platform.ts';
import { vehicleClaims, vehicles } from '#db/schema/vehicles.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { createDocumentsFixture, lastTopics, NEEDED, type DocumentsFixture } from '../documents/testing/documents-fixture.ts';
import { silentLogger, testPrefix } from '#shared/node/testing/helpers.ts';
import { connectTestRedis } from '#shared/node/testing/test-redis.ts';
import { createRateLimits } from '../http/rate-limits.ts';
import { expireTransfers } from './expiry.service.ts';
import { CODE_TRY_LIMIT, createTransferHandlers, TRANSFER_LIMIT } from './transfers.handlers.ts';
import { transferTopic } from './transfers.topic.ts';
import { CODE_MS, CONFIRM_MS, createTransfersService, type TransfersService } from './transfers.service.ts';
import { TransferCode } from '#shared/contracts/transfers.ts';

let f: DocumentsFixture;
let transfers: TransfersService;
let [seller, buyer, other] = ['', '', ''];
let vehicleId: string;
let plates = 1000;

beforeAll(async () => {
  f = await createDocumentsFixture();
  transfers = createTransfersService({
    db: f.database.db,
    notifier: { wake: () => undefined },
    clock: f.clock,
    key: Buffer.alloc(32, 7),
  });
});
afterAll(() => f.close());
beforeEach(async () => {
  [seller, buyer, other] = [await f.addUser('Rabe Solo'), await f.addUser('Hanta Rakoto'), await f.addUser('Koto Bema')];
  const documentId = await f.read(seller, { ...NEEDED, plate: `${(plates += 1)}TAB` });
  vehicleId = (await f.documents.confirm(seller, documentId, false)).vehicleId ?? '';
});

const garage = async (userId: string) => (await readGarage(f.database.db, userId)).vehicles.map(({ id }) => id);
const started = async () => {
  const { id } = await transfers.start(seller, vehicleId);
  return { id, code: await transfers.code(seller, id) };
};
const accepted = async () => {
  const { id, code } = await started();
  return { code, ...(await transfers.accept(buyer, code)), id };
};
const code = (error: string, details?: object) =>
  expect.objectContaining({ code: error, ...(details ? { details } : {}) }) as unknown;
const outcomes = async (work: Promise<unknown>[]) => (await Promise.allSettled(work)).map(({ status }) => status).sort();
const eventsOf = async (id: string) =>
  (await f.database.db.select().from(outbox).orderBy(outbox.position))
    .filter(({ payload }) => payload['transferId'] === id)
    .map(({ name }) => name);

describe('a vehicle sold', () => {
  it('goes over when both have agreed, and not before', async () => {
    const { id, code } = await started();
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
    const preview = await transfers.lookUp(buyer, code);
    expect(preview).toMatchObject({ sellerName: 'Rabe Solo', vehicle: { id: vehicleId, plate: `${plates}TAB` } });
    const view = await transfers.accept(buyer, code);
    expect(view).toMatchObject({ state: 'accepted', buyer: { name: 'Hanta Rakoto' } });
    expect([await garage(seller), await garage(buyer)]).toEqual([[vehicleId], []]);
    expect((await readGarage(f.database.db, buyer)).transfers).toMatchObject([{ id, role: 'buyer', state: 'accepted' }]);
    expect(await transfers.confirm(seller, id, view.version)).toMatchObject({ state: 'completed' });
    expect([await garage(seller), await garage(buyer)]).toEqual([[], [vehicleId]]);
    expect(await eventsOf(id)).toEqual(['transfer.started', 'transfer.accepted', 'transfer.completed']);
    const topics = (await lastTopics(f.database, 'transfer.completed')).map(({ topic }) => topic);
    const told = [`garage:${seller}`, `garage:${buyer}`, `transfer:${id}`, `vehicle-file:${vehicleId}`];
    expect(topics.sort()).toEqual(told.sort());
    const [vehicle] = await f.database.db.select().from(vehicles).where(eq(vehicles.id, vehicleId));
    expect(vehicle).toMatchObject({ documentId: null, holderName: 'Hanta Rakoto' });
  });

  it('settles the claim that the buyer had opened, and leaves those of others', async () => {
    for (const claimant of [buyer, other]) {
      const documentId = await f.read(claimant, { ...NEEDED, plate: `${plates}TAB` });
      await f.documents.confirm(claimant, documentId, true);
    }
    const { id, version } = await accepted();
    await transfers.confirm(seller, id, version);
    const claims = await f.database.db.select().from(vehicleClaims).where(eq(vehicleClaims.vehicleId, vehicleId));
    expect(Object.fromEntries(claims.map(({ claimantId, status }) => [claimantId, status]))).toEqual({
      [buyer]: 'accepted',
      [other]: 'open',
    });
  });

  it('keeps the code out of the database and of what screens are told', async () => {
    const { code } = await started();
    const kept = [await f.database.db.select().from(vehicleTransfers), await f.database.db.select().from(outbox)];
    expect(JSON.stringify(kept)).not.toContain(code);
  });

  it('is understood as codes are typed', () => {
    expect(TransferCode.parse(' ab1o-il9z ')).toBe('AB10119Z');
    expect(TransferCode.safeParse('ABCD-EFG').success).toBe(false);
    expect(TransferCode.safeParse('ABCD-EFGU').success).toBe(false);
  });
});

describe('what is done twice or at once has one outcome', () => {
  it('starting', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => transfers.start(seller, vehicleId)));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
  });

  it('two buyers with one code', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, code } = await started();
      expect(await outcomes([transfers.accept(buyer, code), transfers.accept(other, code)])).toEqual(['fulfilled', 'rejected']);
      await transfers.cancel(seller, id);
    }
  });

  it('accepting again, after an answer that was lost', async () => {
    const { id, code } = await accepted();
    expect(await transfers.accept(buyer, code)).toMatchObject({ id, state: 'accepted' });
    await expect(transfers.accept(other, code)).rejects.toEqual(expect.objectContaining({ code: 'TRANSFER_CODE_INVALID' }));
  });

  it('confirming', async () => {
    const { id, version } = await accepted();
    const all = await Promise.all(Array.from({ length: 5 }, () => transfers.confirm(seller, id, version)));
    expect(all.every(({ state }) => state === 'completed')).toBe(true);
    expect((await eventsOf(id)).filter((name) => name === 'transfer.completed')).toHaveLength(1);
  });

  it('confirming against cancelling', async () => {
    for (let round = 0; round < 8; round++) {
      const { id, version } = await accepted();
      expect(await outcomes([transfers.confirm(seller, id, version), transfers.cancel(buyer, id)])).toEqual([
        'fulfilled',
        'rejected',
      ]);
      const [row] = await f.database.db.select().from(vehicleTransfers).where(eq(vehicleTransfers.id, id));
      const done = row?.state === 'completed';
      expect([await garage(seller), await garage(buyer)]).toEqual(done ? [[], [vehicleId]] : [[vehicleId], []]);
      if (done) [seller, buyer] = [buyer, seller];
    }
  });

  it('confirming against taking the vehicle off the list', async () => {
    const { id, version } = await accepted();
    await Promise.allSettled([transfers.confirm(seller, id, version), f.vehicles.remove(seller, vehicleId)]);
    const [row] = await f.database.db.select().from(vehicleTransfers).where(eq(vehicleTransfers.id, id));
    expect(await garage(buyer)).toEqual(row?.state === 'completed' ? [vehicleId] : []);
    expect(['completed', 'cancelled']).toContain(row?.state);
  });
});

describe('what is refused', () => {
  it('a vehicle of somebody else, and one’s own code', async () => {
    await expect(transfers.start(other, vehicleId)).rejects.toEqual(code('VEHICLE_NOT_FOUND'));
    const mine = await started();
    await expect(transfers.accept(seller, mine.code)).rejects.toEqual(code('TRANSFER_OWN_VEHICLE'));
    await expect(transfers.code(buyer, mine.id)).rejects.toEqual(code('TRANSFER_NOT_FOUND'));
    await expect(transfers.cancel(other, mine.id)).rejects.toEqual(code('TRANSFER_NOT_FOUND'));
  });

  it('a code that is wrong, used, withdrawn or too old', async () => {
    const invalid = code('TRANSFER_CODE_INVALID');
    await expect(transfers.lookUp(buyer, 'AAAAAAAA')).rejects.toEqual(invalid);
    const used = await accepted();
    await expect(transfers.lookUp(other, used.code)).rejects.toEqual(invalid);
    await transfers.cancel(buyer, used.id);
    await expect(transfers.accept(buyer, used.code)).rejects.toEqual(invalid);
    const old = await started();
    f.clock.turn(CODE_MS + 1000);
    await expect(transfers.accept(buyer, old.code)).rejects.toEqual(invalid);
  });

  it('the buyer who confirms for the seller, and a confirmation of what was not seen', async () => {
    const { id, version } = await accepted();
    await expect(transfers.confirm(buyer, id, version)).rejects.toEqual(code('TRANSFER_NOT_FOUND'));
    await expect(transfers.confirm(seller, id, version - 1)).rejects.toEqual(code('TRANSFER_STATE_CONFLICT'));
    expect(await garage(seller)).toEqual([vehicleId]);
  });

  it('going on when the time is over; the upkeep says so, and another can be started', async () => {
    const { id, version } = await accepted();
    f.clock.turn(CONFIRM_MS + 1000);
    await expect(transfers.confirm(seller, id, version)).rejects.toEqual(code('TRANSFER_STATE_CONFLICT'));
    const upkeep = { db: f.database.db, notifier: { wake: () => undefined }, clock: f.clock };
    expect(await expireTransfers(upkeep)).toBeGreaterThanOrEqual(1);
    expect(await expireTransfers(upkeep)).toBe(0);
    expect((await eventsOf(id)).at(-1)).toBe('transfer.expired');
    expect((await transfers.start(seller, vehicleId)).id).not.toBe(id);
  });
});

describe('who may', () => {
  const viewer = (userId: string) => ({ userId, sessionId: userId, role: 'citizen' as const, officeId: null });

  it('watch a transfer: its two people', async () => {
    const { id } = await accepted();
    const seen = (userId: string, key = id) => transferTopic.authorise(f.database.db, viewer(userId), key);
    expect(await Promise.all([seller, buyer, other].map((userId) => seen(userId)))).toEqual(['owner', 'owner', null]);
    expect(await seen(seller, 'no id')).toBeNull();
  });

  it('try codes: twenty an hour', async () => {
    const redis = await connectTestRedis('queues');
    const limits = createRateLimits({ redis, prefix: testPrefix(), key: Buffer.alloc(32, 5) });
    const handlers = createTransferHandlers({
      transfers,
      codeLimit: limits.limit('transfer-code', CODE_TRY_LIMIT),
      startLimit: limits.limit('transfer-start', TRANSFER_LIMIT),
    });
    const context = {
      viewer: viewer(buyer),
      logger: silentLogger(),
      subscriber: { rooms: new Set<string>(), join: () => undefined, leave: () => undefined },
    };
    const { code: right } = await started();
    for (let guess = 0; guess < CODE_TRY_LIMIT.points; guess++) {
      const wrong = `AAAAAA${String(guess).padStart(2, '0')}`;
      await expect(handlers['transfer:look-up'](context, { code: wrong })).rejects.toEqual(code('TRANSFER_CODE_INVALID'));
    }
    await expect(handlers['transfer:accept'](context, { code: right })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    redis.disconnect();
  });
});
