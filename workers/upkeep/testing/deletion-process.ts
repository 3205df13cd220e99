import { connectDatabase } from '#db/connect.ts';
import { createObjectStore } from '#shared/node/object-store.ts';
import { deleteGivenUp } from '../given-up.ts';

/** A sweep in a process of its own that kills itself with SIGKILL right after the store has deleted its second object. */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 1, applicationName: 'sweep-under-test' });
const store = createObjectStore({
  ...{ endpoint: env('S3_ENDPOINT'), region: env('S3_REGION'), bucket: env('BUCKET') },
  ...{ accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') },
});
let deleted = 0;
await deleteGivenUp({
  db,
  clock: () => new Date(),
  store: {
    ...store,
    async delete(key) {
      await store.delete(key);
      deleted += 1;
      if (deleted === 2) process.kill(process.pid, 'SIGKILL');
    },
  },
});
