import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql, type SQL } from 'drizzle-orm';
import { connectDatabase, type Db } from '#db/connect.ts';
import { readHistory, readPayment } from '#db/payment-views.repository.ts';
import { itemsOf } from '#db/payments.repository.ts';
import { readPlateState } from '#db/paid-taxes.repository.ts';
import { findByReference } from '#db/register-search.repository.ts';
import { readVehicleFile } from '#db/vehicle-file.repository.ts';
import { widenScope, withScope, type DataScope } from '#db/scope.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import { createPaymentsService } from '#server/payments/payments.service.ts';
import { createScriptedProvider } from '#server/payments/testing/scripted-provider.ts';
import { providersOf } from '#server/payments/providers/providers.service.ts';
import { createCashService } from '#server/tills/cash.service.ts';
import { createTillsFixture, type TillsFixture } from '#server/tills/testing/tills-fixture.ts';
import type { StartPayment } from '#shared/contracts/payments.ts';
import type { TakeCash } from '#shared/contracts/tills.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { machine } from '../machine.ts';
import { seedPending, seedVehicles } from '../payments/seed-intents.ts';

// `npm run bench:wall`: what row-level security costs. The same repositories and use-cases on the same rows, turn about: once as the owner
// of the tables, whom no policy binds and no scope is set for, once as a node connects. What is compared is the middle of the ratios.
const PAYMENTS = 20_000;
const OWN = 250;
const RUNS = 300;
const WRITES = 150;
const WARM_UP = 30;

type Work = (db: Db) => Promise<unknown>;

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const round = (value: number): number => Number(value.toFixed(3));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Turn about, so that whatever else the machine does slows both. */
async function compare(runs: number, bare: () => Promise<unknown>, walled: () => Promise<unknown>) {
  const [before, after, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < WARM_UP + runs; run += 1) {
    const first = run % 2 === 0;
    const a = await timed(first ? bare : walled);
    const b = await timed(first ? walled : bare);
    const [one, other] = first ? [a, b] : [b, a];
    if (run < WARM_UP) continue;
    before.push(one);
    after.push(other);
    ratios.push(other / one);
  }
  return { withoutMs: round(median(before)), withMs: round(median(after)), ratio: round(median(ratios)) };
}

/** Books payments of people with so many each; answers one of the payers. */
async function book(fixture: TillsFixture, count: number, each: number) {
  const { db } = fixture.database;
  const payer = await fixture.addUser();
  const { items: priced } = await fixture.payments.start(payer, await fixture.order(payer));
  const seeded = await seedVehicles(db, count, each);
  const ids = await seedPending(db, seeded, priced[0]?.lines ?? [], fixture.clock());
  const poster = createPoster({ db, logger: silentLogger(), onCommit: () => undefined });
  for (let from = 0; from < ids.length; from += 1_000)
    await Promise.all(
      ids.slice(from, from + 1_000).map(async (id) => {
        const items = await itemsOf(db, id);
        const given = { providerReference: `T-${id}`, items, at: fixture.clock(), timeZone: 'Indian/Antananarivo' };
        return poster.post(prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given));
      }),
    );
  return { payer: seeded[0]?.userId ?? '', vehicle: seeded[0], paymentId: ids[0] ?? '', ids };
}

/** Tables that a node's own plan of these walks through, whatever the policies add. */
async function walks(db: Db, scope: DataScope, statements: readonly SQL[]): Promise<string[]> {
  const found: string[] = [];
  for (const statement of statements) {
    const plan = await withScope(scope, () =>
      db.transaction((tx) => tx.execute<{ 'QUERY PLAN': string }>(sql`explain ${statement}`)),
    );
    for (const { 'QUERY PLAN': line } of plan) if (/Seq Scan/.test(line)) found.push(line.trim());
  }
  return found;
}

