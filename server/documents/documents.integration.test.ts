import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentPages } from '#db/schema/documents.ts';
import { auditLog } from '#db/schema/platform.ts';
import { vehicleClaims, vehicles } from '#db/schema/vehicles.ts';
import { findDocumentView } from '#db/document-views.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { DocumentView } from '#shared/contracts/documents.ts';
import { GarageView } from '#shared/contracts/vehicles.ts';
import { garageTopic } from '../vehicles/vehicles.topic.ts';
import { createDocumentTopics } from './documents.topic.ts';
import { projectReadingQueue } from './reading-queue.service.ts';
import { NEEDED, createDocumentsFixture, lastTopics, readFields, type DocumentsFixture } from './testing/documents-fixture.ts';

let f: DocumentsFixture;
beforeAll(async () => {
  f = await createDocumentsFixture();
});
afterAll(() => f.close());

const viewOf = async (id: string): Promise<DocumentView> => DocumentView.parse(await findDocumentView(f.database.db, id));
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const start = async (id: string, jobId = randomUUID()) => {
  const started = await f.readings.startReading(id, jobId);
  if (started.kind !== 'read') throw new Error(`not read: ${started.kind}`);
  return started.ticket;
};

describe('a first photograph', () => {
  it('makes a queued document, told with its state to its owner', async () => {
    const user = await f.addUser();
    const woken = f.woken();
    const id = await f.submit(user);
    const view = await viewOf(id);
    expect(view).toMatchObject({ status: 'queued', version: 1, attempt: 0, pages: [{ side: 'recto', imagesReady: false }] });
    const topics = await lastTopics(f.database, 'document.submitted');
    expect(topics.map(({ topic }) => topic)).toEqual([`document:${id}`, `garage:${user}`]);
    expect(topics[0]).toMatchObject({ seq: 1, states: { owner: view } });
    expect(topics[1]).toMatchObject({ states: {}, again: ['owner'] });
    expect(GarageView.parse(await readGarage(f.database.db, user)).documents).toMatchObject([
      { id, status: 'queued', plate: null },
    ]);
    expect(f.woken()).toBeGreaterThan(woken);
    expect(await f.database.db.select().from(auditLog).where(eq(auditLog.entityId, id))).toMatchObject([
      { action: 'document.submit', actorId: user },
    ]);
  });

  it('sent ten times at once is one document', async () => {
    const user = await f.addUser();
    const clientId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const id = randomUUID();
        return f.documents.submit(user, id, await f.receive(id, { clientId }));
      }),
    );
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ view }) => view.id)).size).toBe(1);
    expect((await readGarage(f.database.db, user)).documents).toHaveLength(1);
    expect((await f.documents.findSubmission(user, clientId))?.id).toBe(answers[0]?.view.id);
    expect(await f.documents.findSubmission(await f.addUser(), clientId)).toBeNull();
  });
});

