import { afterAll, beforeAll, expect, it } from 'vitest';
import { findVehicleByPlate } from '#db/vehicles.repository.ts';
import { createDocumentsService } from '../documents/documents.service.ts';
import { NEEDED, createDocumentsFixture, type DocumentsFixture } from '../documents/testing/documents-fixture.ts';

let f: DocumentsFixture;
beforeAll(async () => {
  f = await createDocumentsFixture();
});
afterAll(() => f.close());

it('a confirmation tells of the vehicle it registered once it is committed, and of none when somebody else has the plate', async () => {
  const told: (string | null | undefined)[] = [];
  const documents = createDocumentsService({
    db: f.database.db,
    notifier: { wake: () => undefined },
    vehicles: f.vehicles,
    clock: f.clock,
    country: 'MG',
    timeZone: 'Indian/Antananarivo',
    async onRegistered({ country, plate }) {
      // Another connection sees it: the transaction is over.
      told.push((await findVehicleByPlate(f.database.db, country, plate))?.plate);
    },
  });
  const [first, second] = [await f.addUser(), await f.addUser()];
  await documents.confirm(first, await f.read(first, NEEDED), false);
  expect(told).toEqual(['1234TAB']);
  await documents.confirm(second, await f.read(second, NEEDED), true);
  await expect(documents.confirm(second, await f.read(second, NEEDED), false)).rejects.toMatchObject({
    code: 'PLATE_ALREADY_REGISTERED',
  });
  expect(told).toEqual(['1234TAB']);
  await documents.confirm(first, await f.read(first, { ...NEEDED, fiscal_power: '9' }), false);
  expect(told).toEqual(['1234TAB', '1234TAB']);
});
