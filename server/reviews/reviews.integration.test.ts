import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { currentPages, findDocument, replaceFields } from '#db/documents.repository.ts';
import { readReviews } from '#db/reviews.repository.ts';
import { documentReviews } from '#db/schema/reviews.ts';
import { auditLog } from '#db/schema/platform.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import type { FieldName } from '#shared/contracts/documents.ts';
import { REVIEW_GRACE_MS, REVIEW_LEASE_MS } from '#shared/domain/reviews.ts';
import { documentView } from '../documents/document-events.ts';
import {
  createDocumentsFixture,
  lastTopics,
  NEEDED,
  readField,
  type DocumentsFixture,
} from '../documents/testing/documents-fixture.ts';
import { createLeasesService, type LeasesService } from './leases.service.ts';
import { createReviewsService, type ReviewsService } from './reviews.service.ts';

let fixture: DocumentsFixture;
let leases: LeasesService;
let reviews: ReviewsService;
let plate = 1000;

beforeAll(async () => {
  fixture = await createDocumentsFixture();
  const deps = {
    ...{ db: fixture.database.db, notifier: { wake: () => undefined }, clock: fixture.clock },
    ...{ country: 'MG', timeZone: 'Indian/Antananarivo' },
  };
  leases = createLeasesService(deps);
  reviews = createReviewsService(deps);
});
afterAll(() => fixture.close());
beforeEach(() => fixture.database.db.delete(documentReviews));

/** A document whose power its citizen changed although it was read surely; its vehicle is registered. */
async function doubtful(userId?: string, values: Partial<Record<FieldName, string>> = {}) {
  const citizen = userId ?? (await fixture.addUser());
  const id = await fixture.read(citizen, { ...NEEDED, plate: `${plate++}TAB`, ...values }, 'MG');
  await fixture.documents.correctField(citizen, id, 'fiscal_power', '4');
  const { vehicleId } = await fixture.documents.confirm(citizen, id, false);
  return { id, citizen, vehicleId: vehicleId ?? '' };
}
const list = () => readReviews(fixture.database.db);
const vehicle = async (id: string) => (await fixture.database.db.select().from(vehicles).where(eq(vehicles.id, id)))[0];
const audited = async (id: string) =>
  (await fixture.database.db.select().from(auditLog).where(eq(auditLog.entityId, id))).map(({ action }) => action);

describe('what comes before the agents', () => {
  it('a confirmed document with a reason, in the transaction of its confirmation, and their list is told', async () => {
    const { id } = await doubtful();
    const { open, openCount } = await list();
    expect(openCount).toBe(1);
    expect(open[0]).toMatchObject({
      documentId: id,
      status: 'open',
      holder: null,
      round: 1,
      reasons: [{ code: 'read_otherwise', field: 'fiscal_power' }],
    });
    expect((await lastTopics(fixture.database, 'document.confirmed')).map(({ topic }) => topic)).toContain('reviews');
  });

  it('none without a reason; and the vehicle of one that waits is there', async () => {
    const citizen = await fixture.addUser();
    const sure = await fixture.read(citizen, { ...NEEDED, plate: `${plate++}TAB` }, 'MG');
    await fixture.documents.confirm(citizen, sure, false);
    expect((await list()).openCount).toBe(0);
    await doubtful(citizen);
    expect((await readGarage(fixture.database.db, citizen)).vehicles).toHaveLength(2);
  });

  it('a claim, with its id', async () => {
    const first = await doubtful();
    const claimant = await fixture.addUser();
    const { plate: same } = (await vehicle(first.vehicleId))!;
    const id = await fixture.read(claimant, { ...NEEDED, plate: same }, 'MG');
    const { claimId } = await fixture.documents.confirm(claimant, id, true);
    const line = (await list()).open.find((one) => one.documentId === id);
    expect(line).toMatchObject({ claimId, reasons: [{ code: 'claim', field: null }] });
    const agent = await fixture.addUser('Agent');
    await leases.take(agent, id);
    const corrections = [{ name: 'plate' as const, value: '9999TAB' }];
    await expect(reviews.decide(agent, { documentId: id, round: 1, corrections })).rejects.toMatchObject({
      code: 'REVIEW_OF_CLAIM',
    });
  });
});

