import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createDocumentsFixture } from '#server/documents/testing/documents-fixture.ts';
import { createJobQueues, workQueue } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { createImagesJob } from '#workers/images/images.job.ts';

export interface JobFigures {
  what: string;
  jobs: number;
  concurrency: number;
  perSecond: number;
  /** Of this process, of one core; milliseconds. */
  cpuMsAJob: number;
}

/** As many as a worker works on at once (workers/main.ts). */
const CONCURRENCY = 4;

async function measure(what: string, jobs: number, run: () => Promise<void>): Promise<JobFigures> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  return {
    ...{ what, jobs, concurrency: CONCURRENCY, perSecond: Math.round((jobs / seconds) * 10) / 10 },
    cpuMsAJob: Math.round((user + system) / 10 / jobs) / 100,
  };
}

/** What the queue itself takes: jobs that do nothing, through Redis. */
export async function measureQueue(jobs: number): Promise<JobFigures> {
  const deps = { redisUrl: process.env['REDIS_QUEUES_URL'] ?? '', prefix: testPrefix(), logger: silentLogger() };
  const queues = createJobQueues(deps);
  await queues.queue('images').waitUntilReady();
  for (let at = 0; at < jobs; at += 500)
    await queues.add(
      Array.from({ length: 500 }, () => ({
        id: `bench-${randomUUID()}`,
        job: { name: 'document.images' as const, payload: { documentId: randomUUID() } },
      })),
    );
  let done = 0;
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const figures = await measure('nothing, through the queue', jobs, async () => {
    const worker = workQueue({
      ...{ ...deps, name: 'images' as const, concurrency: CONCURRENCY },
      handlers: { 'document.images': () => Promise.resolve() },
      onDone: () => {
        done += 1;
        if (done === jobs) finish();
      },
    });
    await all;
    await worker.close(1_000);
  });
  await queues.queue('images').obliterate({ force: true });
  await queues.close();
  return figures;
}

/** The five images of a photograph, made and stored. */
export async function measureImages(file: string, jobs: number): Promise<JobFigures> {
  const fixture = await createDocumentsFixture();
  try {
    const { database, store, clock } = fixture;
    const userId = await fixture.addUser();
    const photograph = readFileSync(file);
    const ids: string[] = [];
    for (let one = 0; one < jobs; one += 1) {
      const documentId = randomUUID();
      const page = await fixture.receive(documentId, { bytes: photograph.length });
      await store.put(page.originalKey, photograph, 'image/jpeg');
      await fixture.documents.submit(userId, documentId, page);
      ids.push(documentId);
    }
    const job = createImagesJob({ db: database.db, store, clock, notifier: { wake: () => undefined } });
    const context = { jobId: 'bench', attempt: 1, logger: silentLogger(), signal: new AbortController().signal };
    const figures = await measure('images of a photograph', jobs, async () => {
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async () => {
          for (let id = ids.pop(); id; id = ids.pop()) await job['document.images']({ documentId: id }, context);
        }),
      );
    });
    await until(() => ids.length === 0);
    return figures;
  } finally {
    await fixture.close();
  }
}
