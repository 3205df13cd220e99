import { eq, inArray, isNull, sql } from 'drizzle-orm';
import { PERIODS } from '#shared/contracts/dashboards.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';
import { FIRST_GRIDS } from '#shared/domain/countries/grids.ts';
import type { Db, Tx } from './connect.ts';
import { DEMO, type DemoCountry, type DemoPerson, type DemoVehicle } from './demo-data.ts';
import { seedServices } from './demo-services.ts';
import { approveGrid, draftGrid, proposeGrid } from './price-grid-versions.ts';
import { listGrids } from './price-grids.repository.ts';
import { collectionTargets } from './schema/collections.ts';
import { accounts, offices, secondFactors, users } from './schema/identity.ts';
import { owners, vehicles } from './schema/vehicles.ts';

/** A way to sign in to the demo. */
export interface DemoSignIn {
  role: string;
  identifier: string;
  password: string;
  /** Of the staff: what the codes of the second step are made of (base32). */
  totpSecret?: string;
}

/** Seals the secret of somebody's second step for the database (server/identity/second-factor). */
export type SealSecret = (userId: string, secret: string) => string;

/**
 * Writes what a demo country starts with. Can be repeated: what is there stays as it is, a password that was changed too.
 * Without `sealSecret` the staff has no device for the second step yet, and is led to one at sign-in. `taken` are further vehicles that somebody else shall own already.
 */
export async function seedDemo(
  db: Db,
  country: CountryCode,
  taken: readonly DemoVehicle[],
  sealSecret?: SealSecret,
): Promise<DemoSignIn[]> {
  const demo = DEMO[country];
  const people: (Omit<DemoPerson, 'phone'> & { role: string; phone?: string; totpSecret?: string })[] = [
    ...Object.values(demo.people).map((person) => ({ ...person, role: 'citizen' })),
    ...Object.entries(demo.staff).map(([role, person]) => ({ ...person, role })),
  ];
  const hashes = await Promise.all(people.map((person) => hashPassword(person.password)));
  await db.transaction(async (tx) => {
    await tx
      .insert(offices)
      .values([...demo.offices])
      // A demo of an earlier release has offices of no region.
      .onConflictDoUpdate({ target: offices.code, set: { region: sql`coalesce(${offices.region}, excluded.region)` } });
    await seedTargets(tx, demo);
    await seedServices(
      tx,
      demo.offices.map(({ code }) => code),
    );
    const [office] = await tx
      .select({ id: offices.id })
      .from(offices)
      .where(eq(offices.code, demo.offices[0]?.code ?? ''));
    for (const [index, { role, totpSecret, ...person }] of people.entries()) {
      const rights = role === 'citizen' ? {} : { role, officeId: office?.id };
      await addPerson(tx, person, rights, hashes[index] ?? '');
      if (totpSecret && sealSecret) await addSecondStep(tx, person.email, totpSecret, sealSecret);
    }
    const ownerId = await ownerOf(tx, demo.people.neighbour);
    for (const vehicle of [...demo.vehicles, ...taken])
      await tx
        .insert(vehicles)
        .values({ ...vehicle, ownerId })
        .onConflictDoNothing();
  });
  await seedGrid(db, country, demo.taxOffice);
  return people.map(({ role, email, password, totpSecret }) => ({
    role,
    identifier: email,
    password,
    ...(totpSecret && { totpSecret }),
  }));
}

/** Targets of the nation, its regions and offices, from the year's first day on; what was set by somebody stays. */
async function seedTargets(tx: Tx, demo: DemoCountry): Promise<void> {
  const codes = demo.offices.map(({ code }) => code);
  const rows = await tx.select({ id: offices.id, region: offices.region }).from(offices).where(inArray(offices.code, codes));
  const shares = new Map<string, number>();
  for (const { id, region } of rows) {
    shares.set(`office-${id}`, 1);
    if (region !== null) shares.set(`region-${region}`, (shares.get(`region-${region}`) ?? 0) + 1);
  }
  const at = { fromDay: `${new Date().getUTCFullYear()}-01-01`, demo: true, setAt: new Date() };
  const values = PERIODS.flatMap((period) => [
    { scope: 'national', period, amount: demo.targets.national[period], ...at },
    ...[...shares].map(([scope, share]) => ({ scope, period, amount: share * demo.targets.office[period], ...at })),
  ]);
  await tx.insert(collectionTargets).values(values).onConflictDoNothing();
}

/** The country's file becomes version 1, approved and in force; goes on where it was interrupted, leaves versions of others alone. */
async function seedGrid(db: Db, country: CountryCode, { author, approver }: DemoCountry['taxOffice']): Promise<void> {
  const [first] = await listGrids(db, country);
  if (first?.status === 'approved' || (first && first.author !== author.email)) return;
  const authorId = await staffOf(db, { ...author, role: 'administrator' });
  const approverId = await staffOf(db, { ...approver, role: 'supervisor' });
  const version = first?.version ?? (await draftGrid(db, FIRST_GRIDS[country], authorId));
  if (first?.status !== 'proposed') await proposeGrid(db, country, version, authorId, new Date());
  await approveGrid(db, country, version, approverId, new Date());
}

/** Somebody of the tax office, without a way to sign in. */
async function staffOf(db: Db, person: { name: string; email: string; role: string }): Promise<string> {
  await db.insert(users).values(person).onConflictDoNothing();
  const [user] = await db.select({ id: users.id }).from(users).where(eq(users.email, person.email));
  if (!user) throw new Error(`${person.email} could not be added`);
  return user.id;
}

/** Gives somebody of the staff the demo's device, unless they have one: a demo of an earlier release has staff without. */
async function addSecondStep(tx: Tx, email: string, secret: string, sealSecret: SealSecret): Promise<void> {
  const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.email, email));
  if (!user) return;
  const factor = { sealedSecret: sealSecret(user.id, secret), enrolledAt: new Date() };
  await tx
    .insert(secondFactors)
    .values({ userId: user.id, ...factor })
    .onConflictDoUpdate({ target: secondFactors.userId, set: factor, setWhere: isNull(secondFactors.sealedSecret) });
}

async function addPerson(
  tx: Tx,
  { name, email, phone }: Pick<DemoPerson, 'name' | 'email'> & { phone?: string },
  rights: { role?: string; officeId?: string | undefined },
  passwordHash: string,
): Promise<void> {
  const [added] = await tx
    .insert(users)
    .values({ name, email, phone: phone ?? null, emailVerified: true, phoneVerified: phone !== undefined, ...rights })
    .onConflictDoNothing()
    .returning({ id: users.id });
  if (added) {
    await tx.insert(accounts).values({ userId: added.id, accountId: added.id, providerId: 'credential', password: passwordHash });
  }
}

/** The owner that a person is in the register; made when there is none. */
async function ownerOf(tx: Tx, person: DemoPerson): Promise<string> {
  const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.email, person.email));
  if (!user) throw new Error(`${person.email} could not be added: its phone number is somebody else's`);
  await tx.insert(owners).values({ userId: user.id, name: person.name }).onConflictDoNothing();
  const [owner] = await tx.select({ id: owners.id }).from(owners).where(eq(owners.userId, user.id));
  if (!owner) throw new Error(`no owner could be made for ${person.email}`);
  return owner.id;
}
