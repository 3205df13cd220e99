import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { itemsOf } from '#db/payments.repository.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess, type Success } from '#server/payments/posting.ts';
import { createPaymentsFixture, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { measureEndToEnd } from './end-to-end.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';

// `npm run bench:payments`: how many payments are booked a second, alone and together, and how long it takes from an order to the screen.
// A Postgres and Redis of its own; the provider answers at once; signatures are made before the clock starts. The books are proved after.
const FLEET = 600;
/** Transactions under way at once, of one process, when each payment has its own: as the workers had before. */
const SINGLE_LANES = 4;
const quiet = silentLogger();

interface Case {
  owners: 'ordinary' | 'fleet of 600';
  how: 'single' | 'batched';
  series: number;
}

async function successes(fixture: PaymentsFixture, { owners, series }: Case, count: number): Promise<Success[]> {
  const { db } = fixture.database;
  const payer = await fixture.addUser();
  const { items: priced } = await fixture.payments.start(payer, await fixture.order(payer));
  const seeded = await seedVehicles(db, count, owners === 'ordinary' ? 1 : FLEET);
  const ids = await seedPending(db, seeded, priced[0]?.lines ?? [], fixture.clock());
  const ready: Success[] = [];
  for (const [index, id] of ids.entries()) {
    const given = {
      providerReference: `T-${id}`,
      items: await itemsOf(db, id),
      at: fixture.clock(),
      timeZone: 'Indian/Antananarivo',
    };
    ready.push({ ...prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given), series: `B${index % series}` });
  }
  return ready;
}

async function measurePosting(fixture: PaymentsFixture, one: Case) {
  const count = one.owners === 'ordinary' && one.how === 'batched' ? 2_000 : FLEET;
  const ready = await successes(fixture, one, count);
  await fixture.database.db.execute(sql`vacuum analyze`);
  const [lanes, maxBatch] = one.how === 'single' ? [SINGLE_LANES, 1] : [1, 50];
  const posters = Array.from({ length: lanes }, () =>
    createPoster({ db: fixture.database.db, logger: quiet, onCommit: () => undefined, maxBatch }),
  );
  const began = performance.now();
  const posted = await Promise.all(
    posters.flatMap((poster, lane) => ready.filter((_, index) => index % lanes === lane).map((success) => poster.post(success))),
  );
  const seconds = (performance.now() - began) / 1_000;
  if (!posted.every(Boolean)) throw new Error('not all of it was booked');
  return { ...one, payments: count, perSecond: Math.round(count / seconds) };
}

const services = await startServices({ directory: path.join(localDirectory, 'bench-payments') });
try {
  Object.assign(process.env, services.env);
  const fixture = await createPaymentsFixture();
  try {
    const posting = [];
    for (const owners of ['ordinary', 'fleet of 600'] as const)
      for (const series of [1, 4, 8])
        for (const how of ['single', 'batched'] as const) posting.push(await measurePosting(fixture, { owners, how, series }));
    console.table(posting);
    const [one, fleet] = [
      await measureEndToEnd(fixture, services.env, { payments: 600, each: 1 }),
      await measureEndToEnd(fixture, services.env, { payments: 600, each: FLEET }),
    ];
    const endToEnd = [
      { owners: 'ordinary', ...one },
      { owners: 'fleet of 600', ...fleet },
    ];
    console.table(endToEnd);
    const { faults, settlements, receipts } = await auditLedger(fixture.database.db);
    if (faults.length > 0) throw new Error(`the books do not agree: ${JSON.stringify(faults)}`);
    console.log(`${settlements} settlements, ${receipts} receipts: the books agree`);
    const conditions = {
      ...{
        cores: os.availableParallelism(),
        cpu: os.cpus()[0]?.model,
        loadAtTheEnd: os.loadavg().map((load) => Number(load.toFixed(2))),
      },
      ...{ singleLanes: SINGLE_LANES, maxBatch: 50, processes: 1, provider: 'answers at once', books: 'proved after' },
    };
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'payments.json'), `${JSON.stringify({ conditions, posting, endToEnd }, null, 2)}\n`);
  } finally {
    await fixture.close();
  }
} finally {
  await services.stop();
}
