import { randomUUID } from 'node:crypto';
import { unzipSync, strFromU8 } from 'fflate';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountExports, objectsToDelete } from '#db/schema/account.ts';
import { documentPages, documents } from '#db/schema/documents.ts';
import { accounts, sessions, users } from '#db/schema/identity.ts';
import { notices } from '#db/schema/notices.ts';
import { paymentIntents } from '#db/schema/payments.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { exportKey } from '#shared/domain/object-keys.ts';
import { AccountExport } from '#shared/contracts/account-export.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createExportJob } from '#workers/account/export.job.ts';
import { deleteGivenUp, eraseRemains, giveUpDiscarded, keepWaiting, PENDING_KEPT_MS } from '#workers/upkeep/given-up.ts';
import { createDocumentsFixture, NEEDED, type DocumentsFixture } from '../documents/testing/documents-fixture.ts';
import { createTransfersService } from '../transfers/transfers.service.ts';
import { createClosingService, type ClosingService } from './closing.service.ts';
import { createExportsService, EXPORT_KEPT_MS, type ExportsService } from './exports.service.ts';

const HOUR = 3600_000;
let f: DocumentsFixture;
let closing: ClosingService;
let exports: ExportsService;
let ended: string[] = [];
let plates = 2000;
let userId: string;

beforeAll(async () => {
  f = await createDocumentsFixture();
  const deps = { db: f.database.db, notifier: { wake: () => undefined }, clock: f.clock };
  exports = createExportsService(deps);
  closing = createClosingService({
    ...deps,
    transfers: createTransfersService({ ...deps, key: Buffer.alloc(32, 3) }),
    // The check itself is the identity's and tested there; here the password is right.
    checkOwnPassword: async ({ userId: id }) => ({ userId: id, email: '', passwordHash: 'hash', disabled: false }),
    onSessionsEnded: async (ids) => void (ended = [...ids]),
  });
});
afterAll(() => f.close());

const db = () => f.database.db;
const viewer = (id = userId, role: 'citizen' | 'agent' = 'citizen') => ({
  userId: id,
  sessionId: randomUUID(),
  role,
  officeId: null,
});

async function person(name: string): Promise<string> {
  const id = await f.addUser(name);
  await db().insert(accounts).values({ userId: id, accountId: id, providerId: 'credential', password: 'hash' });
  await db()
    .insert(sessions)
    .values({ userId: id, token: randomUUID(), expiresAt: new Date(Date.now() + HOUR) });
  await db()
    .insert(notices)
    .values({ userId: id, kind: 'password_changed', eventKey: randomUUID(), params: {}, createdAt: new Date() });
  return id;
}
const register = async (id: string) => {
  const documentId = await f.read(id, { ...NEEDED, owner: 'RABE SOLO', plate: `${(plates += 1)}TAB` });
  return (await f.documents.confirm(id, documentId, false)).vehicleId ?? '';
};
const sweep = async () => {
  let rounds = 0;
  while ((await deleteGivenUp({ db: db(), store: f.store, clock: f.clock })) > 0 && rounds < 20) rounds += 1;
};
const intent = (state: 'pending' | 'failed') =>
  db()
    .insert(paymentIntents)
    .values({
      ...{ payerId: userId, idempotencyKey: randomUUID(), orderDigest: 'x', provider: 'mtn_momo', phone: '+261340000100' },
      ...{ state, amount: 100, currency: 'MGA', expiresAt: new Date() },
    })
    .returning({ id: paymentIntents.id });

beforeEach(async () => {
  userId = await person('Rabe Solo');
});

