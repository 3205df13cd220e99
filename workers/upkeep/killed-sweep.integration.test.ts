import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectsToDelete } from '#db/schema/account.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { createObjectStore, type ObjectStore } from '#shared/node/object-store.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { deleteGivenUp } from './given-up.ts';

const sweep = fileURLToPath(new URL('./testing/deletion-process.ts', import.meta.url));
const env = (name: string): string => process.env[name] ?? '';
const bucket = `test-${randomUUID().slice(0, 8)}`;
let database: TestDatabase;
let store: ObjectStore;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createObjectStore({
    ...{ endpoint: env('S3_ENDPOINT'), region: env('S3_REGION'), bucket },
    ...{ accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') },
  });
  await store.prepare(silentLogger());
});
afterAll(async () => {
  store.close();
  await database.drop();
});

it('a sweep killed between an object and its row leaves exactly the rest to the next', async () => {
  const keys = Array.from({ length: 5 }, (_, index) => `exports/${index}.zip`);
  for (const key of [...keys, 'exports/kept.zip']) await store.put(key, Buffer.from(key), 'application/zip');
  await database.db.insert(objectsToDelete).values(keys.map((key, index) => ({ key, dueAt: new Date(1_000 * (index + 1)) })));
  const child = spawn(process.execPath, ['--import', 'tsx', sweep], {
    env: { ...process.env, DATABASE_URL: database.url, BUCKET: bucket },
    stdio: 'inherit',
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  expect(await store.list('exports/')).toHaveLength(4);
  // The second object is gone, its row is not.
  expect(await database.db.$count(objectsToDelete)).toBe(4);
  expect(await deleteGivenUp({ db: database.db, store, clock: () => new Date() })).toBe(4);
  expect(await store.list('exports/')).toEqual(['exports/kept.zip']);
  expect(await database.db.$count(objectsToDelete)).toBe(0);
});
