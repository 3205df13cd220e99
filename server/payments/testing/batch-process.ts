import { connectDatabase } from '#db/connect.ts';
import { findIntent, itemsOf } from '#db/payments.repository.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createPoster } from '../poster.ts';
import { prepareSuccess } from '../posting.ts';
import { testSigner } from './payments-fixture.ts';

/**
 * A process that posts the payments of its arguments, in batches of seven, in their order. With `KILL_AFTER_COMMITS` it kills itself with
 * SIGKILL after so many. Exits with 1 when one cannot be posted.
 */
const [url, now, killAfter] = [process.env['DATABASE_URL'], process.env['NOW'], Number(process.env['KILL_AFTER_COMMITS'] ?? 0)];
if (!url || !now) throw new Error('DATABASE_URL and NOW are needed');
const { db } = connectDatabase({ url, max: 3, applicationName: 'batch-process' });
let commits = 0;
const poster = createPoster({
  db,
  logger: silentLogger(),
  maxBatch: 7,
  onCommit: () => {
    commits += 1;
    if (killAfter > 0 && commits >= killAfter) process.kill(process.pid, 'SIGKILL');
  },
});
const signer = testSigner();
const outcomes = await Promise.allSettled(
  process.argv.slice(2).map(async (id) => {
    const intent = await findIntent(db, id);
    if (!intent) throw new Error(`no intent ${id}`);
    const given = { items: await itemsOf(db, id), at: new Date(now), timeZone: 'Indian/Antananarivo' };
    return poster.post(prepareSuccess(signer, intent, { ...given, providerReference: `T-${id}` }));
  }),
);
const failed = outcomes.find(({ status }) => status === 'rejected');
if (failed) console.error(failed);
process.exit(failed ? 1 : 0);
