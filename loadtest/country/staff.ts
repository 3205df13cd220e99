import { and, eq, inArray, like } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import { seedServices } from '#db/demo-services.ts';
import { offices, users } from '#db/schema/identity.ts';
import { seriesOfOffice } from '#db/tills.repository.ts';
import type { CountryCode } from '#shared/domain/countries/countries.ts';
import type { SeedOffice } from './country.ts';
import { personName, TOWNS } from './names.ts';
import { createRandom } from './random.ts';

export interface SeedStaff {
  offices: SeedOffice[];
  agents: string[];
  supervisors: string[];
  /** The numbers of each office's agents. */
  agentsOf: number[][];
}

const HOST = 'bureau.example';
/** So many vehicles for each agent of the country. */
const VEHICLES_AN_AGENT = 3_500;

/** Offices in the towns beside those of the demo, with their services, agents and supervisors. Can be repeated: what is there stays. */
export async function ensureStaff(db: Db, country: CountryCode, vehicles: number, seed: number): Promise<SeedStaff> {
  const random = createRandom(seed, 3);
  return db.transaction(async (tx) => {
    await tx
      .insert(offices)
      .values(TOWNS[country].map(([code, city]) => ({ code, name: `Centre fiscal ${city}`, city })))
      .onConflictDoNothing();
    await seedServices(
      tx,
      TOWNS[country].map(([code]) => code),
    );
    const all = await tx.select({ id: offices.id, code: offices.code }).from(offices).orderBy(offices.createdAt, offices.code);
    const staff: SeedStaff = { offices: [], agents: [], supervisors: [], agentsOf: [] };
    for (const { id, code } of all) {
      staff.offices.push({ id, series: await seriesOfOffice(tx, id) });
      // The first offices are the large towns', as in takings.ts: what they take falls off with their number.
      const share = (1 - Math.sqrt((staff.offices.length - 1) / all.length)) * 2.2;
      const count = Math.max(1, Math.round((vehicles / VEHICLES_AN_AGENT / all.length) * share));
      const wanted = [
        ...Array.from({ length: count }, (_, index) => ({ role: 'agent', name: `agent.${index + 1}` })),
        ...Array.from({ length: 1 + Math.floor(count / 8) }, (_, index) => ({ role: 'supervisor', name: `chef.${index + 1}` })),
      ].map(({ role, name }) => ({ role, email: `${name}.${code.toLowerCase()}@${HOST}` }));
      await tx
        .insert(users)
        .values(wanted.map((one) => ({ ...one, name: personName(random, country), emailVerified: true, officeId: id })))
        .onConflictDoNothing();
      const of = (role: 'agent' | 'supervisor') =>
        tx
          .select({ id: users.id })
          .from(users)
          .where(
            and(
              eq(users.officeId, id),
              eq(users.role, role),
              like(users.email, `%@${HOST}`),
              inArray(
                users.email,
                wanted.map(({ email }) => email),
              ),
            ),
          )
          .orderBy(users.email);
      const [agents, supervisors] = [await of('agent'), await of('supervisor')];
      staff.agentsOf.push(agents.map((_, index) => staff.agents.length + index));
      staff.agents.push(...agents.map((one) => one.id));
      staff.supervisors.push(...supervisors.map((one) => one.id));
    }
    return staff;
  });
}
