import { connectDatabase } from '#db/connect.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createAlarmWatch } from '../watch.service.ts';

/** A watch in a process of its own that dies when everything is written and nothing committed. */
const url = process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_URL is not set');
const { db } = connectDatabase({ url, max: 2, applicationName: 'watch-under-test' });
const transaction = db.transaction.bind(db);
db.transaction = (work: Parameters<typeof transaction>[0]) =>
  transaction(async (tx) => {
    await work(tx);
    process.kill(process.pid, 'SIGKILL');
    return new Promise<never>(() => undefined);
  });
const at = new Date(process.env['NOW'] ?? '');
await createAlarmWatch({
  ...{ db, logger: silentLogger(), notifier: { wake: () => undefined }, clock: () => at },
  measures: { 'outbox.parked': () => Promise.resolve([{ subject: '', value: 3 }]) },
}).look();
