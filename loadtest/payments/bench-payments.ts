import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { auditLedger } from '#db/ledger-audit.ts';
import { outbox } from '#db/schema/platform.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { startStack } from '#deploy/local/stack.ts';
import { createPaymentsFixture } from '#server/payments/testing/payments-fixture.ts';
import { machine } from '../machine.ts';
import { measureBareInserts } from './bare-inserts.ts';
import { measureEndToEnd } from './end-to-end.ts';
import { FLEET, measurePosting } from './posting.ts';
import { measureScreens } from './screens.ts';

// `npm run bench:payments`: how many confirmations are posted a second (signature, ledger, receipt, outbox), beside what the same database
// does of bare inserts; how long from an order to its receipt; how long from the commit to the citizen's screen through the whole stack. A
// Postgres and Redis of its own, begun with nothing; Postgres waits for the disk at each commit, for all sides alike. The books are proved after.
const IN_PARALLEL = [1, 8, 32] as const;
const SCREENS = { perSecond: 200, seconds: Number(process.env['BENCH_SECONDS'] ?? 60) };
const ROUNDS = 3;
const countOf = (inParallel: number | null): number => (inParallel === null ? 8_000 : inParallel === 1 ? 500 : 3_000);

/** The machine may be busy with something else for a while: the middle one of some rounds, and all of them. */
async function inRounds(measure: () => Promise<number>): Promise<{ perSecond: number; rounds: string }> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure());
  const sorted = [...rounds].sort((a, b) => a - b);
  return { perSecond: sorted[Math.floor(ROUNDS / 2)] ?? NaN, rounds: rounds.join(' ') };
}

const directory = path.join(localDirectory, 'bench-payments');
const services = await startServices({ directory, inEarnest: true });
try {
  Object.assign(process.env, services.env);
  const [at, before] = [new Date().toISOString(), machine()];
  const fixture = await createPaymentsFixture();
  try {
    const { db } = fixture.database;
    const payer = await fixture.addUser();
    const { items: priced } = await fixture.payments.start(payer, await fixture.order(payer));
    const lines = priced[0]?.lines ?? [];
    // What a Postgres that has just begun still has to learn is not measured.
    await measurePosting(fixture, lines, { each: 1, count: 2_000, inParallel: null });
    await measureBareInserts(db, 8, 2_000);
    const posting = [];
    for (const each of [1, FLEET]) {
      for (const inParallel of [...IN_PARALLEL, null]) {
        const owners = each === 1 ? 'ordinary' : `fleet of ${each}`;
        const wanted = { each, count: countOf(inParallel), inParallel };
        const rounds = await inRounds(() => measurePosting(fixture, lines, wanted));
        posting.push({ owners, inParallel: inParallel ?? 'worker in batches', payments: wanted.count, ...rounds });
      }
    }
    console.table(posting);
    const bareInserts = [];
    for (const inParallel of IN_PARALLEL)
      bareInserts.push({
        ...{ inParallel, rows: 2 * countOf(inParallel) },
        ...(await inRounds(() => measureBareInserts(db, inParallel, 2 * countOf(inParallel)))),
      });
    console.table(bareInserts);
    // Nobody was there to tell of what was booked until now, and nobody waits for it.
    await db.delete(outbox);
    const endToEnd = [];
    for (const each of [1, FLEET])
      endToEnd.push({
        owners: each === 1 ? 'ordinary' : `fleet of ${each}`,
        ...(await measureEndToEnd(fixture, services.env, { payments: 600, each })),
      });
    console.table(endToEnd);
    const { faults, settlements, receipts } = await auditLedger(db);
    if (faults.length > 0) throw new Error(`the books do not agree: ${JSON.stringify(faults)}`);
    console.log(`${settlements} settlements, ${receipts} receipts: the books agree`);

    const stack = await startStack({ directory: `${directory}-stack`, environment: services.env });
    const screens = await measureScreens(stack, fixture.signer, lines, SCREENS).finally(() => stack.stop());
    console.table([screens]);
    const conditions = {
      ...{
        at,
        machine: before,
        loadAtTheEnd: machine().load,
        postgres: 'waits for the disk at each commit',
        books: 'proved after',
      },
      posting: 'one process, as the worker does it, with the signature; in parallel: so many who each wait for theirs',
      bareInserts: 'one row of three columns, inserted and committed on its own; so many in parallel, a connection each',
      endToEnd: `one process with relay and queues; ${endToEnd[0]?.atOnce} on their way at once; the provider answers at once`,
      screens:
        'outbox row written → store of the page, through relay, Redis, 2 nodes, 2 HAProxy; workers, poster and pages on the same cores',
    };
    const results = { conditions, posting, bareInserts, endToEnd, screens };
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'payments.json'), `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await fixture.close();
  }
} finally {
  await services.stop();
}
