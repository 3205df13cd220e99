import { randomBytes, randomUUID } from 'node:crypto';
import { eq, inArray, and } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { seedServices } from '#db/demo-services.ts';
import { insertRows } from '#db/insert-rows.ts';
import { offices, users } from '#db/schema/identity.ts';
import { officeServices } from '#db/schema/tickets.ts';
import { owners, vehicles } from '#db/schema/vehicles.ts';
import { inBatches, type FoundOffice, type FoundPeople, type FoundWanted } from './found-people.ts';

/** Makes people, offices and vehicles in an empty country. */
export async function inventPeople(db: Db, wanted: FoundWanted): Promise<FoundPeople> {
  const run = randomBytes(4).toString('hex');
  const ofRun = await inventOffices(db, run, wanted.offices);
  const person = (role: string, index: number, officeId: string | null) => ({
    ...{ id: randomUUID(), name: `Load ${index}`, email: `load-${run}-${role}-${index}@load.test`, emailVerified: true },
    ...{ role, officeId },
  });
  const citizens = Array.from({ length: wanted.citizens }, (_, index) => person('citizen', index, null));
  const agents = Array.from({ length: wanted.agents }, (_, index) =>
    person('agent', index, ofRun[index % ofRun.length]?.id ?? null),
  );
  await inBatches([...citizens, ...agents], (some) => insertRows(db, users, some));
  const payers = citizens.slice(0, wanted.payable).map(({ id: userId, name }) => ({ id: randomUUID(), userId, name }));
  await inBatches(payers, (some) => insertRows(db, owners, some));
  const plateOf = (index: number): string => `${1_000 + (index % 9_000)}LT${String.fromCharCode(65 + Math.floor(index / 9_000))}`;
  const registered = Array.from({ length: wanted.payable + wanted.cashPlates }, (_, index) => ({
    ...{
      country: wanted.country,
      plate: plateOf(index),
      holderName: `LOAD ${index}`,
      ownerId: index < wanted.payable ? (payers[index % payers.length]?.id ?? null) : null,
    },
    ...{ firstRegistration: '2015-06-01', fuel: 'ES', fiscalPower: 4 + (index % 12), make: 'PEUGEOT', model: '206' },
  }));
  await inBatches(registered, (some) => insertRows(db, vehicles, some));
  const payableOf = (index: number): number => (index < payers.length ? Math.ceil((wanted.payable - index) / payers.length) : 0);
  return {
    offices: ofRun,
    citizens: citizens.map(({ id }, index) => ({
      ...{ userId: id, plate: registered[index]?.plate ?? `${1_000 + index}TBA`, payable: payableOf(index) },
    })),
    agents: agents.map(({ id, officeId }) => ({ userId: id, officeId: officeId ?? '' })),
    cashPlates: registered.slice(wanted.payable).map(({ plate }) => plate),
  };
}

async function inventOffices(db: Db, run: string, count: number): Promise<FoundOffice[]> {
  const codes = Array.from({ length: count }, (_, index) => `LT${run}${index}`.toUpperCase());
  await insertRows(
    db,
    offices,
    codes.map((code, index) => ({ code, name: `Load test ${index + 1}`, city: 'Antananarivo' })),
  );
  await db.transaction((tx) => seedServices(tx, codes));
  return db
    .select({ id: offices.id, serviceId: officeServices.id })
    .from(offices)
    .innerJoin(officeServices, and(eq(officeServices.officeId, offices.id), eq(officeServices.prefix, 'A')))
    .where(inArray(offices.code, codes));
}
