import { fork } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { connectDatabase, type Db } from '#db/connect.ts';
import { auditLedger } from '#db/ledger-audit.ts';
import { itemsOfEach } from '#db/payments.repository.ts';
import type { RunningStack } from '#deploy/local/stack.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import type { ReceiptSigner } from '#shared/node/receipt-signer.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createOutboxNotifier, OUTBOX_CHANNEL } from '#shared/node/outbox-notifier.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { percentilesOf } from './percentiles.ts';
import { signIn } from './people.ts';
import { seedPending, seedVehicles } from './seed-intents.ts';
import type { Shown, Watchers } from './screens-process.ts';

/** Payments that each citizen watches. */
const EACH = 20;
const LAST_SHOWN_WITHIN_MS = 60_000;

/**
 * From the commit of a posting until the store of the citizen's page has it, while so many are confirmed a second, each at its moment
 * whether or not those before have arrived. Through the whole stack: its database, relay, Redis, nodes, balancers; its workers draw the
 * receipts and make the notices meanwhile. Posted by this process as by the payments' worker, shown by pages in another process.
 * Counted from the writing of the outbox row, which is a moment before the commit, by the clock of the machine. Milliseconds.
 */
export async function measureScreens(
  stack: RunningStack,
  signer: ReceiptSigner,
  lines: readonly AssessmentLine[],
  { perSecond, seconds }: { perSecond: number; seconds: number },
) {
  const database = connectDatabase({
    ...{ url: stack.env['DATABASE_URL'] ?? '', max: 6, applicationName: 'bench-posting', prepared: true },
  });
  const { db } = database;
  const pages = fork(new URL('./screens-process.ts', import.meta.url), [], { execArgv: ['--import', 'tsx'] });
  const answer = async (): Promise<unknown> => ((await once(pages, 'message')) as [unknown])[0];
  try {
    const seeded = await seedVehicles(db, perSecond * seconds, EACH);
    const ids = await seedPending(db, seeded, lines, new Date());
    const items = await itemsOfEach(db, ids);
    const topics = new Map<string, string[]>();
    for (const [index, id] of ids.entries()) {
      const userId = seeded[index]?.userId ?? '';
      topics.set(userId, [...(topics.get(userId) ?? []), topicOf('payment', id)]);
    }
    const cookies = await signIn(db, stack, [...topics.keys()]);
    const people = [...topics].map(([userId, own]) => ({ cookie: cookies.get(userId) ?? '', topics: own }));
    pages.send({ watch: { origin: stack.origin, people } satisfies Watchers });
    const opened = await answer();
    if (opened !== 'ready') throw new Error(`the pages were not opened: ${JSON.stringify(opened)}`);
    await db.execute(sql`vacuum analyze`);

    const logger = silentLogger();
    const notify = (): Promise<unknown> => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`);
    const notifier = createOutboxNotifier({ notify, logger });
    const poster = createPoster({ db, logger, onCommit: () => notifier.wake() });
    const began = performance.now();
    await Promise.all(
      ids.map(async (id, index) => {
        await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / perSecond));
        const given = {
          ...{ providerReference: `T-${id}`, items: items.get(id) ?? [], at: new Date(), timeZone: madagascar.timeZone },
        };
        await poster.post(prepareSuccess(signer, { id, currency: madagascar.currency.code }, given));
      }),
    );
    const took = (performance.now() - began) / 1_000;
    const shown = await allShown(ids.length);
    const written = await writtenAt(db, ids);
    const { faults } = await auditLedger(db);
    if (faults.length > 0) throw new Error(`the books do not agree: ${JSON.stringify(faults)}`);
    const delays = ids.map((id) => (shown[topicOf('payment', id)] ?? NaN) - (written.get(id) ?? NaN));
    return {
      ...{ asked: perSecond, perSecond: Math.round(ids.length / took), seconds: Math.round(took), payments: ids.length },
      ...{ pages: people.length, ...percentilesOf(delays) },
    };
  } finally {
    pages.disconnect();
    await database.close();
  }

  async function allShown(count: number): Promise<Shown> {
    const until = Date.now() + LAST_SHOWN_WITHIN_MS;
    for (;;) {
      pages.send('tell');
      const told = (await answer()) as { shown?: Shown; error?: string };
      if (told.error) throw new Error(told.error);
      const shown = told.shown ?? {};
      if (Object.keys(shown).length === count) return shown;
      if (Date.now() > until) throw new Error(`${Object.keys(shown).length} of ${count} are shown`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** When the row that tells of each was written, by the database's clock. */
async function writtenAt(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.execute<{ id: string; at: number }>(sql`
    select payload->>'paymentId' as id, extract(epoch from created_at)::float8 * 1000 as at from outbox
    where name = 'payment.succeeded' and payload->>'paymentId' = any(${sql.param([...ids])}::text[])`);
  return new Map(rows.map(({ id, at }) => [id, at]));
}