describe('who has which', () => {
  it('of 100 agents who take at once, 30 get one each, no two the same', async () => {
    const citizen = await fixture.addUser();
    for (let i = 0; i < 30; i += 1) await doubtful(citizen);
    const agents = await Promise.all(Array.from({ length: 100 }, (_, i) => fixture.addUser(`Agent ${i}`)));
    const taken = await Promise.allSettled(agents.map((agent) => leases.next(agent)));
    const got = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value.document.id] : []));
    expect(got).toHaveLength(30);
    expect(new Set(got).size).toBe(30);
    const refused = taken.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(new Set(refused)).toEqual(new Set(['REVIEW_NONE_LEFT']));
    const holders = (await list()).open.map(({ holder }) => holder?.id);
    expect(new Set(holders).size).toBe(30);
  });

  it('of 20 who take the same by its id, one has it, and the others are told who', async () => {
    const { id } = await doubtful();
    const agents = await Promise.all(Array.from({ length: 20 }, () => fixture.addUser('Agente Vola')));
    const taken = await Promise.allSettled(agents.map((agent) => leases.take(agent, id)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []));
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'REVIEW_HELD', details: { name: 'Agente Vola' } });
  });

  it('an agent who is gone blocks nobody: the lease ends; until somebody takes it, they may still decide', async () => {
    const { id } = await doubtful();
    const [gone, other] = [await fixture.addUser('A'), await fixture.addUser('B')];
    await leases.next(gone);
    await expect(leases.next(other)).rejects.toMatchObject({ code: 'REVIEW_NONE_LEFT' });
    fixture.clock.turn(REVIEW_LEASE_MS + 1);
    expect((await leases.next(other)).document.id).toBe(id);
    await expect(leases.renew(gone, id)).rejects.toMatchObject({ code: 'REVIEW_LOST' });
    const decision = { documentId: id, round: 1, corrections: [] };
    await expect(reviews.decide(gone, decision)).rejects.toMatchObject({ code: 'REVIEW_LOST' });
    fixture.clock.turn(REVIEW_LEASE_MS + 1);
    await reviews.decide(other, decision);
    expect((await list()).openCount).toBe(0);
  });

  it('a line that goes leaves some seconds to come back; one that comes back keeps it', async () => {
    const { id } = await doubtful();
    const [agent, other] = [await fixture.addUser('A'), await fixture.addUser('B')];
    await leases.take(agent, id);
    await leases.lineGone(agent, [id]);
    await expect(leases.take(other, id)).rejects.toMatchObject({ code: 'REVIEW_HELD' });
    await leases.renew(agent, id);
    fixture.clock.turn(REVIEW_GRACE_MS + 1);
    await expect(leases.take(other, id)).rejects.toMatchObject({ code: 'REVIEW_HELD' });
    await leases.lineGone(agent, [id]);
    fixture.clock.turn(REVIEW_GRACE_MS + 1);
    await leases.take(other, id);
    await leases.lineGone(agent, [id]);
    expect((await list()).open[0]?.holder?.id).toBe(other);
  });

  it('given back, it is anybody’s at once; giving back what another has does nothing', async () => {
    const { id } = await doubtful();
    const [agent, other] = [await fixture.addUser('A'), await fixture.addUser('B')];
    await leases.take(agent, id);
    await leases.release(other, id);
    await expect(leases.take(other, id)).rejects.toMatchObject({ code: 'REVIEW_HELD' });
    await leases.release(agent, id);
    await leases.take(other, id);
  });

  it('nobody reviews their own; a photograph is for who has it alone', async () => {
    const { id, citizen } = await doubtful();
    await expect(leases.next(citizen)).rejects.toMatchObject({ code: 'REVIEW_NONE_LEFT' });
    await expect(leases.take(citizen, id)).rejects.toMatchObject({ code: 'REVIEW_OWN_DOCUMENT' });
    const agent = await fixture.addUser('A');
    await expect(leases.findPage(agent, id, 'recto')).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    await leases.take(agent, id);
    const page = await leases.findPage(agent, id, 'recto');
    await leases.noteShown(agent, id, page);
    expect(await audited(id)).toEqual(expect.arrayContaining(['review.take', 'document.photograph_shown']));
    await leases.release(agent, id);
    await expect(leases.findPage(agent, id, 'recto')).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
  });
});