describe('an account that is closed', () => {
  it('leaves an id: name, addresses, photographs, documents, notices and password are gone, the address is free again', async () => {
    const vehicleId = await register(userId);
    const pages = await db().select().from(documentPages).where(eq(documentPages.userId, userId));
    expect(await f.store.getBytes(pages[0]?.originalKey ?? '')).not.toBeNull();
    const [paid] = await intent('failed');
    const [before] = await db().select().from(users).where(eq(users.id, userId));
    expect(await closing.look(viewer())).toEqual({ paymentsUnderWay: 0, vehicles: 1, documents: 1, receipts: 0 });
    await closing.close(viewer(), 'any');

    const [user] = await db().select().from(users).where(eq(users.id, userId));
    expect(user).toMatchObject({ name: '', email: `${userId}@closed.invalid`, phone: null, closedAt: expect.any(Date) as Date });
    for (const table of [sessions, accounts, notices, documents, documentPages]) {
      expect(await db().select().from(table).where(eq(table.userId, userId))).toEqual([]);
    }
    expect(ended).toHaveLength(1);
    const [vehicle] = await db().select().from(vehicles).where(eq(vehicles.id, vehicleId));
    expect(vehicle).toMatchObject({ ownerId: null, holderName: '', documentId: null });
    const [kept] = await db()
      .select()
      .from(paymentIntents)
      .where(eq(paymentIntents.id, paid?.id ?? ''));
    expect(kept).toMatchObject({ payerId: userId, amount: 100, phone: '' });
    await sweep();
    for (const { originalKey } of pages) expect(await f.store.getBytes(originalKey)).toBeNull();
    const again = await f.addUser('Rabe Solo');
    await db()
      .update(users)
      .set({ email: before?.email ?? '' })
      .where(eq(users.id, again));
    const farewell = await db()
      .select()
      .from(messages)
      .where(eq(messages.recipient, before?.email ?? ''));
    expect(farewell.map(({ template }) => template)).toEqual(['account_closed']);
    expect((await db().select().from(outbox).where(eq(outbox.name, 'user.closed'))).map(({ payload }) => payload)).toContainEqual(
      {
        userId,
      },
    );
  });

  it('is refused while a payment is under way, to staff, and a second time', async () => {
    const [{ id } = { id: '' }] = await intent('pending');
    await expect(closing.close(viewer(), 'any')).rejects.toMatchObject({ code: 'ACCOUNT_PAYMENT_UNDER_WAY' });
    await expect(closing.close(viewer(userId, 'agent'), 'any')).rejects.toMatchObject({ code: 'ACCOUNT_OF_STAFF' });
    await db().update(paymentIntents).set({ state: 'failed' }).where(eq(paymentIntents.id, id));
    const both = await Promise.allSettled([closing.close(viewer(), 'any'), closing.close(viewer(), 'any')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('does nothing at all when the transaction is cut off', async () => {
    await register(userId);
    const broken = createClosingService({
      ...{ db: db(), clock: f.clock, onSessionsEnded: () => Promise.resolve() },
      checkOwnPassword: async ({ userId: id }) => ({ userId: id, email: '', passwordHash: 'hash', disabled: false }),
      transfers: { cancelAllOf: () => Promise.reject(new Error('cut off')) },
    });
    await expect(broken.close(viewer(), 'any')).rejects.toThrow('cut off');
    const [user] = await db().select().from(users).where(eq(users.id, userId));
    expect(user).toMatchObject({ name: 'Rabe Solo', closedAt: null });
    expect(await db().$count(documents, eq(documents.userId, userId))).toBe(1);
  });

  it('has erased what an upload under way brings after it', async () => {
    await closing.close(viewer(), 'any');
    await f.submit(userId);
    expect(await eraseRemains({ db: db(), store: f.store, clock: f.clock })).toBe(1);
    expect(await db().$count(documents, eq(documents.userId, userId))).toBe(0);
    expect(await eraseRemains({ db: db(), store: f.store, clock: f.clock })).toBe(0);
  });
});

describe('objects that were given up', () => {
  it('are deleted again by who comes after one that died between the object and its row', async () => {
    await db()
      .insert(objectsToDelete)
      .values({ key: 'exports/one.zip', dueAt: new Date(0) });
    await f.store.put('exports/one.zip', Buffer.from('x'), 'application/zip');
    // Died after the store's answer: the row is still there.
    await f.store.delete('exports/one.zip');
    await sweep();
    expect(await db().$count(objectsToDelete, eq(objectsToDelete.key, 'exports/one.zip'))).toBe(0);
  });

  it('of a discarded document are its photographs, an hour later, and again what a job puts there', async () => {
    const id = await f.submit(userId);
    const [page] = await db().select().from(documentPages).where(eq(documentPages.documentId, id));
    await f.documents.discard(userId, id);
    const deps = { db: db(), store: f.store, clock: f.clock };
    f.clock.turn(HOUR + 1000);
    expect(await giveUpDiscarded(deps)).toBe(1);
    await sweep();
    expect(await f.store.getBytes(page?.originalKey ?? '')).toBeNull();
    const late = `ocr-uploads/processed/${id}/${page?.id ?? ''}.jpg`;
    await f.store.put(late, Buffer.from('x'), 'image/jpeg');
    f.clock.turn(HOUR + 1000);
    await sweep();
    expect(await f.store.getBytes(late)).toBeNull();
  });

  it('of a document that waits for a better photograph are none: its original moves to where it lives longer', async () => {
    const id = await f.submit(userId);
    const start = await f.readings.startReading(id, randomUUID());
    if (start.kind !== 'read') throw new Error('not to be read');
    await db().update(documents).set({ status: 'needs_photo' }).where(eq(documents.id, id));
    const deps = { db: db(), store: f.store, clock: f.clock };
    f.clock.turn(PENDING_KEPT_MS + 1000);
    expect(await keepWaiting(deps)).toBe(1);
    const [page] = await db().select().from(documentPages).where(eq(documentPages.documentId, id));
    expect(page?.originalKey).toMatch(/^ocr-uploads\/failed\//);
    expect(await f.store.getBytes(page?.originalKey ?? '')).not.toBeNull();
    expect(await keepWaiting(deps)).toBe(0);
    await db().update(documents).set({ status: 'discarded' }).where(eq(documents.id, id));
  });
});

describe('a copy of what is held', () => {
  const make = (exportId: string) =>
    createExportJob({ db: db(), store: f.store, notifier: { wake: () => undefined }, clock: f.clock })['account.export'](
      { exportId },
      { jobId: 'j', attempt: 1, logger: silentLogger(), signal: new AbortController().signal },
    );

  it('has all of the person, with their photographs, and nothing of others', async () => {
    const other = await person('Hanta Rakoto');
    const [mine, theirs] = [await register(userId), await register(other)];
    const waiting = await exports.request(userId, 'fr');
    expect(waiting.state).toBe('waiting');
    expect((await exports.request(userId, 'fr')).id).toBe(waiting.id);
    await make(waiting.id);
    await make(waiting.id);
    const row = await exports.find(userId, waiting.id);
    const zip = await f.store.getBytes(exportKey(row.id));
    expect(zip?.length).toBe(row.bytes);
    const files = unzipSync(zip ?? Buffer.alloc(0));
    const names = Object.keys(files);
    expect(names).toEqual(expect.arrayContaining(['donnees.json', 'schema.json', 'resume.html']));
    const data = AccountExport.parse(JSON.parse(strFromU8(files['donnees.json'] ?? new Uint8Array())));
    expect(data.vehicles.map(({ id }) => id)).toEqual([mine]);
    const photo = data.documents[0]?.photographs[0]?.file ?? '';
    expect(files[photo]?.length).toBe(data.documents[0]?.photographs[0]?.bytes);
    const text = strFromU8(files['donnees.json'] ?? new Uint8Array());
    for (const foreign of [theirs, other, 'Hanta', 'hash']) expect(text).not.toContain(foreign);
    expect(strFromU8(files['resume.html'] ?? new Uint8Array())).toContain('<h1>Ce que Vignette sait de vous</h1>');
    await expect(exports.find(other, waiting.id)).rejects.toMatchObject({ code: 'EXPORT_NOT_READY' });
  });

  it('is there for a day, then it is deleted', async () => {
    const { id } = await exports.request(userId, 'en');
    await make(id);
    f.clock.turn(EXPORT_KEPT_MS + 1000);
    await expect(exports.find(userId, id)).rejects.toMatchObject({ code: 'EXPORT_NOT_READY' });
    expect(await exports.expire()).toBeGreaterThanOrEqual(1);
    await sweep();
    expect(await f.store.getBytes(exportKey(id))).toBeNull();
    const [row] = await db().select().from(accountExports).where(eq(accountExports.id, id));
    expect(row?.state).toBe('expired');
  });
});
