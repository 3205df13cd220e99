import { eq } from 'drizzle-orm';
import { hashPassword } from '#shared/node/password-hash.ts';
import type { Db, Tx } from './connect.ts';
import { DEMO_OFFICES, DEMO_PEOPLE, DEMO_VEHICLES, type DemoVehicle } from './demo-data.ts';
import { accounts, offices, users } from './schema/identity.ts';
import { owners, vehicles } from './schema/vehicles.ts';

/** A way to sign in to the demo. */
export interface DemoSignIn {
  role: string;
  identifier: string;
  password: string;
}

type Person = (typeof DEMO_PEOPLE)[keyof typeof DEMO_PEOPLE];

/**
 * Writes what a demo country starts with. Can be repeated: what is there stays as it is, a password that was changed too.
 * `taken` are further vehicles that somebody else shall own already.
 */
export async function seedDemo(db: Db, taken: readonly DemoVehicle[]): Promise<DemoSignIn[]> {
  const people = Object.values(DEMO_PEOPLE);
  const hashes = await Promise.all(people.map((person) => hashPassword(person.password)));
  await db.transaction(async (tx) => {
    await tx
      .insert(offices)
      .values([...DEMO_OFFICES])
      .onConflictDoNothing();
    for (const [index, person] of people.entries()) await addPerson(tx, person, hashes[index] ?? '');
    const ownerId = await ownerOf(tx, DEMO_PEOPLE.neighbour);
    for (const vehicle of [...DEMO_VEHICLES, ...taken])
      await tx
        .insert(vehicles)
        .values({ ...vehicle, ownerId })
        .onConflictDoNothing();
  });
  return people.map((person) => ({ role: 'citizen', identifier: person.email, password: person.password }));
}

async function addPerson(tx: Tx, person: Person, passwordHash: string): Promise<void> {
  const { name, email, phone } = person;
  const [added] = await tx
    .insert(users)
    .values({ name, email, phone, emailVerified: true, phoneVerified: true })
    .onConflictDoNothing()
    .returning({ id: users.id });
  if (added) {
    await tx.insert(accounts).values({ userId: added.id, accountId: added.id, providerId: 'credential', password: passwordHash });
  }
}

/** The owner that a person is in the register; made when there is none. */
async function ownerOf(tx: Tx, person: Person): Promise<string> {
  const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.email, person.email));
  if (!user) throw new Error(`${person.email} could not be added: its phone number is somebody else's`);
  await tx.insert(owners).values({ userId: user.id, name: person.name }).onConflictDoNothing();
  const [owner] = await tx.select({ id: owners.id }).from(owners).where(eq(owners.userId, user.id));
  if (!owner) throw new Error(`no owner could be made for ${person.email}`);
  return owner.id;
}