describe('a further photograph', () => {
  it('added before its turn leaves it its place and asks for no second job', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    const before = await viewOf(id);
    await f.documents.addPage(user, id, await f.receive(id, { side: 'verso' }));
    const after = await viewOf(id);
    expect(after.queueNumber).toBe(before.queueNumber);
    expect(after).toMatchObject({ status: 'queued', pages: [{ side: 'recto' }, { side: 'verso' }] });
    expect((await f.events()).at(-1)).toBe('document.page_added');
  });

  it('that replaces one is read again; the old one is kept, what was said of it is forgotten, the other side’s stays', async () => {
    const user = await f.addUser();
    const id = await f.read(user, NEEDED);
    const number = (await viewOf(id)).queueNumber;
    await f.documents.correctField(user, id, 'make', 'fiat');
    await f.documents.addPage(user, id, await f.receive(id, { side: 'verso' }));
    expect((await f.events()).at(-1)).toBe('document.resubmitted');
    expect((await viewOf(id)).fields).toHaveLength(6);
    expect((await viewOf(id)).queueNumber).toBeGreaterThan(number);
    const ticket = await start(id);
    const verso = { ...readFields({ seats: '5' })[0]!, page: 'verso' as const };
    const fields = [...readFields(NEEDED), verso];
    await f.readings.finishReading(ticket, { outcome: 'read', fields, country: null, readingMs: 5, pages: [] });
    expect((await viewOf(id)).fields.find(({ name }) => name === 'make')).toMatchObject({ corrected: 'FIAT', source: 'person' });
    await f.documents.addPage(user, id, await f.receive(id, { side: 'recto' }));
    expect((await viewOf(id)).fields.map(({ name }) => name)).toEqual(['seats']);
    const rows = await f.database.db
      .select()
      .from(documentPages)
      .where(and(eq(documentPages.documentId, id), eq(documentPages.side, 'recto')));
    expect(rows.map(({ supersededAt }) => supersededAt !== null).sort()).toEqual([false, true]);
  });

  it('added while it is being read makes the running job read again, and its first result is not shown', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    const ticket = await start(id);
    await f.documents.addPage(user, id, await f.receive(id, { side: 'verso' }));
    expect((await f.events()).at(-1)).toBe('document.page_added');
    const end = await f.readings.finishReading(ticket, { outcome: 'failed', reason: 'not_a_carte_grise', pages: [] });
    if (end.kind !== 'again') throw new Error(end.kind);
    expect(end.ticket).toMatchObject({
      token: ticket.token + 1,
      lastAttempt: false,
      pages: [{ side: 'recto' }, { side: 'verso' }],
    });
    expect(await viewOf(id)).toMatchObject({ status: 'reading', fields: [] });
    const result = { outcome: 'read', fields: readFields(NEEDED), country: null, readingMs: 7, pages: [] } as const;
    expect(await f.readings.finishReading(end.ticket, { ...result, fields: [...result.fields], pages: [] })).toEqual({
      kind: 'stored',
    });
    expect(await viewOf(id)).toMatchObject({ status: 'read', readingMs: 7, attempt: 2 });
  });

  it('is not taken by a confirmed document, nor by somebody else’s, nor endlessly', async () => {
    const user = await f.addUser();
    const id = await f.read(user, { ...NEEDED, plate: '1000TAA' });
    await f.documents.confirm(user, id, false);
    expect(await codeOf(f.documents.assertTakesPages(user, id))).toBe('DOCUMENT_STATE_CONFLICT');
    expect(await codeOf(f.documents.assertTakesPages(await f.addUser(), id))).toBe('DOCUMENT_NOT_FOUND');
    const full = await f.submit(user);
    for (let i = 1; i < 20; i += 1) await f.documents.addPage(user, full, await f.receive(full));
    expect(await codeOf(f.documents.addPage(user, full, await f.receive(full)))).toBe('TOO_MANY_PAGES');
  });
});

describe('a reading', () => {
  it('has the token that fences off the one before', async () => {
    const id = await f.submit(await f.addUser());
    const job = randomUUID();
    const stale = await start(id, job);
    const fresh = await start(id, job);
    const result = { outcome: 'read', fields: readFields(NEEDED), country: null, readingMs: 9, pages: [] } as const;
    expect(await f.readings.finishReading(stale, { ...result, fields: [], pages: [] })).toEqual({ kind: 'stale' });
    expect(await f.readings.finishReading(fresh, { ...result, fields: [...result.fields], pages: [] })).toEqual({
      kind: 'stored',
    });
    expect(await f.readings.finishReading(fresh, { outcome: 'failed', reason: 'timed_out', pages: [] })).toEqual({
      kind: 'stale',
    });
    expect(await f.readings.startReading(id, job)).toEqual({ kind: 'done' });
  });

  it('is left alone by another job until it has taken too long', async () => {
    const id = await f.submit(await f.addUser());
    await start(id);
    expect(await f.readings.startReading(id, randomUUID())).toEqual({ kind: 'busy' });
    f.clock.turn(80_000);
    expect((await f.readings.startReading(id, randomUUID())).kind).toBe('read');
    f.clock.turn(-80_000);
  });

  it('begun a third time fails the document; one released by a worker that stops does not count', async () => {
    const id = await f.submit(await f.addUser());
    const job = randomUUID();
    await f.readings.releaseReading(await start(id, job));
    await f.readings.releaseReading(await start(id, randomUUID()));
    expect(await start(id, job)).toMatchObject({ token: 3, lastAttempt: false });
    expect(await start(id, job)).toMatchObject({ token: 4, lastAttempt: true });
    expect(await f.readings.startReading(id, job)).toEqual({ kind: 'done' });
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'reader_crashed' });
  });

  it('turned back at the gate is read when the citizen insists, once', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    await f.readings.finishReading(await start(id), {
      outcome: 'needs_photo',
      gate: [{ page: 'recto', reason: 'blurred' }],
      pages: [],
    });
    expect(await viewOf(id)).toMatchObject({ status: 'needs_photo', gate: [{ page: 'recto', reason: 'blurred' }] });
    const [first, second] = await Promise.all([f.documents.insist(user, id), f.documents.insist(user, id)]);
    expect(first.version).toBe(second.version);
    expect(await start(id)).toMatchObject({ insisted: true });
  });
});

