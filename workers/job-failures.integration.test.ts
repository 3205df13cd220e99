import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#db/testing/test-database.ts';
import { createLogger } from '#shared/node/logger.ts';
import { createJobQueues, UnrecoverableError, workQueue } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';

const redisUrl = process.env['REDIS_QUEUES_URL'] ?? '';
const PHONE = '+261340000177';
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it.each(['tried again', 'for good'])(
  'a job that fails %s on a statement with a telephone number leaves none of it in the queue',
  async (how) => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', level: 'error' }, { write: (line: string) => void lines.push(line) });
    const prefix = testPrefix();
    const queues = createJobQueues({ redisUrl, prefix, logger: silentLogger() });
    await queues.queue('images').waitUntilReady();
    const raised: string[] = [];
    const worker = workQueue({
      ...{ name: 'images' as const, redisUrl, prefix, logger, concurrency: 1 },
      handlers: {
        'document.images': async () => {
          const failure = await database.db.execute(sql`select ${PHONE}::text::uuid`).then(
            () => new Error('the statement did not fail'),
            (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
          );
          raised.push(`${failure.message} ${String(failure.cause)}`);
          throw how === 'for good' ? new UnrecoverableError(failure.message) : failure;
        },
      },
    });
    await queues.add([{ id: 'images-of-a-test', job: { name: 'document.images', payload: { documentId: randomUUID() } } }]);
    const kept = await until(async () => {
      const job = await queues.queue('images').getJob('images-of-a-test');
      return job && job.attemptsMade > 0 && (await job.isActive()) === false ? job : null;
    });
    // The statement did hold it, and the queue, as it is in Redis, does not.
    expect(raised[0]).toContain(PHONE);
    expect(kept.failedReason).toMatch(/^\w+, incident [0-9a-f]{10}$/);
    expect(JSON.stringify(kept.asJSON())).not.toContain('340000177');
    const incident = kept.failedReason.split(' ').at(-1) ?? '-';
    expect(lines.find((line) => line.includes(incident))).toContain('a job failed');
    expect(lines.join('')).not.toContain('340000177');
    await worker.close(1_000);
    await queues.close();
  },
);
