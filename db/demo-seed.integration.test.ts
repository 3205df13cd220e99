import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { and, eq, like, ne } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { normaliseContact } from '#shared/domain/contact.ts';
import { COUNTRIES, COUNTRY_CODES, type CountryCode } from '#shared/domain/countries/countries.ts';
import { isPlate } from '#shared/domain/plates.ts';
import { verifyPassword } from '#shared/node/password-hash.ts';
import { DEMO } from './demo-data.ts';
import { readTakenSample } from './demo-samples.ts';
import { seedDemo } from './demo-seed.ts';
import { findCredential } from './identity.repository.ts';
import { listGrids } from './price-grids.repository.ts';
import { accounts, offices, secondFactors, users } from './schema/identity.ts';
import { vehicles } from './schema/vehicles.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const counts = async () => ({
  users: await database.db.$count(users),
  offices: await database.db.$count(offices),
  vehicles: await database.db.$count(vehicles),
});

it('lets the demo people sign in, and changes nothing when it is repeated', async () => {
  const signIns = await seedDemo(database.db, 'MG', []);
  expect(signIns.map(({ role }) => role)).toEqual(['citizen', 'citizen', 'agent', 'supervisor', 'administrator', 'auditor']);
  const before = await counts();
  for (const { identifier, password } of signIns) {
    const contact = normaliseContact(identifier, 'MG');
    const credential = contact && (await findCredential(database.db, contact));
    expect(await verifyPassword(credential?.passwordHash ?? '', password)).toBe(true);
  }
  await database.db.update(accounts).set({ password: 'changed' });
  await seedDemo(database.db, 'MG', []);
  expect(await counts()).toEqual(before);
  expect(await database.db.$count(accounts, eq(accounts.password, 'changed'))).toBe(6);
});

it('gives its staff an office, and makes two persons of those who change money', async () => {
  const staff = await database.db
    .select()
    .from(users)
    .where(and(ne(users.role, 'citizen'), like(users.email, '%@demo.example')));
  const withPassword = staff.filter(({ email }) => Object.values(DEMO.MG.staff).some((one) => one.email === email));
  expect(new Set(withPassword.map(({ officeId }) => officeId)).size).toBe(1);
  expect(withPassword.every(({ officeId }) => officeId !== null)).toBe(true);
  expect(new Set(withPassword.map(({ role }) => role)).size).toBe(4);
});

it('gives staff of an earlier demo their device, and leaves one that somebody set up', async () => {
  const seal = (userId: string, secret: string) => `${userId} ${secret}`;
  await seedDemo(database.db, 'MG', [], seal);
  const kept = await database.db.select().from(secondFactors);
  expect(kept).toHaveLength(4);
  expect(kept[0]?.sealedSecret).toContain(kept[0]?.userId);
  await database.db.update(secondFactors).set({ sealedSecret: 'their own' });
  await seedDemo(database.db, 'MG', [], seal);
  expect(await database.db.$count(secondFactors, eq(secondFactors.sealedSecret, 'their own'))).toBe(4);
});

it('has plates and phone numbers of their countries', () => {
  for (const [country, { vehicles: known, people }] of Object.entries(DEMO)) {
    for (const vehicle of known) expect([vehicle.country, isPlate(vehicle.plate, country)]).toEqual([country, true]);
    for (const { phone } of Object.values(people))
      expect(normaliseContact(phone, COUNTRIES[country as CountryCode].phoneRegion)).toBeTruthy();
  }
});

it('puts each country’s grid in force, once, by two persons', async () => {
  for (const country of COUNTRY_CODES) {
    await seedDemo(database.db, country, []);
    await seedDemo(database.db, country, []);
    expect(await listGrids(database.db, country)).toMatchObject([
      { version: 1, status: 'approved', effectiveFrom: '2026-01-01' },
    ]);
  }
});

it('gives the vehicle of the last sample to somebody else', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'samples-'));
  const sample = (plate: string) => ({ fields: { plate, owner: 'RABE', fiscal_power: 5, first_reg: '2007-08-23' } });
  const file = path.join(directory, 'truth.json');
  await writeFile(file, JSON.stringify([sample('AB-123-CD'), sample('8549 TRW'), sample('8550 TRW')]));
  const taken = await readTakenSample(pathToFileURL(file), 'MG');
  expect(taken).toMatchObject({ country: 'MG', plate: '8550TRW', fiscalPower: 5, vin: null });
  await seedDemo(database.db, 'MG', taken ? [taken] : []);
  expect(await database.db.$count(vehicles, eq(vehicles.plate, '8550TRW'))).toBe(1);
  expect(await database.db.$count(vehicles, eq(vehicles.plate, '8549TRW'))).toBe(0);
  expect(await readTakenSample(new URL('none.json', pathToFileURL(`${directory}/`)), 'MG')).toBeNull();
  await rm(directory, { recursive: true });
});