const services = await startServices({ directory: path.join(localDirectory, 'bench-wall') });
try {
  Object.assign(process.env, services.env);
  const fixture = await createTillsFixture();
  const open = (role?: 'server') =>
    connectDatabase({ url: fixture.database.url, max: 4, applicationName: 'bench-wall', prepared: true, ...(role && { role }) });
  const [owner, server] = [open(), open('server')];
  try {
    await book(fixture, PAYMENTS, 2);
    const { payer, vehicle, paymentId } = await book(fixture, OWN, OWN);
    await fixture.database.db.execute(sql`vacuum analyze`);
    const plate = { country: 'MG', plate: vehicle?.plate ?? '' };
    const citizen: DataScope = { actor: 'citizen', userId: payer };
    const agent = (): DataScope => ({ actor: 'staff', reach: 'office', ...fixture.fanja, role: 'agent' });
    const [{ reference } = { reference: '' }] = await fixture.database.db.execute<{ reference: string }>(
      sql`select reference from receipts limit 1 offset ${PAYMENTS / 2}`,
    );
    const since = new Date('2021-01-01');
    const both = (runs: number, scope: () => DataScope, work: Work) =>
      compare(
        runs,
        () => work(owner.db),
        () => withScope(scope(), () => work(server.db)),
      );
    const wide =
      (work: Work): Work =>
      (db) => {
        widenScope();
        return work(db);
      };

    const started = (db: Db) => {
      const deps = { db, notifier: { wake: () => undefined }, clock: fixture.clock, country: madagascar, logger: silentLogger() };
      return createPaymentsService({ ...deps, providers: providersOf({ mtn_momo: createScriptedProvider() }) });
    };
    const cashOf = (db: Db) =>
      createCashService({ db, notifier: { wake: () => undefined }, clock: fixture.clock, country: madagascar });
    const [starts, cash] = [
      new Map([owner.db, server.db].map((db) => [db, started(db)])),
      new Map([owner.db, server.db].map((db) => [db, cashOf(db)])),
    ];
    const till = await fixture.opened(fixture.fanja);
    const orders: TakeCash[] = [];
    for (let n = 0; n < 2 * (WRITES + WARM_UP); n += 1) orders.push(await fixture.orderFor(till));
    const buyer = await fixture.addUser();
    const buys: StartPayment[] = [];
    for (let n = 0; n < 2 * (WRITES + WARM_UP); n += 1) buys.push(await fixture.order(buyer));

    const results = {
      vehicleByPlate: await both(
        RUNS,
        () => ({ actor: 'nobody' }),
        (db) => readPlateState(db, plate, 2026),
      ),
      onePayment: await both(
        RUNS,
        () => citizen,
        (db) => readPayment(db, paymentId),
      ),
      historyOf250: await both(
        RUNS,
        () => citizen,
        (db) => readHistory(db, payer, since),
      ),
      receiptByReference: await both(
        RUNS,
        agent,
        wide((db) => findByReference(db, reference)),
      ),
      vehicleFile: await both(
        RUNS,
        agent,
        wide((db) => db.transaction((tx) => readVehicleFile(tx, vehicle?.id ?? '', fixture.clock()))),
      ),
      startAPayment: await both(
        WRITES,
        () => ({ actor: 'citizen', userId: buyer }),
        (db) => {
          const order = buys.pop();
          return order ? Promise.resolve(starts.get(db)?.start(buyer, order)) : Promise.reject(new Error('too few orders'));
        },
      ),
      takeCash: await both(WRITES, agent, (db) => {
        const order = orders.pop();
        return order ? Promise.resolve(cash.get(db)?.take(fixture.fanja, order)) : Promise.reject(new Error('too few orders'));
      }),
    };
    console.table(results);
    const walked = await walks(server.db, citizen, [
      sql`select * from payment_intents where payer_id = ${payer} and created_at >= ${since.toISOString()}::timestamptz order by created_at desc limit 500`,
      sql`select * from payment_items where intent_id = ${paymentId}`,
      sql`select * from payments where vehicle_id = ${vehicle?.id ?? ''} and fiscal_year = 2026`,
      sql`select * from receipts where reference = ${reference}`,
      sql`select * from receipt_references where reference like ${`${reference.slice(0, 8)}%`}`,
      sql`select * from documents where user_id = ${randomUUID()}`,
      sql`select * from document_pages where document_id = ${randomUUID()}`,
      sql`select * from till_sessions t where t.id = ${till.id}`,
    ]);
    console.log(walked.length > 0 ? `walked through: ${walked.join('; ')}` : 'no table of any size is walked through');
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    const conditions = { ...machine(), payments: PAYMENTS + OWN, runs: RUNS, writes: WRITES, warmUp: WARM_UP, turnAbout: true };
    writeFileSync(path.join(folder, 'wall.json'), `${JSON.stringify({ conditions, results, walked }, null, 2)}\n`);
  } finally {
    await Promise.all([owner.close(), server.close()]);
    await fixture.close();
  }
} finally {
  await services.stop();
}
