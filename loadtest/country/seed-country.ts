import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import { connectDatabase, connectRaw, type Db } from '#db/connect.ts';
import { rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { DEMO } from '#db/demo-data.ts';
import { seedDemo, type SealSecret } from '#db/demo-seed.ts';
import { migrateDatabase } from '#db/migrator.ts';
import { findGrid, versionInForce } from '#db/price-grids.repository.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { hashPassword } from '#shared/node/password-hash.ts';
import { createReceiptSigner } from '#shared/node/receipt-signer.ts';
import { copyInto, type TableRows } from './copy.ts';
import { createCountryIds, type DrawnCountry } from './country.ts';
import { createDays } from './days.ts';
import { writeDownPastReports } from './past-reports.ts';
import { createPrices } from './prices.ts';
import { drawRegister } from './register.ts';
import { startSigning, type Signing } from './signing.ts';
import { ensureStaff } from './staff.ts';
import { bookTables } from './tables/books.ts';
import { orderTables } from './tables/orders.ts';
import { peopleTables } from './tables/people.ts';
import { receiptTables, receiptTexts } from './tables/receipts.ts';
import { reversalTables } from './tables/reversals.ts';
import { tillTables } from './tables/tills.ts';
import { drawTakings } from './takings.ts';
import { unbind } from './unbound.ts';

/** Everybody who has an account signs in with it. Known to all: for databases that may be lost. */
export const SEED_PASSWORD = 'vignette de masse 26';

export interface SeedOrder {
  /** Direct: not through a pool that changes connections between transactions. */
  url: string;
  country: CountryCode;
  vehicles: number;
  owners: number;
  /** Whole fiscal years before the running one, which is seeded as well. */
  years: number;
  seed: number;
  /** Deletes everything in the database first. */
  force?: boolean;
  /** RECEIPT_SIGNING_KEY of the platform; left out: a key that is thrown away afterwards. */
  signingKey?: string;
  sealSecret?: SealSecret;
  now?: Date;
  say?: (line: string) => void;
}

export interface SeededCountry {
  vehicles: number;
  owners: number;
  intents: number;
  payments: number;
  reversals: number;
  tills: number;
  rows: number;
  seconds: number;
}

/** The database is not one to be seeded, in words for who asked. */
export class NotSeededError extends Error {}

/** No statement of a seed takes so long without a word. */
const LONGEST_MS = 3_600_000;
/** One seed of a database at a time. */
const LOCK = 528_000_003;
const EMPTIED = [
  ...['assessments', 'payment_intents', 'payment_items', 'assessment_claims', 'settlements', 'provider_refs', 'payments'],
  ...['till_sessions', 'cash_takings', 'ledger_entries', 'refunds', 'refund_items', 'refund_payouts', 'payment_reversals'],
  ...['receipts', 'receipt_counters', 'receipt_revocations'],
];

/**
 * Fills a database with a believable country: register, accounts, offices, and what was paid with all that belongs to it. The register and
 * the payments are one transaction: who is killed leaves none of it behind, and starts again.
 * @throws NotSeededError when somebody's data is there already, or another seed is under way
 */
export async function seedCountry(order: SeedOrder): Promise<SeededCountry> {
  const { url, say = () => undefined } = order;
  const began = performance.now();
  await migrateDatabase(url);
  const raw = connectRaw({ url, max: 2, applicationName: 'seed-country', silentMs: LONGEST_MS });
  const database = connectDatabase({ url, max: 1, applicationName: 'seed-country' });
  const lock = await raw.reserve();
  try {
    const [got] = await lock<{ got: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as got`;
    if (!got?.got) throw new NotSeededError('another seed of this database is under way');
    if (order.force) await emptyDatabase(raw);
    await refuseOthers(database.db, order.country);
    const drawn = await drawCountry(database.db, order, say);
    const rows = await load(raw, drawn, order, say);
    // A kill between the two is nothing: the relay computes totals that are missing when it starts.
    const at = new Date();
    await rebuildTotals(database.db, drawn.country.timeZone, at);
    await refreshStats(database.db, at);
    await writeDownPastReports(database.db, drawn.country, order.now ?? at);
    say(`totals computed in ${((Date.now() - at.getTime()) / 1000).toFixed(1)} s`);
    const paid = drawn.takings.intents.filter(({ failed }) => !failed);
    return {
      vehicles: order.vehicles,
      owners: order.owners,
      intents: drawn.takings.intents.length,
      payments: paid.reduce((sum, { items }) => sum + items.length, 0),
      reversals: paid.filter(({ reversed }) => reversed).length,
      tills: drawn.takings.tills.length,
      rows,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    lock.release();
    await Promise.all([raw.end({ timeout: 5 }), database.close()]);
  }
}

/** Seeds only where nothing is but what the demo begins with. */
async function refuseOthers(db: Db, country: CountryCode): Promise<void> {
  const [found] = await db.execute<{ payments: string; documents: string; vehicles: string }>(sql`select
    (select count(*) from payment_intents) as payments, (select count(*) from documents) as documents,
    (select count(*) from vehicles v left join owners o on o.id = v.owner_id left join users u on u.id = o.user_id
      where u.email is distinct from ${DEMO[country].people.neighbour.email}) as vehicles`);
  const { payments = '0', documents = '0', vehicles = '0' } = found ?? {};
  if ([payments, documents, vehicles].every((count) => count === '0')) return;
  throw new NotSeededError(
    `the database is not empty: ${vehicles} vehicles, ${payments} payments, ${documents} documents. ` +
      `A seed that was killed leaves nothing, so these are whole: use them (--sessions prepares sessions for them), ` +
      `give the address of another database, or --force to delete everything in this one first`,
  );
}

/** Deletes all rows of all tables; only which migrations were run is still known. */
async function emptyDatabase(raw: Sql): Promise<void> {
  const tables = await raw<{ name: string }[]>`select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`;
  await raw.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`);
}

async function drawCountry(db: Db, order: SeedOrder, say: (line: string) => void): Promise<DrawnCountry> {
  const { country: code, seed, now = new Date() } = order;
  const country = countryOf(code);
  await seedDemo(db, code, [], order.sealSecret);
  const staff = await ensureStaff(db, code, order.vehicles, seed);
  const today = civilDate(now, country.timeZone);
  const version = await versionInForce(db, code, today);
  const grid = version === null ? null : await findGrid(db, code, version);
  if (!grid) throw new NotSeededError(`no price grid is in force on ${today}`);
  const plates = await db.execute<{ plate: string }>(sql`select plate from vehicles where country = ${code}`);
  const lastYear = yearOf(today);
  const firstYear = lastYear - order.years;
  const register = drawRegister({ ...order, today, taken: new Set(plates.map(({ plate }) => plate)) });
  say(`drawn: ${order.vehicles.toLocaleString('en')} vehicles of ${order.owners.toLocaleString('en')} owners`);
  const days = createDays(firstYear, now, country.timeZone);
  const prices = createPrices(grid);
  const takings = drawTakings({ register, country, prices, days, seed, firstYear, lastYear, agents: staff.agentsOf });
  say(`drawn: ${takings.intents.length.toLocaleString('en')} orders at ${prices.distinct().toLocaleString('en')} prices`);
  return {
    ...{ country, gridVersion: grid.version, days, register, takings },
    ...{ offices: staff.offices, agents: staff.agents, supervisors: staff.supervisors },
    ids: createCountryIds(seed),
    passwordHash: await hashPassword(SEED_PASSWORD),
  };
}

/** Writes the whole country in one transaction; answers how many rows. */
async function load(raw: Sql, drawn: DrawnCountry, order: SeedOrder, say: (line: string) => void): Promise<number> {
  const setting = order.signingKey ?? `seed-${order.seed}:${randomBytes(32).toString('base64url')}`;
  const signer = createReceiptSigner(setting);
  const receipts = { drawn, seed: order.seed, keyId: signer.keyId };
  const years = Array.from({ length: order.years + 1 }, (_, index) => drawn.days.year(drawn.days.last) - index);
  const signing: Signing = startSigning(setting, receiptTexts(receipts));
  const tables: TableRows[] = [
    ...peopleTables(drawn),
    ...orderTables(drawn),
    ...tillTables(drawn),
    ...bookTables(drawn, years),
    ...reversalTables(drawn),
    ...receiptTables({ ...receipts, signing }),
  ];
  try {
    return await raw.begin(async (tx) => {
      await tx`select set_config('synchronous_commit', 'off', true), set_config('maintenance_work_mem', '512MB', true)`;
      for (const year of years) {
        const [found] = await tx`select to_regclass(${`payments_${year}`}) as name`;
        if (!found?.['name']) throw new NotSeededError(`the payments of ${year} have no partition`);
      }
      const unbound = await unbind(tx, [...EMPTIED, 'owners', 'vehicles']);
      await tx.unsafe(`truncate ${EMPTIED.join(', ')}`);
      await tx`insert into receipt_keys (key_id, public_key) values (${signer.keyId}, ${signer.publicKey}) on conflict do nothing`;
      let rows = 0;
      for (const table of tables) rows += await copyInto(tx, table, say);
      say(`${rows.toLocaleString('en')} rows are in; making keys, indexes and references`);
      await unbound.bind(say);
      await tx`select set_config('work_mem', '64kB', true)`;
      await tx`insert into search_words
        select distinct w.word from (select holder_name as name from vehicles union select name from owners) as c,
          unnest(name_words(c.name)) as w(word) where not exists (select from search_words s where s.word = w.word)`;
      await tx.unsafe(`analyze ${[...EMPTIED, 'owners', 'vehicles', 'users', 'accounts', 'search_words'].join(', ')}`);
      return rows;
    });
  } finally {
    await signing.stop();
  }
}
