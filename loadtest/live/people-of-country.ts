import { inArray, sql } from 'drizzle-orm';
import { amountsDueAt } from '#db/amounts-due.ts';
import type { Db } from '#db/connect.ts';
import { vehicles } from '#db/schema/vehicles.ts';
import { inBatches, type FoundCitizen, type FoundPeople, type FoundWanted } from './found-people.ts';

/** Looked through for each one that is wanted: some are exempt, or cannot be assessed. */
const SPARE = 2;

/**
 * Takes people, staff, offices and plates from a country that was seeded; nothing of them is changed.
 * @throws Error when there are not enough
 */
export async function peopleOfCountry(db: Db, wanted: FoundWanted, fiscalYear: number): Promise<FoundPeople> {
  const { country } = wanted;
  const unpaid = sql`v.country = ${country} and not exists (
    select from assessments a where a.vehicle_id = v.id and a.fiscal_year = ${fiscalYear} and a.paid_at is not null)`;
  const withAccount = sql`owners o join users u on u.id = o.user_id and u.role = 'citizen' and u.disabled_at is null`;
  const owing = await db.execute<{ userId: string; plate: string }>(sql`
    select o.user_id as "userId", v.plate from ${withAccount} join vehicles v on v.owner_id = o.id and ${unpaid}
    order by o.user_id limit ${wanted.payable * SPARE}`);
  const due = await payableAmong(
    db,
    country,
    owing.map(({ plate }) => plate),
  );
  const payers = new Map<string, FoundCitizen>();
  let payable = 0;
  for (const { userId, plate } of owing) {
    if (payable >= wanted.payable || !due.has(plate)) continue;
    const one = payers.get(userId);
    if (!one && payers.size === wanted.citizens) continue;
    payers.set(userId, { userId, plate, payable: (one?.payable ?? 0) + 1 });
    payable += 1;
  }
  // Vehicles are looked for of those alone who are taken.
  const others = await db.execute<{ userId: string; plate: string }>(sql`
    select o.user_id as "userId", v.plate from (
      select o.id, o.user_id from ${withAccount} where o.user_id <> all(${sql.param([...payers.keys()])}::uuid[])
      order by o.user_id limit ${(wanted.citizens - payers.size) * SPARE}) o
    cross join lateral (select v.plate from vehicles v where v.owner_id = o.id and v.country = ${country} limit 1) v
    limit ${wanted.citizens - payers.size}`);
  const citizens = [...payers.values(), ...others.map((one): FoundCitizen => ({ ...one, payable: 0 }))];
  const found = await db.execute<{ id: string; serviceId: string; agents: string[] }>(sql`
    select o.id, s.id as "serviceId", array_agg(u.id order by u.id) as agents from offices o
    join office_services s on s.office_id = o.id and s.prefix = 'A' and s.closed_at is null
    join users u on u.office_id = o.id and u.role = 'agent' and u.disabled_at is null
    group by 1, 2 order by count(*) desc, o.id limit ${wanted.offices}`);
  const agents: FoundPeople['agents'] = [];
  for (let round = 0; agents.length < wanted.agents && found.some((office) => office.agents.length > round); round += 1)
    for (const { id: officeId, agents: ofOffice } of found) {
      const userId = ofOffice[round];
      if (userId !== undefined && agents.length < wanted.agents) agents.push({ userId, officeId });
    }
  const nobodys = await db.execute<{ plate: string }>(sql`
    select v.plate from owners o join vehicles v on v.owner_id = o.id
    where o.user_id is null and ${unpaid} limit ${wanted.cashPlates * SPARE}`);
  const cash = await payableAmong(
    db,
    country,
    nobodys.map(({ plate }) => plate),
  );
  const has = { payable, citizens: citizens.length, cashPlates: cash.size, agents: Math.min(1, agents.length) };
  for (const [what, count] of Object.entries(has) as [keyof typeof has, number][]) {
    const needed = what === 'agents' ? Math.min(1, wanted.agents) : wanted[what];
    if (count < needed)
      throw new Error(`the country has ${count} ${what}, ${needed} are needed: npm run seed makes a larger one`);
  }
  return {
    citizens,
    agents,
    offices: found.map(({ id, serviceId }) => ({ id, serviceId })),
    cashPlates: [...cash].slice(0, wanted.cashPlates),
  };
}

/** Of these plates, those whose tax of this year can be paid today. */
async function payableAmong(db: Db, country: string, plates: readonly string[]): Promise<Set<string>> {
  const payable = new Set<string>();
  const dueOf = await amountsDueAt(db, new Date());
  await inBatches(plates, async (some) => {
    const rows = await db
      .select()
      .from(vehicles)
      .where(inArray(vehicles.plate, [...some]));
    for (const row of rows) {
      const due = row.country === country ? dueOf(row) : null;
      if (due?.total && (due.status === 'due' || due.status === 'overdue')) payable.add(row.plate);
    }
  });
  return payable;
}
