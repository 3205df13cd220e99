import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTotals } from '#db/collection-totals.repository.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { findVehicleByPlate } from '#db/vehicles.repository.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { createScheduledReports } from '#server/reports/scheduled.service.ts';
import { createSessionCookie } from '#server/identity/session-cookie.ts';
import { countryOf } from '#shared/domain/countries/countries.ts';
import { normaliseContact } from '#shared/domain/contact.ts';
import { isPlate } from '#shared/domain/plates.ts';
import { deriveKey } from '#shared/node/keys.ts';
import { createReceiptSigner, verifyReceipt } from '#shared/node/receipt-signer.ts';
import { until } from '#shared/node/testing/helpers.ts';
import { watchDatabase } from '../queries/plans.ts';
import { NotSeededError, seedCountry, type SeededCountry } from './seed-country.ts';
import { prepareSessions } from './sessions.ts';

const ORDER = {
  country: 'MG',
  vehicles: 2_000,
  owners: 1_136,
  years: 5,
  seed: 7,
  now: new Date('2026-11-20T09:00:00Z'),
} as const;
const SIGNING_KEY = `test:${Buffer.alloc(32, 'seed').toString('base64url')}`;

/** Keys, indexes and references as they stand, by name; and triggers that are off. */
const catalogue = async ({ db }: TestDatabase): Promise<string[]> => {
  const rows = await db.execute<{ line: string }>(sql`
    select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated as line from pg_constraint
      where connamespace = 'public'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger where not tgisinternal order by line`);
  return rows.map(({ line }) => line);
};

let database: TestDatabase;
let before: string[];
let seeded: SeededCountry;
const count = async (query: ReturnType<typeof sql>): Promise<number> => {
  const [row] = await database.db.execute<{ count: number }>(query);
  return Number(row?.count);
};

beforeAll(async () => {
  database = await createTestDatabase(4);
  before = await catalogue(database);
  seeded = await seedCountry({ ...ORDER, url: database.url, signingKey: SIGNING_KEY });
});
afterAll(() => database.drop());

describe('a seeded country', () => {
  it('has had the reports of its past: the workers find none to make', async () => {
    const deps = { db: database.db, clock: () => ORDER.now, country: countryOf('MG'), notifier: { wake: () => undefined } };
    expect(await createScheduledReports(deps).due()).toEqual([]);
    expect(await count(sql`select count(*) from reports where state <> 'expired' or object_key is not null`)).toBe(0);
    expect(await count(sql`select count(*) from reports where period = 'day'`)).toBeGreaterThan(31);
  });

  it('has books that agree, and as many payments, receipts and amounts as were drawn', async () => {
    const audit = await auditLedger(database.db);
    expect(audit.faults).toEqual([]);
    expect([audit.receipts, await count(sql`select count(*) from payments`)]).toEqual([seeded.payments, seeded.payments]);
    expect(await count(sql`select sum(amount) as count from payments`)).toBe(audit.received['MGA']);
    expect(seeded.reversals).toBeGreaterThan(0);
    expect(await count(sql`select count(distinct refund_id) from payment_reversals`)).toBe(seeded.reversals);
    expect(await count(sql`select count(*) from payments_other`)).toBe(0);
    expect(await count(sql`select count(distinct tableoid) from payments`)).toBe(6);
  });

  it('has the totals of the dashboards', async () => {
    expect(await compareTotals(database.db, 'Indian/Antananarivo')).toMatchObject({ differing: 0, amount: 0 });
    expect(await count(sql`select sum(amount + reversed_amount) as count from collection_sums where period = 'year'`)).toBe(
      await count(sql`select sum(amount) as count from payments`),
    );
    expect(await count(sql`select count(*) from dashboard_stats`)).toBeGreaterThan(0);
  });

  it('keeps every key, index, reference and trigger of the schema, looked at again', async () => {
    expect(await catalogue(database)).toEqual(before);
  });

  it('has plates, numbers and addresses of the country, each once', async () => {
    const vehicles = await database.db.execute<{ plate: string; vin: string | null }>(sql`select plate, vin from vehicles`);
    expect(vehicles.filter(({ plate }) => !isPlate(plate, 'MG'))).toEqual([]);
    const vins = vehicles.flatMap(({ vin }) => vin ?? []);
    expect([new Set(vins).size, vins.filter((vin) => !/^[0-9A-HJ-NPR-Z]{17}$/.test(vin))]).toEqual([ORDER.vehicles, []]);
    const people = await database.db.execute<{ email: string; phone: string }>(
      sql`select email, phone from users where email like '%@courriel.example'`,
    );
    for (const { email, phone } of people) {
      expect(normaliseContact(email, 'MG')).toEqual({ channel: 'email', value: email });
      expect(normaliseContact(phone, 'MG')).toEqual({ channel: 'sms', value: phone });
    }
    expect(people.length).toBeGreaterThan(500);
  });

  it('has families, shops and companies, and seasons: half of the year’s payments come in its first month', async () => {
    const [fleets] = await database.db.execute<{ one: number; several: number; many: number }>(sql`
      select count(*) filter (where n = 1)::int as one, count(*) filter (where n between 2 and 20)::int as several, count(*) filter (where n > 20)::int as many
      from (select count(*) as n from vehicles group by owner_id) f`);
    expect(fleets?.one).toBeGreaterThan(600);
    expect(fleets?.several).toBeGreaterThan(100);
    expect(fleets?.many).toBeGreaterThan(0);
    const january = await count(
      sql`select count(*) from payments where extract(month from paid_at at time zone 'Indian/Antananarivo') = 1`,
    );
    expect(january / seeded.payments).toBeGreaterThan(0.5);
    // No office takes cash at night or on a Sunday.
    expect(
      await count(sql`select count(*) from cash_takings, lateral (select taken_at at time zone 'Indian/Antananarivo' as local) l
        where extract(isodow from local) = 7 or extract(hour from local) not between 8 and 16`),
    ).toBe(0);
  });

  it('has receipts whose signatures are good', async () => {
    const rows = await database.db.execute<{ text: string; signature: string }>(
      sql`select text, signature from receipts limit 50`,
    );
    const { publicKey } = createReceiptSigner(SIGNING_KEY);
    expect(rows.map(({ text, signature }) => verifyReceipt(publicKey, text, signature))).toEqual(rows.map(() => true));
  });

  it('shows which statements would walk through a table: bench:queries sees them', async () => {
    const watched = watchDatabase(database.url);
    try {
      const [plate] = await watched.statementsOf(() => findVehicleByPlate(watched.db, 'MG', '0001TA'));
      expect(plate && (await watched.walkedThrough(plate, 100))).toEqual([]);
      const walk = { text: 'select count(*) from vehicles where model = $1 and owner_id is not null', values: ['CLIO'] };
      expect(await watched.walkedThrough(walk, 100)).toEqual(['vehicles']);
      expect(await watched.walkedThrough(walk, 1_000_000)).toEqual([]);
    } finally {
      await watched.close();
    }
  });

  it('is not written over without --force', async () => {
    const again = seedCountry({ ...ORDER, url: database.url });
    await expect(again).rejects.toThrow(NotSeededError);
    await expect(again).rejects.toThrow(/not empty: 2000 vehicles.*--force/s);
    expect(await count(sql`select count(*) from payments`)).toBe(seeded.payments);
  });

  it('signs people in: cookies of real sessions, those first who have a tax to pay', async () => {
    const stack = { publicOrigin: 'http://localhost:4870', authSecret: 'a secret of more than 32 characters' };
    const sessions = await prepareSessions(database.db, { ...stack, count: 50, fiscalYear: 2026 });
    const key = deriveKey(stack.authSecret, 'session-cookie').toString('base64url');
    const cookie = createSessionCookie({ publicOrigin: stack.publicOrigin, key });
    for (const session of sessions) expect(cookie.read(session.cookie)?.sessionId).toBe(session.sessionId);
    const citizens = sessions.filter(({ role }) => role === 'citizen');
    expect([citizens.length, citizens.filter(({ plate }) => plate === null)]).toEqual([50, []]);
    expect(new Set(sessions.map(({ role }) => role))).toEqual(new Set(['citizen', 'agent', 'supervisor']));
    const tokens = sessions.map((session) => cookie.read(session.cookie)?.token ?? '');
    expect(await count(sql`select count(*) from sessions where token = any(${sql.param(tokens)}::text[])`)).toBe(sessions.length);
  });
});

