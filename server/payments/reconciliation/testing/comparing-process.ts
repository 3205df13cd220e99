// Compares the statement RUN, to be killed while it does.
import { connectDatabase } from '#db/connect.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createObjectStore } from '#shared/node/object-store.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createComparison } from '../comparison.service.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const database = connectDatabase({ url: env('DATABASE_URL'), applicationName: 'comparing' });
const store = createObjectStore({
  ...{ endpoint: env('S3_ENDPOINT'), region: 'us-east-1', bucket: env('BUCKET') },
  ...{ accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') },
});
const comparison = createComparison({
  ...{ db: database.db, store, notifier: { wake: () => undefined }, country: madagascar, logger: silentLogger() },
  clock: () => new Date(env('NOW')),
});
await comparison.run(env('RUN'));