describe('what is decided', () => {
  it('accepted: marked, nothing else changes, and it does not come again', async () => {
    const { id, vehicleId } = await doubtful();
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    await reviews.decide(agent, { documentId: id, round, corrections: [{ name: 'fiscal_power', value: ' 4 cv ' }] });
    expect((await documentView(fixture.database.db, id)).review).toMatchObject({ status: 'accepted', changes: [] });
    expect((await vehicle(vehicleId))?.fiscalPower).toBe(4);
    await expect(leases.take(agent, id)).rejects.toMatchObject({ code: 'REVIEW_DONE' });
    expect(await audited(id)).toContain('review.accept');
  });

  it('corrected: the vehicle follows, and the citizen sees what changed; their screens are told', async () => {
    const { id, vehicleId, citizen } = await doubtful();
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    const corrections = [
      { name: 'fiscal_power' as const, value: '7' },
      { name: 'vin' as const, value: 'vf1 aaaaa000000000' },
    ];
    await reviews.decide(agent, { documentId: id, round, corrections });
    expect(await vehicle(vehicleId)).toMatchObject({ fiscalPower: 7, vin: 'VF1AAAAA000000000' });
    expect((await documentView(fixture.database.db, id)).review).toMatchObject({
      status: 'corrected',
      changes: [
        { name: 'fiscal_power', from: '4', to: '7' },
        { name: 'vin', from: null, to: 'VF1AAAAA000000000' },
      ],
    });
    const told = (await lastTopics(fixture.database, 'review.corrected')).map(({ topic }) => topic);
    expect(told).toEqual(expect.arrayContaining([`document:${id}`, `garage:${citizen}`, 'reviews']));
    expect(await audited(id)).toContain('review.correct');
  });

  it.each([
    ['fiscal_power', 'seven', 'DOCUMENT_FIELD_INVALID'],
    ['vin', 'SHORT', 'VIN_INVALID'],
    ['plate', '!!', 'PLATE_INVALID'],
  ] as const)('a correction that cannot be is refused whole: %s = %s', async (name, value, code) => {
    const { id, vehicleId } = await doubtful();
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    const corrections = [
      { name: 'make' as const, value: 'RENAULT' },
      { name, value },
    ];
    await expect(reviews.decide(agent, { documentId: id, round, corrections })).rejects.toMatchObject({ code });
    expect((await list()).open[0]?.holder?.id).toBe(agent);
    expect((await vehicle(vehicleId))?.make).toBeNull();
  });

  it('a plate that another vehicle has is refused; one that is free is taken over', async () => {
    const [first, second] = [await doubtful(), await doubtful()];
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, second.id);
    const decide = (value: string) =>
      reviews.decide(agent, { documentId: second.id, round, corrections: [{ name: 'plate', value }] });
    await expect(decide((await vehicle(first.vehicleId))!.plate)).rejects.toMatchObject({ code: 'PLATE_ALREADY_REGISTERED' });
    await decide('8888 TBB');
    expect((await vehicle(second.vehicleId))?.plate).toBe('8888TBB');
  });

  it('a vehicle that has gone to somebody else is left alone', async () => {
    const { id, vehicleId, citizen } = await doubtful();
    await fixture.vehicles.remove(citizen, vehicleId);
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    await reviews.decide(agent, { documentId: id, round, corrections: [{ name: 'fiscal_power', value: '7' }] });
    expect((await vehicle(vehicleId))?.fiscalPower).toBe(4);
  });

  it('of two decisions at once by the same agent, one counts', async () => {
    const { id } = await doubtful();
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    const ended = await Promise.allSettled([
      reviews.decide(agent, { documentId: id, round, corrections: [] }),
      reviews.askPhoto(agent, { documentId: id, round, reason: 'blurred', side: 'recto', note: '' }),
    ]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ended.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'REVIEW_LOST' } });
  });
});

