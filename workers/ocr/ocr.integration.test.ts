import { eq } from 'drizzle-orm';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { documentPages } from '#db/schema/documents.ts';
import { findDocumentView } from '#db/document-views.repository.ts';
import { createProgressStore, type ProgressStore } from '#server/documents/progress.service.ts';
import {
  NEEDED,
  connectCache,
  createDocumentsFixture,
  env,
  readFields,
  type DocumentsFixture,
} from '#server/documents/testing/documents-fixture.ts';
import { DocumentView, type ReadingProgress } from '#shared/contracts/documents.ts';
import type { BusMessage } from '#shared/contracts/bus.ts';
import { createJobQueues, workQueue, type JobContext, type JobHandlers } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createOcrJob, type OcrJobDeps } from './ocr.job.ts';
import type { PageInput, ReadOptions, Reader, Reading } from './reading/reading.ts';

const logger = silentLogger();
const prefix = testPrefix();
let f: DocumentsFixture;
let cache: Redis;
let progress: ProgressStore;
let published: ReadingProgress[] = [];

beforeAll(async () => {
  f = await createDocumentsFixture();
  cache = await connectCache();
  const bus = {
    publish: async (messages: readonly BusMessage[]) => {
      for (const message of messages) if (message.kind === 'live') published.push(message.message.state as ReadingProgress);
    },
  };
  progress = createProgressStore({ redis: cache, bus, prefix, clock: f.clock, logger });
});
afterEach(() => {
  published = [];
});
afterAll(async () => {
  cache.disconnect();
  await f.close();
});

