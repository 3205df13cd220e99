import { randomBytes, randomUUID } from 'node:crypto';
import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { eq } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { outbox } from '#db/schema/platform.ts';
import { users } from '#db/schema/identity.ts';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import type { EventName } from '#shared/contracts/events.ts';
import type { ReadField, FieldName } from '#shared/contracts/documents.ts';
import { createObjectStore, type ObjectStore } from '#shared/node/object-store.ts';
import { redisReady } from '#shared/node/redis.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { pendingKey } from '#shared/domain/object-keys.ts';
import { createVehiclesService, type VehiclesService } from '../../vehicles/vehicles.service.ts';
import { createDocumentsService, type DocumentsService, type ReceivedPage } from '../documents.service.ts';
import { createReadingsService, type ReadingsService } from '../readings.service.ts';

export const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`npm test\``);
  return value;
};

/** A clock that tests turn by hand; it stands at the present until then. */
export interface TestClock {
  (): Date;
  turn(milliseconds: number): void;
}

export interface DocumentsFixture {
  database: TestDatabase;
  store: ObjectStore;
  clock: TestClock;
  documents: DocumentsService;
  vehicles: VehiclesService;
  readings: ReadingsService;
  woken(): number;
  addUser(name?: string): Promise<string>;
  /** A photograph in the store, in no document yet. */
  receive(documentId: string, page?: Partial<ReceivedPage>): Promise<ReceivedPage>;
  /** A queued document of a new photograph. */
  submit(userId: string): Promise<string>;
  /** A document that was read, with these fields, issued by `country` where it said. */
  read(userId: string, values: Partial<Record<FieldName, string>>, country?: string): Promise<string>;
  events(): Promise<EventName[]>;
  close(): Promise<void>;
}

/** The five fields that a confirmation needs. */
export const NEEDED = {
  plate: '1234TAB',
  owner: 'RABE SOLO',
  fuel: 'GO',
  fiscal_power: '7',
  first_registration: '2007-08-23',
} as const;

export const readField = (name: FieldName, value: string, confidence = 0.97): ReadField => ({
  name,
  value,
  confidence,
  source: 'label',
  page: 'recto',
  box: null,
});
export const readFields = (values: Partial<Record<FieldName, string>>): ReadField[] =>
  Object.entries(values).map(([name, value]) => readField(name as FieldName, value));

/** A small photograph of noise: compresses badly, so that its length is what one asks for. */
export const photograph = (width = 640, height = 480, type: 'jpeg' | 'png' | 'webp' = 'jpeg'): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })
    .toFormat(type)
    .toBuffer();

export async function connectCache(): Promise<Redis> {
  const redis = new Redis(env('REDIS_CACHE_URL'), { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 });
  redis.on('error', () => undefined);
  await redisReady(redis);
  return redis;
}

/** A bucket of the test file's own: the upkeep deletes what it finds. */
async function createTestBucket(): Promise<{ store: ObjectStore; drop(): Promise<void> }> {
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  const [endpoint, region] = [env('S3_ENDPOINT'), env('S3_REGION')];
  const keys = { accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') };
  const store = createObjectStore({ endpoint, region, bucket, ...keys });
  await store.prepare(silentLogger());
  return {
    store,
    async drop() {
      for (const key of await store.list('')) await store.delete(key);
      store.close();
      const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: keys });
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}

/** Documents and vehicles on a database and a bucket of the file's own. Only the clock is replaced. */
export async function createDocumentsFixture(): Promise<DocumentsFixture> {
  const database = await createTestDatabase();
  const { db } = database;
  const { store, drop: dropBucket } = await createTestBucket();
  let ahead = 0;
  let woken = 0;
  const clock: TestClock = Object.assign(() => new Date(Date.now() + ahead), {
    turn: (milliseconds: number) => void (ahead += milliseconds),
  });
  const notifier = { wake: () => void (woken += 1) };
  const deps = { db, notifier, clock };
  const vehicles = createVehiclesService(deps);
  const documents = createDocumentsService({ ...deps, vehicles, country: 'MG', timeZone: 'Indian/Antananarivo' });
  const readings = createReadingsService(deps);
  let image: Buffer | null = null;

  const fixture: DocumentsFixture = {
    database,
    store,
    clock,
    documents,
    vehicles,
    readings,
    woken: () => woken,
    async addUser(name = 'Rabe Solo') {
      const id = randomUUID();
      await db.insert(users).values({ id, name, email: `${id}@example.test` });
      return id;
    },
    async receive(documentId, page) {
      image ??= await photograph();
      const id = randomUUID();
      const originalKey = pendingKey(documentId, id, 'jpg');
      await store.put(originalKey, image, 'image/jpeg');
      const about = { contentType: 'image/jpeg', bytes: image.length, sha256: '0'.repeat(64), width: 640, height: 480 };
      return { id, clientId: randomUUID(), side: 'recto', originalKey, ...about, ...page };
    },
    async submit(userId) {
      const id = randomUUID();
      await documents.submit(userId, id, await fixture.receive(id));
      return id;
    },
    async read(userId, values, country) {
      const id = await fixture.submit(userId);
      const start = await readings.startReading(id, randomUUID());
      if (start.kind !== 'read') throw new Error('a queued document could not be read');
      const found = { fields: readFields(values), country: country ?? null, readingMs: 1_000, pages: [] };
      await readings.finishReading(start.ticket, { outcome: 'read', ...found });
      return id;
    },
    async events() {
      const rows = await db.select({ name: outbox.name }).from(outbox).orderBy(outbox.position);
      return rows.map(({ name }) => name as EventName);
    },
    async close() {
      await dropBucket();
      await database.drop();
    },
  };
  return fixture;
}

/** The topics of the newest event of a name, as the relay will tell them. */
export async function lastTopics(database: TestDatabase, name: EventName) {
  const rows = await database.db.select().from(outbox).where(eq(outbox.name, name)).orderBy(outbox.position);
  return rows.at(-1)?.topics ?? [];
}
