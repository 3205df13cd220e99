// `npm run reconcile -- <provider> <file> [day]`: brings a provider's statement; the workers read it. Exit code 1 when something differs.
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { connectDatabase } from '#db/connect.ts';
import { findReconciliation } from '#db/reconciliation.repository.ts';
import { countDifferences, countOfDifferences } from '#db/reconciliation-views.repository.ts';
import { ProviderCode } from '#shared/contracts/payments.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { ImportQuery } from '#shared/contracts/reconciliation.ts';
import { commonSettings, ConfigError, readConfig } from '#shared/node/config.ts';
import { createLogger } from '#shared/node/logger.ts';
import { createObjectStore, objectStoreOptions } from '#shared/node/object-store.ts';
import { createOutboxNotifier, OUTBOX_CHANNEL } from '#shared/node/outbox-notifier.ts';
import { createStatementImport } from '#server/payments/reconciliation/statement-import.service.ts';

const USAGE = `npm run reconcile -- <${ProviderCode.options.join(' | ')}> <file> [day, YYYY-MM-DD; else in the file's name]`;

const { DATABASE_URL, S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = commonSettings;
const SETTINGS = { DATABASE_URL, S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };

async function main(): Promise<number> {
  const [provider, file = '', given] = process.argv.slice(2);
  const day = given ?? /\d{4}-\d\d-\d\d/.exec(path.basename(file))?.[0];
  const query = ImportQuery.safeParse({ provider, day, name: path.basename(file) });
  if (!query.success) throw new ConfigError([USAGE]);
  const { DATABASE_URL: url, ...settings } = readConfig(SETTINGS, process.env);
  const database = connectDatabase({ url, max: 2, applicationName: 'reconcile' });
  const store = createObjectStore(objectStoreOptions(settings));
  const { db } = database;
  try {
    const logger = createLogger({ name: 'reconcile', level: 'warn' });
    const notifier = createOutboxNotifier({ notify: () => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`), logger });
    const statements = createStatementImport({ db, store, notifier, clock: () => new Date() });
    const taken = { provider: query.data.provider, day: query.data.day, fileName: query.data.name, importedBy: null };
    const { id, known } = await statements.take({ ...taken, source: 'command', body: createReadStream(file) });
    if (known) console.log('this file was imported before; nothing changes');
    for (;;) {
      const run = await findReconciliation(db, id);
      if (run?.endedAt) {
        const found = await countDifferences(db, id);
        const open = await countOfDifferences(db, { run: id, state: 'unsettled' });
        const sums = `the statement has ${JSON.stringify(run.theirs)}, our books ${JSON.stringify(run.ours)} (minor units)`;
        console.log(
          run.state === 'failed'
            ? `not a statement of ${run.provider}: ${run.fault}`
            : `${run.lines} lines, ${run.unreadable} unreadable; ${sums}`,
        );
        console.log(`${found} differences, ${open} of them open`);
        return run.state === 'failed' || open > 0 ? 1 : 0;
      }
      await wait(500);
    }
  } finally {
    store.close();
    await database.close();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const told = error instanceof ConfigError || error instanceof AppError || (error as NodeJS.ErrnoException).code === 'ENOENT';
    console.error(told ? (error as Error).message || (error as AppError).code : error);
    process.exitCode = 1;
  },
);