describe('a field', () => {
  it('is corrected in canonical form, or refused with a code', async () => {
    const user = await f.addUser();
    const id = await f.read(user, NEEDED);
    const view = await f.documents.correctField(user, id, 'plate', '4321 tab');
    expect(view.fields[0]).toMatchObject({ name: 'plate', value: '1234TAB', corrected: '4321TAB' });
    expect((await readGarage(f.database.db, user)).documents).toMatchObject([{ plate: '4321TAB' }]);
    expect(await codeOf(f.documents.correctField(user, id, 'vin', 'SHORT'))).toBe('VIN_INVALID');
    expect(await codeOf(f.documents.correctField(user, id, 'first_registration', '2999-01-01'))).toBe('DOCUMENT_FIELD_INVALID');
    expect(await codeOf(f.documents.correctField(await f.addUser(), id, 'seats', '5'))).toBe('DOCUMENT_NOT_FOUND');
    expect(await codeOf(f.documents.correctField(user, await f.submit(user), 'seats', '5'))).toBe('DOCUMENT_STATE_CONFLICT');
  });
});

describe('a confirmation', () => {
  it('files the vehicle under the country that issued the document, whatever other countries have that form of plate', async () => {
    const user = await f.addUser();
    const plate = 'GJ782PW';
    const countryOf = async (vehicleId: string | null) => {
      const rows = await f.database.db.select().from(vehicles);
      return rows.find(({ id }) => id === vehicleId)?.country;
    };
    const french = await f.read(user, { ...NEEDED, plate }, 'FR');
    expect((await viewOf(french)).country).toBe('FR');
    expect(await countryOf((await f.documents.confirm(user, french, false)).vehicleId)).toBe('FR');
    const silent = await f.read(user, { ...NEEDED, plate });
    expect(await countryOf((await f.documents.confirm(user, silent, false)).vehicleId)).toBe('CI');
    const corrected = await f.read(user, { ...NEEDED, plate }, 'FR');
    await f.documents.correctField(user, corrected, 'plate', '7821 TAB');
    expect(await countryOf((await f.documents.confirm(user, corrected, false)).vehicleId)).toBe('MG');
  });

  it('makes the vehicle, once, and lists it', async () => {
    const user = await f.addUser();
    const id = await f.read(user, { ...NEEDED, plate: '2000TAB', seats: '5' });
    const [first, second] = await Promise.all([f.documents.confirm(user, id, false), f.documents.confirm(user, id, false)]);
    expect(first).toEqual(second);
    const garage = GarageView.parse(await readGarage(f.database.db, user));
    expect(garage.documents).toEqual([]);
    expect(garage.vehicles).toMatchObject([
      { id: first.vehicleId, plate: '2000TAB', country: 'MG', seats: 5, fiscalPower: 7, documentId: id },
    ]);
    expect(await codeOf(f.documents.discard(user, id))).toBe('DOCUMENT_STATE_CONFLICT');
  });

  it('needs the fields that decide the tax', async () => {
    const user = await f.addUser();
    const id = await f.read(user, { plate: '2001TAB', owner: 'RABE' });
    await expect(f.documents.confirm(user, id, false)).rejects.toMatchObject({
      code: 'DOCUMENT_FIELDS_MISSING',
      details: { fields: ['fuel', 'fiscal_power', 'first_registration'] },
    });
  });

  it('of one plate by several people at once gives it to exactly one; the others may claim it', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => f.addUser()));
    const given = await Promise.all(
      people.map(async (user) => ({ user, id: await f.read(user, { ...NEEDED, plate: '2002TAB' }) })),
    );
    const results = await Promise.all(given.map(({ user, id }) => codeOf(f.documents.confirm(user, id, false))));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result === 'PLATE_ALREADY_REGISTERED')).toHaveLength(5);
    expect(await f.database.db.select().from(vehicles).where(eq(vehicles.plate, '2002TAB'))).toHaveLength(1);

    const loser = given[results.indexOf('PLATE_ALREADY_REGISTERED')]!;
    const { vehicleId, claimId } = await f.documents.confirm(loser.user, loser.id, true);
    expect(vehicleId).toBeNull();
    expect(GarageView.parse(await readGarage(f.database.db, loser.user)).claims).toMatchObject([
      { id: claimId, plate: '2002TAB', status: 'open' },
    ]);
    const again = await f.read(loser.user, { ...NEEDED, plate: '2002TAB' });
    expect((await f.documents.confirm(loser.user, again, true)).claimId).toBe(claimId);
    await f.vehicles.withdrawClaim(loser.user, claimId!);
    await f.vehicles.withdrawClaim(loser.user, claimId!);
    expect(await codeOf(f.vehicles.withdrawClaim(await f.addUser(), claimId!))).toBe('NOT_FOUND');
    expect((await readGarage(f.database.db, loser.user)).claims).toEqual([]);
    expect(await f.database.db.select().from(vehicleClaims).where(eq(vehicleClaims.claimantId, loser.user))).toHaveLength(1);
  });

  it('brings one’s own vehicle up to date, and takes over one that was given up', async () => {
    const [first, second] = [await f.addUser(), await f.addUser()];
    const { vehicleId } = await f.documents.confirm(first, await f.read(first, { ...NEEDED, plate: '2003TAB' }), false);
    const newer = await f.read(first, { ...NEEDED, plate: '2003TAB', fiscal_power: '9' });
    expect((await f.documents.confirm(first, newer, false)).vehicleId).toBe(vehicleId);
    expect((await readGarage(f.database.db, first)).vehicles).toMatchObject([{ fiscalPower: 9 }]);
    expect(await codeOf(f.vehicles.remove(second, vehicleId!))).toBe('VEHICLE_NOT_FOUND');
    await f.vehicles.remove(first, vehicleId!);
    expect((await readGarage(f.database.db, first)).vehicles).toEqual([]);
    const theirs = await f.read(second, { ...NEEDED, plate: '2003TAB' });
    expect((await f.documents.confirm(second, theirs, false)).vehicleId).toBe(vehicleId);
    expect((await readGarage(f.database.db, second)).vehicles).toMatchObject([{ id: vehicleId }]);
  });
});