it('the same holds of the other countries', async () => {
  await Promise.all(
    (['MA', 'BJ'] as const).map(async (country) => {
      const other = await createTestDatabase(2);
      try {
        const { payments } = await seedCountry({ ...ORDER, country, vehicles: 200, owners: 120, url: other.url });
        expect((await auditLedger(other.db)).faults).toEqual([]);
        expect(payments).toBeGreaterThan(200);
        const rows = await other.db.execute<{ plate: string }>(sql`select plate from vehicles`);
        expect(rows.filter(({ plate }) => !isPlate(plate, country))).toEqual([]);
        const people = await other.db.execute<{ phone: string }>(sql`select phone from users where phone is not null`);
        const region = countryOf(country).phoneRegion;
        expect(people.filter(({ phone }) => normaliseContact(phone, region)?.channel !== 'sms')).toEqual([]);
      } finally {
        await other.drop();
      }
    }),
  );
});

it('killed in the middle it leaves nothing of the country, and is run again; --force begins anew', async () => {
  const other = await createTestDatabase(2);
  try {
    const script = fileURLToPath(new URL('./seed.ts', import.meta.url));
    const environment = { ...process.env, DATABASE_URL: other.url, DATABASE_DIRECT_URL: other.url };
    const child = spawn(process.execPath, ['--import', 'tsx', script, '--vehicles', '3000'], { env: environment });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await until(() => said.includes('payment_items: '), { timeoutMs: 30_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    // The server ends the transaction when it finds the connection gone.
    const order = { ...ORDER, url: other.url, vehicles: 100, owners: 60 };
    const first = await until(
      () =>
        seedCountry(order).catch((error: unknown) => {
          if (error instanceof NotSeededError && error.message.includes('under way')) return null;
          throw error;
        }),
      { timeoutMs: 20_000 },
    );
    expect((await auditLedger(other.db)).faults).toEqual([]);
    const second = await seedCountry({ ...order, force: true });
    expect(second.payments).toBe(first.payments);
    expect((await auditLedger(other.db)).receipts).toBe(first.payments);
  } finally {
    await other.drop();
  }
}, 60_000);
