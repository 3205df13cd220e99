import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { users } from '#db/schema/identity.ts';
import { auditLog, outbox } from '#db/schema/platform.ts';
import { documents } from '#db/schema/documents.ts';
import { vehicleClaims, vehicles } from '#db/schema/vehicles.ts';
import { readVehicleFile } from '#db/vehicle-file.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import type { Role } from '#shared/contracts/identity.ts';
import { createDocumentsFixture, lastTopics, NEEDED, type DocumentsFixture } from '../documents/testing/documents-fixture.ts';
import type { Viewer } from '../live/topic.ts';
import { createClaimsService, type ClaimsService } from './claims.service.ts';
import { createVehicleFileTopic } from './vehicle-file.topic.ts';

let f: DocumentsFixture;
let claims: ClaimsService;
let forgotten: string[] = [];
let [owner, claimant, agent, colleague] = ['', '', '', ''];
let [vehicleId, claimId, plate] = ['', '', ''];
let plates = 2000;

const staff = async (name: string, role: Role = 'agent'): Promise<string> => {
  const id = await f.addUser(name);
  await f.database.db.update(users).set({ role }).where(eq(users.id, id));
  return id;
};
const viewer = (userId: string, role: Role): Viewer => ({ userId, role, sessionId: randomUUID(), officeId: null });
const refused = (error: string) => expect.objectContaining({ code: error }) as unknown;
const garage = async (userId: string) => (await readGarage(f.database.db, userId)).vehicles.map(({ id }) => id);
const claimRow = async () => (await f.database.db.select().from(vehicleClaims).where(eq(vehicleClaims.id, claimId)))[0];
const told = async (name: string) =>
  (await f.database.db.select().from(outbox)).filter((row) => row.name === name && row.payload['claimId'] === claimId);
const outcomes = async (work: Promise<unknown>[]) => (await Promise.allSettled(work)).map(({ status }) => status).sort();

beforeAll(async () => {
  f = await createDocumentsFixture();
  claims = createClaimsService({
    ...{ db: f.database.db, notifier: { wake: () => undefined }, clock: f.clock },
    ...{ country: 'MG', timeZone: 'Indian/Antananarivo' },
    onRegistered: async ({ plate: of }) => void forgotten.push(of),
  });
});
afterAll(() => f.close());
beforeEach(async () => {
  forgotten = [];
  [owner, claimant] = [await f.addUser('Rabe Solo'), await f.addUser('Hanta Rakoto')];
  [agent, colleague] = [await staff('Agent'), await staff('Colleague')];
  plate = `${(plates += 1)}TAB`;
  vehicleId = (await f.documents.confirm(owner, await f.read(owner, { ...NEEDED, plate }), false)).vehicleId ?? '';
  const document = await f.read(claimant, { ...NEEDED, plate, owner: 'RAKOTO HANTA', fiscal_power: '9' });
  claimId = (await f.documents.confirm(claimant, document, true)).claimId ?? '';
});

describe('a claim that is accepted', () => {
  it('gives the vehicle over as the new document has it, and every screen is told', async () => {
    await claims.decide(agent, { claimId, decision: 'accept' });
    expect([await garage(owner), await garage(claimant)]).toEqual([[], [vehicleId]]);
    const [vehicle] = await f.database.db.select().from(vehicles).where(eq(vehicles.id, vehicleId));
    expect(vehicle).toMatchObject({ holderName: 'RAKOTO HANTA', fiscalPower: 9, plate });
    expect(await claimRow()).toMatchObject({ status: 'accepted', decidedBy: agent, reason: null });
    const [document] = await f.database.db.select().from(documents).where(eq(documents.claimId, claimId));
    expect(document?.vehicleId).toBe(vehicleId);
    const topics = (await lastTopics(f.database, 'claim.accepted')).map(({ topic }) => topic);
    const expected = [`garage:${owner}`, `garage:${claimant}`, `vehicle-file:${vehicleId}`, `document:${document?.id ?? ''}`];
    expect(topics.sort()).toEqual(expected.sort());
    expect((await told('claim.accepted')).map(({ payload }) => payload)).toEqual([
      { claimId, vehicleId, claimantId: claimant, formerOwnerId: owner },
    ]);
    const kept = await f.database.db.select().from(auditLog).where(eq(auditLog.entityId, claimId));
    expect(kept.map(({ action, actorId }) => [action, actorId])).toContainEqual(['claim.accepted', agent]);
    expect(forgotten).toEqual([plate]);
  });

  it('is decided once: again by the same is the same, by another it is refused', async () => {
    await claims.decide(agent, { claimId, decision: 'accept' });
    await claims.decide(agent, { claimId, decision: 'accept' });
    await expect(claims.decide(colleague, { claimId, decision: 'accept' })).rejects.toEqual(refused('CLAIM_STATE_CONFLICT'));
    expect(await told('claim.accepted')).toHaveLength(1);
  });
});

