import { sql } from 'drizzle-orm';
import { connectDatabase } from '#db/connect.ts';
import { itemsOfEach } from '#db/payments.repository.ts';
import { createPoster } from '#server/payments/poster.ts';
import { prepareSuccess } from '#server/payments/posting.ts';
import { testSigner } from '#server/payments/testing/payments-fixture.ts';
import type { AssessmentLine } from '#shared/contracts/tax.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { OUTBOX_CHANNEL, createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { seedPending, seedVehicles } from '../payments/seed-intents.ts';

/**
 * A worker that books what providers confirm, in a process of its own, by the real posting: `SECONDS` long `PER_SECOND`, each at its moment
 * whether or not those before are done. Tells its parent when it is ready, begins on its word, and tells how long it took, in seconds.
 */
const env = (name: string): string => process.env[name] ?? '';
const [perSecond, seconds] = [Number(env('PER_SECOND')), Number(env('SECONDS'))];
const { db, close } = connectDatabase({ url: env('DATABASE_URL'), max: 6, applicationName: 'posting', prepared: true });
const logger = silentLogger();
const signer = testSigner();
const lines = JSON.parse(env('LINES')) as AssessmentLine[];
const seeded = await seedVehicles(db, perSecond * seconds, 20);
const ids = await seedPending(db, seeded, lines, new Date());
const items = await itemsOfEach(db, ids);
await db.execute(sql`vacuum analyze`);
const notifier = createOutboxNotifier({ notify: () => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`), logger });
const poster = createPoster({ db, logger, onCommit: () => notifier.wake() });

async function post(id: string): Promise<void> {
  const given = { providerReference: `T-${id}`, items: items.get(id) ?? [], at: new Date(), timeZone: madagascar.timeZone };
  await poster.post(prepareSuccess(signer, { id, currency: madagascar.currency.code }, given));
}
process.once('message', () => {
  const began = Date.now();
  const posted = ids.map(async (id, index) => {
    await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / perSecond));
    return post(id);
  });
  void Promise.all(posted).then(async () => {
    process.send?.({ took: (Date.now() - began) / 1_000 });
    await close();
    process.disconnect();
  });
});
process.send?.('ready');
