import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { itemsOfEach } from '#db/payments.repository.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess, type Success } from '#server/payments/posting.ts';
import { createPaymentsFixture, type PaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { measureBareInserts } from './bare-inserts.ts';
import { measureEndToEnd } from './end-to-end.ts';
import { measureScreens } from './screens.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';

// `npm run bench:payments`: how many confirmations are posted a second (ledger, receipt, outbox), beside what the same database does of bare
// inserts; how long from the commit to the citizen's screen; how long from an order to it. A Postgres and Redis of its own, which write as
// for tests (no fsync), for both sides of the comparison alike. Signatures are made before the clock starts. The books are proved after.
const FLEET = 600;
const IN_PARALLEL = [1, 8, 32] as const;
const SCREENS = { perSecond: 200, seconds: 10 };
type Owners = 'ordinary' | 'fleet of 600';

async function successes(
  fixture: PaymentsFixture,
  lines: readonly AssessmentLine[],
  owners: Owners,
  count: number,
): Promise<Success[]> {
  const { db } = fixture.database;
  const seeded = await seedVehicles(db, count, owners === 'ordinary' ? 1 : FLEET);
  const ids = await seedPending(db, seeded, lines, fixture.clock());
  const items = await itemsOfEach(db, ids);
  return ids.map((id) => {
    const given = {
      providerReference: `T-${id}`,
      items: items.get(id) ?? [],
      at: fixture.clock(),
      timeZone: 'Indian/Antananarivo',
    };
    return prepareSuccess(fixture.signer, { id, currency: 'MGA' }, given);
  });
}

/** `inParallel`: so many who each wait for theirs before they come with the next; null: the worker has all of them at once. */
async function measurePosting(fixture: PaymentsFixture, ready: readonly Success[], inParallel: number | null): Promise<number> {
  const { db } = fixture.database;
  await db.execute(sql`vacuum analyze`);
  const poster = createPoster({ db, logger: silentLogger(), onCommit: () => undefined });
  const left = [...ready];
  const postOneByOne = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) if (!(await poster.post(next))) throw new Error('it was booked before');
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inParallel ?? ready.length }, postOneByOne));
  return Math.round(ready.length / ((performance.now() - began) / 1_000));
}

const load = (): number[] => os.loadavg().map((one) => Number(one.toFixed(2)));
const services = await startServices({ directory: path.join(localDirectory, 'bench-payments') });
try {
  Object.assign(process.env, services.env);
  const loadBefore = load();
  const fixture = await createPaymentsFixture();
  try {
    const payer = await fixture.addUser();
    const { items: priced } = await fixture.payments.start(payer, await fixture.order(payer));
    const lines = priced[0]?.lines ?? [];
    // What a Postgres that has just begun still has to learn is not measured.
    await measurePosting(fixture, await successes(fixture, lines, 'ordinary', 2_000), null);
    const posting = [];
    for (const owners of ['ordinary', 'fleet of 600'] as const) {
      for (const inParallel of [...IN_PARALLEL, null]) {
        const count = inParallel === 1 ? 600 : inParallel === null ? 8_000 : 3_000;
        const perSecond = await measurePosting(fixture, await successes(fixture, lines, owners, count), inParallel);
        posting.push({ owners, inParallel: inParallel ?? 'worker in batches', payments: count, perSecond });
      }
    }
    console.table(posting);
    const bare = [];
    for (const inParallel of IN_PARALLEL)
      bare.push({
        inParallel,
        perSecond: await measureBareInserts(fixture.database.db, inParallel, inParallel === 1 ? 2_000 : 8_000),
      });
    console.table(bare);
    const screens = await measureScreens(lines, SCREENS.perSecond, SCREENS.seconds);
    console.table([screens]);
    const endToEnd = [
      { owners: 'ordinary', ...(await measureEndToEnd(fixture, services.env, { payments: 600, each: 1 })) },
      { owners: 'fleet of 600', ...(await measureEndToEnd(fixture, services.env, { payments: 600, each: FLEET })) },
    ];
    console.table(endToEnd);
    const { faults, settlements, receipts } = await auditLedger(fixture.database.db);
    if (faults.length > 0) throw new Error(`the books do not agree: ${JSON.stringify(faults)}`);
    console.log(`${settlements} settlements, ${receipts} receipts: the books agree`);
    const conditions = {
      ...{
        at: new Date().toISOString(),
        cores: os.availableParallelism(),
        cpu: os.cpus()[0]?.model,
        loadBefore,
        loadAtTheEnd: load(),
      },
      ...{ processes: 1, postgres: 'without fsync', provider: 'answers at once', books: 'proved after' },
    };
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'payments.json'),
      `${JSON.stringify({ conditions, posting, bare, screens, endToEnd }, null, 2)}\n`,
    );
  } finally {
    await fixture.close();
  }
} finally {
  await services.stop();
}