describe('a claim that is refused', () => {
  it('changes nothing of the vehicle, and the claimant reads why', async () => {
    await claims.decide(agent, { claimId, decision: 'refuse', reason: 'La photo est floue.' });
    expect([await garage(owner), await garage(claimant)]).toEqual([[vehicleId], []]);
    const { claims: mine } = await readGarage(f.database.db, claimant);
    expect(mine).toMatchObject([{ id: claimId, status: 'refused', reason: 'La photo est floue.' }]);
    expect((await readVehicleFile(f.database.db, vehicleId, f.clock()))?.claims).toEqual([]);
  });
});

describe('who decides', () => {
  it('is neither who claims nor who has it', async () => {
    for (const own of [claimant, owner]) {
      await expect(claims.decide(own, { claimId, decision: 'accept' })).rejects.toEqual(refused('CLAIM_OWN'));
    }
    expect(await claimRow()).toMatchObject({ status: 'open' });
    await expect(claims.decide(agent, { claimId: randomUUID(), decision: 'accept' })).rejects.toEqual(refused('CLAIM_NOT_FOUND'));
  });

  it('is one of two who decide at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const both = [
        claims.decide(agent, { claimId, decision: 'accept' }),
        claims.decide(colleague, { claimId, decision: 'refuse', reason: 'Papiers différents' }),
      ];
      expect(await outcomes(round % 2 ? both : both.toReversed())).toEqual(['fulfilled', 'rejected']);
      const row = await claimRow();
      expect(await garage(claimant)).toEqual(row?.status === 'accepted' ? [vehicleId] : []);
      expect((await told('claim.accepted')).length + (await told('claim.refused')).length).toBe(1);
      [claimant] = [await f.addUser('Autre')];
      plate = `${(plates += 1)}TAB`;
      vehicleId = (await f.documents.confirm(owner, await f.read(owner, { ...NEEDED, plate }), false)).vehicleId ?? '';
      claimId = (await f.documents.confirm(claimant, await f.read(claimant, { ...NEEDED, plate }), true)).claimId ?? '';
    }
  });

  it('comes too late for a claim that is withdrawn at the same moment, or the withdrawal does', async () => {
    const both = [claims.decide(agent, { claimId, decision: 'accept' }), f.vehicles.withdrawClaim(claimant, claimId)];
    expect(await outcomes(both)).toEqual(['fulfilled', 'rejected']);
    const status = (await claimRow())?.status;
    expect(await garage(claimant)).toEqual(status === 'accepted' ? [vehicleId] : []);
    expect(['accepted', 'withdrawn']).toContain(status);
  });

  it('does not give away what its owner takes off their list at the same moment twice', async () => {
    await Promise.allSettled([claims.decide(agent, { claimId, decision: 'accept' }), f.vehicles.remove(owner, vehicleId)]);
    const row = await claimRow();
    if (row?.status === 'open') await claims.decide(agent, { claimId, decision: 'accept' });
    expect([await garage(owner), await garage(claimant)]).toEqual([[], [vehicleId]]);
  });
});

describe('the file of a vehicle', () => {
  it('has its owner, documents, claims and notes, and tells of a note', async () => {
    const note = { noteId: randomUUID(), vehicleId, text: 'A apporté l’original.' };
    await claims.note(agent, note);
    await claims.note(agent, note);
    expect((await lastTopics(f.database, 'vehicle.noted')).map(({ topic }) => topic)).toEqual([`vehicle-file:${vehicleId}`]);
    expect(await readVehicleFile(f.database.db, vehicleId, f.clock())).toMatchObject({
      vehicle: { plate, ownerName: 'RABE SOLO', owner: { name: 'Rabe Solo', userId: owner } },
      others: [],
      documents: [{ sender: { id: owner }, status: 'confirmed', sides: [{ side: 'recto' }] }],
      claims: [{ id: claimId, claimant: { name: 'Hanta Rakoto' }, document: { sender: { id: claimant } } }],
      notes: [{ author: 'Agent', text: note.text }],
      payments: [],
    });
    await expect(claims.note(agent, { ...note, vehicleId: randomUUID() })).rejects.toEqual(refused('VEHICLE_NOT_FOUND'));
  });

  it('is for the staff, and who opened it is kept', async () => {
    const { db } = f.database;
    const topic = createVehicleFileTopic({ clock: f.clock });
    const asked = (role: Role, key = vehicleId) => topic.authorise(db, viewer(agent, role), key);
    expect(await Promise.all((['citizen', 'auditor'] as const).map((role) => asked(role)))).toEqual([null, null]);
    expect(await Promise.all([asked('agent', randomUUID()), asked('agent', 'x')])).toEqual([null, null]);
    expect(await topic.authorise(db, viewer(owner, 'citizen'), vehicleId)).toBeNull();
    expect(await asked('agent')).toBe('staff');
    const kept = await db.select().from(auditLog).where(eq(auditLog.entityId, vehicleId));
    expect(kept.filter(({ action }) => action === 'vehicle_file.opened').map(({ actorId }) => actorId)).toEqual([agent]);
  });
});