describe('the readers’ queue', () => {
  it('lists who waits in order, numbered by its projector', async () => {
    const user = await f.addUser();
    const [one, two] = [await f.submit(user), await f.submit(user)];
    const before = await f.database.db.transaction(projectReadingQueue);
    const numbers = [await viewOf(one), await viewOf(two)].map(({ queueNumber }) => queueNumber);
    expect(before.state.waiting.slice(-2)).toEqual(numbers);
    await start(one);
    await f.documents.discard(user, two);
    const after = await f.database.db.transaction(projectReadingQueue);
    expect(after.seq).toBe(before.seq + 1);
    expect(after.state.waitingCount).toBe(before.state.waitingCount - 2);
    expect(after.state.reading).toBe(before.state.reading + 1);
    expect(after.state.averageMs).toBeGreaterThan(0);
  });
});

describe('topics', () => {
  it('of a document and a garage are their owner’s; the queue is everybody’s', async () => {
    const { db } = f.database;
    const [user, other] = [await f.addUser(), await f.addUser()];
    const id = await f.submit(user);
    const topics = createDocumentTopics({ progress: { read: async () => ({ seq: 0, state: null }) } });
    const viewer = (userId: string) => ({ userId, sessionId: randomUUID(), role: 'citizen' as const, officeId: null });
    for (const name of ['document', 'document-progress'] as const) {
      expect(await topics[name].authorise(db, viewer(user), id)).toBe('owner');
      for (const key of [id, randomUUID(), 'no-id']) expect(await topics[name].authorise(db, viewer(other), key)).toBeNull();
    }
    expect(await garageTopic.authorise(db, viewer(user), user)).toBe('owner');
    expect(await garageTopic.authorise(db, viewer(other), user)).toBeNull();
    expect(await topics['reading-queue'].authorise(db, viewer(other), '')).toBe('public');
  });
});
