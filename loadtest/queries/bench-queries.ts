// `npm run bench:queries`: how soon a country's database answers what the order names figures for, in the database of DATABASE_URL that
// `npm run seed` has filled, one client after the other; and that none of it walks through a table. Exit code 1 when a figure is missed.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { readCollections, readLastYear, readOpenIntents, readPace } from '#db/dashboard.repository.ts';
import { readPlateState } from '#db/paid-taxes.repository.ts';
import { readHistory } from '#db/payment-views.repository.ts';
import { findVehicleByPlate, readGarage } from '#db/vehicles.repository.ts';
import { createSearchService } from '#server/register/search.service.ts';
import { COUNTRY_CODES, countryOf, DEFAULT_COUNTRY } from '#shared/domain/countries/countries.ts';
import { addDays, civilDate, yearOf } from '#shared/domain/dates.ts';
import { machine } from '../machine.ts';
import { watchDatabase } from './plans.ts';

const EACH = Number(process.env['BENCH_QUERIES'] ?? 500);
/** A table is large from so many rows on: the others are a page or two. */
const LARGE = 10_000;

const url = process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_URL is not set: the address of a database that npm run seed has filled');
const country = countryOf(COUNTRY_CODES.find((code) => code === process.env['COUNTRY']?.toUpperCase()) ?? DEFAULT_COUNTRY);
const watched = watchDatabase(url);
const { db } = watched;
const now = new Date();
const today = civilDate(now, country.timeZone);

interface Kind {
  what: string;
  /** Milliseconds that the order allows, at the 95th percentile. */
  allowed: number;
  samples: readonly string[];
  ask: (sample: string) => Promise<unknown>;
}

const column = async (query: ReturnType<typeof sql>): Promise<string[]> =>
  (await db.execute<{ sample: string }>(query)).map(({ sample }) => sample);
/** Of owners with so many vehicles; the same each time. */
const ownersOf = (least: number, most: number) =>
  column(sql`select o.user_id as sample from owners o join vehicles v on v.owner_id = o.id where o.user_id is not null
    group by o.user_id having count(*) between ${least} and ${most} order by md5(o.user_id::text) limit ${EACH}`);

try {
  const plates = await column(
    sql`select plate as sample from vehicles where country = ${country.code} order by md5(plate) limit ${EACH}`,
  );
  const [families, fleets] = [await ownersOf(1, 10), await ownersOf(11, 50)];
  const names = await column(sql`select split_part(name, ' ', 2) as sample from owners order by md5(id::text) limit ${EACH}`);
  const search = createSearchService({ db, clock: () => now, timeZone: country.timeZone });
  const agent = { userId: randomUUID(), role: 'agent', officeId: randomUUID() } as const;
  const since = new Date(now.getTime() - 5 * 366 * 86_400_000);
  const starts = { day: today, month: `${today.slice(0, 7)}-01`, year: `${yearOf(today)}-01-01` };
  const history = (user: string): Promise<unknown> => readHistory(db, user, since);
  const kinds: Kind[] = [
    { what: 'vehicle by plate', allowed: 10, samples: plates, ask: (plate) => findVehicleByPlate(db, country.code, plate) },
    {
      what: 'whether a plate’s tax is paid',
      allowed: 10,
      samples: plates,
      ask: (plate) => readPlateState(db, { country: country.code, plate }, yearOf(today)),
    },
    { what: 'vehicles of an owner of 1 to 10', allowed: 50, samples: families, ask: (user) => readGarage(db, user, now) },
    { what: 'vehicles of an owner of 11 to 50', allowed: 50, samples: fleets, ask: (user) => readGarage(db, user, now) },
    { what: 'five years of payments, 1 to 10 vehicles', allowed: 100, samples: families, ask: history },
    { what: 'five years of payments, 11 to 50 vehicles', allowed: 100, samples: fleets, ask: history },
    { what: 'search, a surname', allowed: 200, samples: names, ask: (name) => search.find(agent, name) },
    { what: 'search, a plate', allowed: 200, samples: plates, ask: (plate) => search.find(agent, plate) },
    {
      what: 'dashboard: day, month, year, hours, month of days',
      allowed: 50,
      samples: plates.slice(0, 100),
      ask: () => readCollections(db, starts, addDays(today, -30)),
    },
    { what: 'dashboard: a year ago', allowed: 50, samples: plates.slice(0, 100), ask: () => readLastYear(db, today, 720) },
    {
      what: 'dashboard: payments a minute, open orders',
      allowed: 50,
      samples: plates.slice(0, 100),
      ask: async () => [await readPace(db, new Date(now.getTime() - 3_600_000), now), await readOpenIntents(db)],
    },
  ];
  const results = [];
  for (const { what, allowed, samples, ask } of kinds) {
    if (samples.length === 0) throw new Error(`${what}: the database has nothing to ask for; npm run seed fills one`);
    for (const sample of samples.slice(0, 20)) await ask(sample);
    const took: number[] = [];
    for (const sample of samples) {
      const began = performance.now();
      await ask(sample);
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0) * 100) / 100;
    const statements = await watched.statementsOf(() => ask(samples[0] ?? ''));
    const walked = (await Promise.all(statements.map((one) => watched.walkedThrough(one, LARGE)))).flat();
    results.push({
      ...{ what, asked: took.length, statements: statements.length, p50Ms: at(0.5), p95Ms: at(0.95), mostMs: at(1) },
      ...{ allowedMs: allowed, walkedThrough: walked, holds: at(0.95) < allowed && walked.length === 0 },
    });
  }
  const [size] = await db.execute<{ vehicles: number; owners: number; payments: number; megabytes: number }>(sql`select
    (select count(*)::int from vehicles) as vehicles, (select count(*)::int from owners) as owners,
    (select count(*)::int from payments) as payments, (pg_database_size(current_database()) / 1000000)::int as megabytes`);
  const report = { at: now.toISOString(), machine: machine(), oneAfterAnother: true, database: size, results };
  await writeFile(new URL('../results/queries.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  console.log(report.database);
  console.table(results.map(({ walkedThrough, ...one }) => ({ ...one, walkedThrough: walkedThrough.join(' ') })));
  if (!results.every(({ holds }) => holds)) process.exitCode = 1;
} finally {
  await watched.close();
}
