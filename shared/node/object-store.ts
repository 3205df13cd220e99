import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Logger } from './logger.ts';

export interface ObjectStoreOptions {
  endpoint: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** A request on whose connection nothing moves for so long is given up (and tried again where it can be), milliseconds. */
  idleMs?: number;
}

/** The options as a process's settings name them. */
export const objectStoreOptions = (settings: {
  S3_ENDPOINT?: string | undefined;
  S3_REGION: string;
  S3_BUCKET: string;
  S3_ACCESS_KEY_ID: string;
  S3_SECRET_ACCESS_KEY: string;
}): ObjectStoreOptions => ({
  endpoint: settings.S3_ENDPOINT,
  region: settings.S3_REGION,
  bucket: settings.S3_BUCKET,
  accessKeyId: settings.S3_ACCESS_KEY_ID,
  secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
});

export interface StoredObject {
  body: Readable;
  contentType: string | undefined;
  bytes: number | undefined;
}

export interface ObjectEntry {
  key: string;
  modifiedAt: Date;
}

export interface PutOptions {
  /** Length of a stream: with it nothing is buffered, without it up to 5 MB a part are. */
  bytes?: number;
  /** Gives up; the object may be there in part and is the caller's to delete. */
  signal?: AbortSignal;
}

/** The object store, by key. Keys follow MISSION.md: `ocr-uploads/{pending,processed,failed}/`, `vehicle-documents/{recto,verso}/`, … */
export interface ObjectStore {
  put(key: string, body: Buffer | Readable, contentType: string, options?: PutOptions): Promise<void>;
  /** Null when there is no such object. */
  get(key: string): Promise<StoredObject | null>;
  getBytes(key: string): Promise<Buffer | null>;
  copy(from: string, to: string): Promise<void>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
  listEntries(prefix: string): Promise<ObjectEntry[]>;
  /** Whether the bucket answers. */
  healthy(): Promise<boolean>;
  /** Makes the bucket, versioned, encrypted and with its lifecycle rules, where the store has them. */
  prepare(logger: Logger): Promise<void>;
  close(): void;
}

/** A store that takes connections and says nothing must not hold a job or a request for ever. Slow uploads keep moving. */
const IDLE_MS = 30_000;
const CONNECT_MS = 3_000;
/** Parts of 5 MB of one long file that are on their way to the store: each is held in memory until it is there. */
const PARTS_AT_ONCE = 1;
/** Each photograph on its way holds a connection for as long as its sender takes; the SDK's own 50 are held by five people. */
const MAX_SOCKETS = 512;

const nothing = (): void => undefined;
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const client = new S3Client({
    region: options.region,
    ...(options.endpoint ? { endpoint: options.endpoint, forcePathStyle: true } : {}),
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    // Stores that do not know the newer checksums store them as content (facts/stack.md).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: options.idleMs ?? IDLE_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
    // It would write to the console; what fails is thrown, and logged by who asked for it.
    logger: SILENT,
  });
  const Bucket = options.bucket;

  async function get(key: string): Promise<StoredObject | null> {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key: key }));
      return { body: answer.Body as Readable, contentType: answer.ContentType, bytes: answer.ContentLength };
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async function listEntries(prefix: string): Promise<ObjectEntry[]> {
    const entries: ObjectEntry[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken: token }));
      for (const { Key, LastModified } of page.Contents ?? []) {
        if (Key) entries.push({ key: Key, modifiedAt: LastModified ?? new Date() });
      }
      token = page.NextContinuationToken;
    } while (token);
    return entries;
  }

  return {
    async put(key, body, contentType, { bytes, signal } = {}) {
      const params = { Bucket, Key: key, Body: body, ContentType: contentType };
      if (Buffer.isBuffer(body) || bytes !== undefined) {
        const length = bytes === undefined ? {} : { ContentLength: bytes };
        await client.send(new PutObjectCommand({ ...params, ...length }), signal ? { abortSignal: signal } : {});
        return;
      }
      const upload = new Upload({ client, params, queueSize: PARTS_AT_ONCE });
      signal?.addEventListener('abort', () => void upload.abort(), { once: true });
      await upload.done();
    },
    get,
    async getBytes(key) {
      const object = await get(key);
      if (!object) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of object.body) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks);
    },
    async copy(from, to) {
      await client.send(
        new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}` }),
      );
    },
    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    list: async (prefix) => (await listEntries(prefix)).map(({ key }) => key),
    listEntries,
    async healthy() {
      try {
        await client.send(new HeadBucketCommand({ Bucket }), { abortSignal: AbortSignal.timeout(2_000) });
        return true;
      } catch {
        return false;
      }
    },
    prepare: (logger) => prepareBucket(client, Bucket, logger),
    close: () => client.destroy(),
  };
}

/** Days that objects live, by prefix. What the law makes us keep (documents, receipts) has no rule. */
const LIFECYCLE_DAYS = { 'ocr-uploads/pending/': 7, 'ocr-uploads/failed/': 90, 'ocr-uploads/processed/': 365 };

/** An operator's time to bring back what was deleted by mistake. */
const OLD_VERSIONS_DAYS = 30;

async function prepareBucket(client: S3Client, Bucket: string, logger: Logger): Promise<void> {
  const exists = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  if (!exists) {
    await client.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : '';
      if (name !== 'BucketAlreadyOwnedByYou' && name !== 'BucketAlreadyExists') throw error;
    });
  }
  const wishes = {
    versioning: () => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    encryption: () =>
      client.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        }),
      ),
    lifecycle: () =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: [
              ...Object.entries(LIFECYCLE_DAYS).map(([Prefix, Days]) => ({
                ID: Prefix.replaceAll('/', '-'),
                Status: 'Enabled' as const,
                Filter: { Prefix },
                Expiration: { Days },
              })),
              // What was erased must not live on as an old version.
              {
                ID: 'old-versions',
                Status: 'Enabled',
                Filter: { Prefix: '' },
                NoncurrentVersionExpiration: { NoncurrentDays: OLD_VERSIONS_DAYS },
              },
            ],
          },
        }),
      ),
  };
  const lacking: string[] = [];
  for (const [what, set] of Object.entries(wishes)) {
    await set().catch((error: unknown) => lacking.push(`${what} (${error instanceof Error ? error.name : String(error)})`));
  }
  if (lacking.length > 0) logger.warn({ lacking }, 'this object store cannot keep all that is asked of one in production');
}

/**
 * Prepares the bucket; while the store is away, goes on trying in the background: a process that can do other things starts without it.
 * Answers how to stop trying.
 */
export async function prepareWhenThere(
  store: Pick<ObjectStore, 'prepare'>,
  logger: Logger,
  everyMs = 5_000,
): Promise<() => void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  async function attempt(): Promise<void> {
    try {
      await store.prepare(logger);
    } catch (error) {
      logger.warn({ err: error }, 'the object store could not be prepared, tried again');
      if (!stopped) timer = setTimeout(() => void attempt(), everyMs);
    }
  }
  await attempt();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