type Script = (pages: PageInput[], options: ReadOptions, call: number) => Promise<Reading> | Reading;
/** The recogniser is replaced: it does what the test says. */
function scripted(script: Script): Reader & { calls: number } {
  const reader = {
    calls: 0,
    read: async (pages: PageInput[], options: ReadOptions) => script(pages, options, ++reader.calls),
    close: async () => undefined,
  };
  return reader;
}
const pageReadings = (pages: PageInput[]) =>
  pages.map(({ side }) => ({
    side,
    width: 640,
    height: 480,
    quality: null,
    paper: [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as [number, number][],
  }));
const goodReading = (pages: PageInput[]): Reading => ({
  outcome: 'read',
  fields: readFields(NEEDED),
  country: null,
  passes: 1,
  pages: pageReadings(pages),
});

const jobOf = (reader: Reader, more: Partial<OcrJobDeps> = {}): JobHandlers<'ocr'> =>
  createOcrJob({
    db: f.database.db,
    store: f.store,
    reader,
    progress,
    notifier: { wake: () => undefined },
    logger,
    clock: f.clock,
    ...more,
  });
const run = (job: JobHandlers<'ocr'>, documentId: string, context: Partial<JobContext> = {}): Promise<void> =>
  job['document.ocr']({ documentId }, { jobId: 'job-1', attempt: 1, logger, signal: new AbortController().signal, ...context });
const viewOf = async (id: string) => DocumentView.parse(await findDocumentView(f.database.db, id));
const keysOf = async (id: string): Promise<string[]> => {
  const rows = await f.database.db
    .select({ key: documentPages.originalKey })
    .from(documentPages)
    .where(eq(documentPages.documentId, id));
  return rows.map(({ key }) => key);
};
const objectsOf = async (id: string): Promise<string[]> =>
  (await Promise.all(['pending', 'processed', 'failed'].map((folder) => f.store.list(`ocr-uploads/${folder}/${id}/`)))).flat();

describe('a document that can be read', () => {
  it('is read once: fields, photographs and original in their places, progress up to the end', async () => {
    const id = await f.submit(await f.addUser());
    const reader = scripted(async (pages, { onProgress, insist }) => {
      expect(insist).toBe(false);
      expect(pages.map(({ side }) => side)).toEqual(['recto']);
      for (let i = 1; i <= 40; i += 1) {
        onProgress({
          page: 'recto',
          pageIndex: 0,
          pageCount: 1,
          step: 'first_pass',
          stepShare: i / 40,
          share: i / 40,
          fields: [],
          country: null,
          papers: [],
        });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return goodReading(pages);
    });
    const job = jobOf(reader);
    await run(job, id);
    await run(job, id);
    expect(reader.calls).toBe(1);
    const view = await viewOf(id);
    expect(view).toMatchObject({
      status: 'read',
      attempt: 1,
      pages: [
        {
          width: 640,
          paper: [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        },
      ],
    });
    expect(view.fields).toHaveLength(5);
    expect(view.readingMs).toBeGreaterThan(300);
    expect(await objectsOf(id)).toEqual(await keysOf(id));
    expect((await keysOf(id))[0]).toMatch(/^ocr-uploads\/processed\//);

    const shares = published.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(published[0]).toMatchObject({ step: 'download', attempt: 1 });
    expect(published.at(-1)).toMatchObject({ step: 'store', share: 1 });
    // At most ten a second, whatever the reader says.
    expect(published.length).toBeLessThanOrEqual(3 + view.readingMs! / 100);
    expect((await progress.read(id)).state).toEqual(published.at(-1));
  });

  it('is read again, both sides together, when the other side came meanwhile', async () => {
    const user = await f.addUser();
    const id = await f.submit(user);
    const sides: string[][] = [];
    const reader = scripted(async (pages, _options, call) => {
      sides.push(pages.map(({ side }) => side));
      if (call === 1) await f.documents.addPage(user, id, await f.receive(id, { side: 'verso' }));
      return goodReading(pages);
    });
    await run(jobOf(reader), id);
    expect(sides).toEqual([['recto'], ['recto', 'verso']]);
    expect(await viewOf(id)).toMatchObject({ status: 'read', attempt: 2 });
    expect((await objectsOf(id)).sort()).toEqual((await keysOf(id)).sort());
  });
});

describe('a document that cannot', () => {
  it('waits for another photograph; its original stays', async () => {
    const id = await f.submit(await f.addUser());
    await run(
      jobOf(
        scripted((pages) => ({
          outcome: 'needs_photo',
          gate: [{ page: 'recto', reason: 'too_dark' }],
          pages: pageReadings(pages),
        })),
      ),
      id,
    );
    expect(await viewOf(id)).toMatchObject({ status: 'needs_photo', gate: [{ page: 'recto', reason: 'too_dark' }] });
    expect(await objectsOf(id)).toEqual(await keysOf(id));
    expect((await keysOf(id))[0]).toMatch(/^ocr-uploads\/pending\//);
  });

  it('has failed, with a reason and its original among the failed', async () => {
    const id = await f.submit(await f.addUser());
    await run(jobOf(scripted(() => ({ outcome: 'failed', reason: 'not_a_carte_grise', pages: [] }))), id);
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'not_a_carte_grise' });
    expect(await objectsOf(id)).toEqual(await keysOf(id));
    expect((await keysOf(id))[0]).toMatch(/^ocr-uploads\/failed\//);
  });

  it('whose photograph is gone has failed', async () => {
    const id = await f.submit(await f.addUser());
    for (const key of await keysOf(id)) await f.store.delete(key);
    await run(jobOf(scripted(goodReading)), id);
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'unreadable_image' });
  });

  it('because the reader never ends has failed when the time is over', async () => {
    const id = await f.submit(await f.addUser());
    await run(
      jobOf(
        scripted(() => new Promise(() => undefined)),
        { limitMs: 150 },
      ),
      id,
    );
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'timed_out' });
  });

  it('because the reader breaks down is tried twice', async () => {
    const id = await f.submit(await f.addUser());
    const reader = scripted(() => Promise.reject(new Error('segmentation fault')));
    const job = jobOf(reader);
    await expect(run(job, id)).rejects.toThrow('broke down');
    expect((await viewOf(id)).status).toBe('reading');
    await run(job, id);
    await run(job, id);
    expect(reader.calls).toBe(2);
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'reader_crashed', attempt: 2 });
  });

  it('because its worker is killed each time has failed at the third start', async () => {
    const id = await f.submit(await f.addUser());
    for (let i = 0; i < 2; i += 1) await f.readings.startReading(id, 'job-1');
    const reader = scripted(goodReading);
    await run(jobOf(reader), id);
    expect(reader.calls).toBe(0);
    expect(await viewOf(id)).toMatchObject({ status: 'failed', failure: 'reader_crashed' });
  });
});

