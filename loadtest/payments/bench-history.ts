import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { itemsOf } from '#db/payments.repository.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import { createPaymentsFixture, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';

// `npm run bench:history`: how long the list of a person's payments takes who pays for 50 vehicles in each of five years, one payment
// a tax (250 payments, each booked with its receipt), among those of others. From the use-case to the bytes that are sent.
const YEARS = 5;
const VEHICLES = 50;
const OTHERS = 4_000;
const RUNS = 200;
const WARM_UP = 20;

/** Seeds and books payments of people with so many each; answers one of the payers. */
async function book(fixture: PaymentsFixture, count: number, each: number): Promise<string> {
  const { db } = fixture.database;
  const payer = await fixture.addUser();
  const { items: priced } = await fixture.payments.start(payer, await fixture.order(payer));
  const seeded = await seedVehicles(db, count, each);
  const ids = await seedPending(db, seeded, priced[0]?.lines ?? [], fixture.clock());
  const poster = createPoster({ db, logger: silentLogger(), onCommit: () => undefined });
  const posted = await Promise.all(
    ids.map(async (id) => {
      const items = await itemsOf(db, id);
      const given = { providerReference: `T-${id}`, items, at: fixture.clock(), timeZone: 'Indian/Antananarivo' };
      return poster.post(prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given));
    }),
  );
  if (!posted.every(Boolean)) throw new Error('not all of it was booked');
  return seeded[0]?.userId ?? '';
}

const services = await startServices({ directory: path.join(localDirectory, 'bench-history') });
try {
  Object.assign(process.env, services.env);
  const fixture = await createPaymentsFixture();
  try {
    await book(fixture, OTHERS, 2);
    const owner = await book(fixture, YEARS * VEHICLES, YEARS * VEHICLES);
    await fixture.database.db.execute(sql`vacuum analyze`);
    const took: number[] = [];
    let bytes = 0;
    for (let run = 0; run < WARM_UP + RUNS; run += 1) {
      const began = performance.now();
      const history = await fixture.payments.history(owner);
      bytes = Buffer.byteLength(JSON.stringify(history));
      if (run >= WARM_UP) took.push(performance.now() - began);
      if (history.payments.length !== YEARS * VEHICLES) throw new Error('not all of the payments are listed');
    }
    took.sort((a, b) => a - b);
    const at = (share: number): number => Number((took[Math.floor(took.length * share)] ?? NaN).toFixed(1));
    const results = { payments: YEARS * VEHICLES, bytes, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
    console.table([results]);
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    const conditions = {
      cores: os.availableParallelism(),
      runs: RUNS,
      warmUp: WARM_UP,
      oneAfterAnother: true,
      paymentsOfOthers: OTHERS,
    };
    writeFileSync(path.join(folder, 'history.json'), `${JSON.stringify({ conditions, results }, null, 2)}\n`);
  } finally {
    await fixture.close();
  }
} finally {
  await services.stop();
}