describe('another photograph', () => {
  it('is asked of the citizen, whose vehicle stays; it comes back to the same review', async () => {
    const { id, vehicleId, citizen } = await doubtful();
    const agent = await fixture.addUser('A');
    const { round } = await leases.take(agent, id);
    const note = 'Le coin droit manque.';
    await reviews.askPhoto(agent, { documentId: id, round, reason: 'cut', side: 'recto', note });
    const { db } = fixture.database;
    expect(await documentView(db, id)).toMatchObject({
      status: 'needs_photo',
      review: { status: 'photo_asked', photo: { reason: 'cut', side: 'recto', note } },
    });
    const garage = await readGarage(db, citizen);
    expect(garage.vehicles.map((one) => one.id)).toEqual([vehicleId]);
    expect(garage.documents).toEqual([expect.objectContaining({ id, status: 'needs_photo' })]);
    expect(await list()).toMatchObject({ openCount: 0, askedCount: 1 });
    await expect(fixture.documents.discard(citizen, id)).rejects.toMatchObject({ code: 'DOCUMENT_STATE_CONFLICT' });
    await expect(fixture.documents.insist(citizen, id)).rejects.toMatchObject({ code: 'DOCUMENT_STATE_CONFLICT' });

    await fixture.documents.addPage(citizen, id, await fixture.receive(id));
    const start = await fixture.readings.startReading(id, randomUUID());
    if (start.kind !== 'read') throw new Error('not read');
    const { plate: same } = (await vehicle(vehicleId))!;
    const fields = Object.entries({ ...NEEDED, plate: same }).map(([name, value]) => readField(name as FieldName, value));
    await fixture.readings.finishReading(start.ticket, { outcome: 'read', fields, country: 'MG', readingMs: 1, pages: [] });
    expect((await list()).openCount).toBe(0);
    await fixture.documents.confirm(citizen, id, false);
    expect((await list()).open).toEqual([expect.objectContaining({ documentId: id, round: 2, reasons: [] })]);
    expect((await vehicle(vehicleId))?.fiscalPower).toBe(7);
    await expect(reviews.decide(agent, { documentId: id, round, corrections: [] })).rejects.toMatchObject({
      code: 'REVIEW_LOST',
    });
    const again = await leases.take(agent, id);
    await reviews.decide(agent, { documentId: id, round: again.round, corrections: [] });
    expect((await documentView(db, id)).review?.status).toBe('accepted');
    expect(await currentPages(db, id)).toHaveLength(1);
    expect((await findDocument(db, id))?.status).toBe('confirmed');
  });
});

it('another plate on the new photograph: the vehicle of the first leaves the list', async () => {
  const { id, vehicleId, citizen } = await doubtful();
  const agent = await fixture.addUser('A');
  const { round } = await leases.take(agent, id);
  await reviews.askPhoto(agent, { documentId: id, round, reason: 'other_document', side: 'recto', note: '' });
  await fixture.documents.addPage(citizen, id, await fixture.receive(id));
  const start = await fixture.readings.startReading(id, randomUUID());
  if (start.kind !== 'read') throw new Error('not read');
  const values = Object.entries({ ...NEEDED, plate: `${plate++}TAB` });
  const fields = values.map(([name, value]) => readField(name as FieldName, value));
  await fixture.readings.finishReading(start.ticket, { outcome: 'read', fields, country: 'MG', readingMs: 1, pages: [] });
  const confirmed = await fixture.documents.confirm(citizen, id, false);
  const garage = await readGarage(fixture.database.db, citizen);
  expect(garage.vehicles.map((one) => one.id)).toEqual([confirmed.vehicleId]);
  expect(confirmed.vehicleId).not.toBe(vehicleId);
  expect((await vehicle(vehicleId))?.ownerId).toBeNull();
});

it('a field that was read with doubt and left is a reason', async () => {
  const citizen = await fixture.addUser();
  const id = await fixture.read(citizen, { ...NEEDED, plate: `${plate++}TAB` }, 'MG');
  const fields = Object.entries({ ...NEEDED, plate: `${plate++}TAB` }).map(([name, value]) =>
    readField(name as FieldName, value, name === 'owner' ? 0.6 : 0.97),
  );
  await fixture.database.db.transaction((tx) => replaceFields(tx, id, fields));
  await fixture.documents.confirm(citizen, id, false);
  expect((await list()).open[0]?.reasons).toEqual([{ code: 'doubtful_kept', field: 'owner' }]);
});