describe('a worker', () => {
  it('that shuts down gives the document back, and the attempt does not count', async () => {
    const id = await f.submit(await f.addUser());
    const stop = new AbortController();
    const stuck = scripted(() => {
      stop.abort();
      return new Promise(() => undefined);
    });
    await expect(run(jobOf(stuck), id, { signal: stop.signal })).rejects.toThrow('shuts down');
    expect((await viewOf(id)).status).toBe('reading');
    await expect(run(jobOf(stuck), id, { signal: stop.signal })).rejects.toThrow('shuts down');
    await run(jobOf(scripted(goodReading)), id, { jobId: 'job-2' });
    expect(await viewOf(id)).toMatchObject({ status: 'read', attempt: 3 });
  });

  it('that froze and comes back too late changes nothing', async () => {
    const id = await f.submit(await f.addUser());
    let thaw = (): void => undefined;
    const frozen = scripted(async (pages, { onProgress }) => {
      await new Promise<void>((resolve) => (thaw = resolve));
      onProgress({
        page: 'recto',
        pageIndex: 0,
        pageCount: 1,
        step: 'first_pass',
        stepShare: 0.1,
        share: 0.1,
        fields: [],
        country: null,
        papers: [],
      });
      return { outcome: 'read', fields: readFields({ plate: '9999TZZ' }), country: null, passes: 1, pages: pageReadings(pages) };
    });
    const late = run(jobOf(frozen), id);
    await until(() => frozen.calls === 1);
    await run(jobOf(scripted(goodReading)), id);
    const before = await progress.read(id);
    const view = await viewOf(id);
    thaw();
    await late;
    expect(await viewOf(id)).toEqual(view);
    expect(view.fields.map(({ value }) => value)).toContain('1234TAB');
    expect(await progress.read(id)).toEqual(before);
    expect(await objectsOf(id)).toEqual(await keysOf(id));
  });

  it('finds another job at it and leaves it alone', async () => {
    const id = await f.submit(await f.addUser());
    let finish = (): void => undefined;
    const slow = scripted(async (pages) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return goodReading(pages);
    });
    const first = run(jobOf(slow), id);
    await until(() => slow.calls === 1);
    const second = scripted(goodReading);
    await run(jobOf(second), id, { jobId: 'job-2' });
    finish();
    await first;
    expect([slow.calls, second.calls]).toEqual([1, 0]);
    expect(await viewOf(id)).toMatchObject({ status: 'read', attempt: 1 });
  });

  it('lives on after a poisonous photograph, on the real queue', async () => {
    const user = await f.addUser();
    const [poison, good] = [await f.submit(user), await f.submit(user)];
    const reader = scripted((pages, _options, call) =>
      call === 1 || call === 3 ? Promise.reject(new Error('poison')) : goodReading(pages),
    );
    const queues = createJobQueues({ redisUrl: env('REDIS_QUEUES_URL'), prefix, logger });
    await until(() =>
      queues
        .add(
          [poison, good].map((documentId) => ({
            id: `test-${documentId}`,
            job: { name: 'document.ocr', payload: { documentId } },
          })),
        )
        .then(
          () => true,
          () => false,
        ),
    );
    const worker = workQueue({
      name: 'ocr',
      redisUrl: env('REDIS_QUEUES_URL'),
      prefix,
      logger,
      concurrency: 1,
      handlers: jobOf(reader),
    });
    await until(async () => (await viewOf(good)).status === 'read' && (await viewOf(poison)).status === 'failed', {
      timeoutMs: 20_000,
    });
    expect((await viewOf(poison)).failure).toBe('reader_crashed');
    await worker.close(1_000);
    await queues.queue('ocr').obliterate({ force: true });
    await queues.close();
  });
});
