import { randomUUID } from 'node:crypto';
import { eq, isNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documents } from '#db/schema/documents.ts';
import { sessions, verifications } from '#db/schema/identity.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import { NEEDED, createDocumentsFixture, env, type DocumentsFixture } from '#server/documents/testing/documents-fixture.ts';
import { createJobQueues, type JobContext, type JobQueues } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { restoreImages, restoreMessages, restoreReadings } from './lost-jobs.ts';
import { deletePendingOrphans } from './pending-orphans.ts';
import { scheduleUpkeep } from './schedule.ts';
import { createUpkeepJob } from './upkeep.job.ts';

const SECOND = 1_000;
const DAY = 24 * 3600 * SECOND;
const logger = silentLogger();
let f: DocumentsFixture;
let queues: JobQueues;
beforeAll(async () => {
  f = await createDocumentsFixture();
  queues = createJobQueues({ redisUrl: env('REDIS_QUEUES_URL'), prefix: testPrefix(), logger });
  await until(() =>
    queues
      .queue('ocr')
      .getJobCountByTypes('waiting')
      .then(
        () => true,
        () => false,
      ),
  );
});
afterAll(async () => {
  await Promise.all(
    (['ocr', 'images', 'messages', 'upkeep'] as const).map((name) => queues.queue(name).obliterate({ force: true })),
  );
  await queues.close();
  await f.close();
});

const lost = () => restoreReadings({ db: f.database.db, queues, clock: f.clock });
const waiting = async (name: 'ocr' | 'images'): Promise<unknown[]> =>
  (await queues.queue(name).getJobs(['waiting', 'delayed', 'active'])).map(
    ({ data }) => (data as { documentId: unknown }).documentId,
  );
async function later<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  f.clock.turn(milliseconds);
  return work().finally(() => f.clock.turn(-milliseconds));
}

describe('jobs that were lost', () => {
  it('are given out again for documents that wait or are read too long, and for those alone', async () => {
    const user = await f.addUser();
    const [alive, gone, stuck, read] = [
      await f.submit(user),
      await f.submit(user),
      await f.submit(user),
      await f.read(user, NEEDED),
    ];
    await queues.add([{ id: `test-${alive}`, job: { name: 'document.ocr', payload: { documentId: alive } } }]);
    expect(await lost()).toBe(0);
    expect(await later(31 * SECOND, lost)).toBe(2);
    expect((await waiting('ocr')).sort()).toEqual([alive, gone, stuck].sort());
    await queues.queue('ocr').obliterate({ force: true });

    await f.readings.startReading(stuck, 'job-1');
    expect(await later(31 * SECOND, lost)).toBe(2);
    expect(await waiting('ocr')).not.toContain(stuck);
    expect(await later(80 * SECOND, lost)).toBe(1);
    expect(await waiting('ocr')).toContain(stuck);
    expect(await later(80 * SECOND, lost)).toBe(0);
    expect(await waiting('ocr')).not.toContain(read);
  });

  it('are given out again for images that were never stored', async () => {
    const id = await f.read(await f.addUser(), NEEDED);
    const images = () => restoreImages({ db: f.database.db, queues, clock: f.clock });
    expect(await images()).toBe(0);
    await later(16 * 60 * SECOND, images);
    expect(await waiting('images')).toContain(id);
    expect(await later(16 * 60 * SECOND, images)).toBe(0);
  });
});

describe('messages whose job was lost', () => {
  it('are sent all the same; those sent, given up or under way are left alone', async () => {
    const { db } = f.database;
    const message = (state: Partial<typeof messages.$inferInsert> = {}) => ({
      id: randomUUID(),
      channel: 'email' as const,
      recipient: 'hanta@example.mg',
      template: 'account_exists',
      locale: 'fr',
      ...state,
    });
    const [gone, alive] = [message(), message()];
    await db.insert(messages).values([gone, alive, message({ sentAt: new Date() }), message({ failedAt: new Date() })]);
    await queues.add([{ id: `test-${alive.id}`, job: { name: 'message.send', payload: { messageId: alive.id } } }]);
    const restore = () => restoreMessages({ db, queues, clock: f.clock });
    expect(await restore()).toBe(0);
    expect(await later(61 * SECOND, restore)).toBe(1);
    const jobs = await queues.queue('messages').getJobs(['waiting', 'delayed', 'active']);
    expect(jobs.map(({ data }) => data as unknown).sort()).toEqual([{ messageId: gone.id }, { messageId: alive.id }].sort());
    expect(await later(61 * SECOND, restore)).toBe(0);
  });
});

describe('the schedules of the upkeep', () => {
  it('are there again after Redis has forgotten them, and are one each however often they are written', async () => {
    const queue = queues.queue('upkeep');
    const stop = await scheduleUpkeep({ queues, logger, renewMs: 50 });
    try {
      await queue.obliterate({ force: true });
      await until(async () => (await queue.getJobSchedulers()).length === 2, { what: 'scheduled again' });
      let written = 0;
      const counting: JobQueues = { ...queues, queue: (name) => ((written += 1), queues.queue(name)) };
      const stopOther = await scheduleUpkeep({ queues: counting, logger, renewMs: 20 });
      await until(() => written > 20, { what: 'written many times' });
      stopOther();
      expect(await queue.getJobCountByTypes('waiting', 'delayed', 'active')).toBeLessThanOrEqual(4);
    } finally {
      stop();
    }
  });
});

describe('pending photographs that no document has', () => {
  it('are deleted after a day; those of a document stay', async () => {
    const id = await f.submit(await f.addUser());
    const { originalKey } = await f.documents.findPage(
      (await f.database.db.select().from(documents).where(eq(documents.id, id)))[0]!.userId,
      id,
      'recto',
    );
    const orphan = (await f.receive(id)).originalKey;
    const strange = `ocr-uploads/pending/${id}/notes.txt`;
    await f.store.put(strange, Buffer.from('x'), 'text/plain');
    const sweep = () => deletePendingOrphans({ db: f.database.db, store: f.store, clock: f.clock });
    await sweep();
    expect(await f.store.list(`ocr-uploads/pending/${id}/`)).toHaveLength(3);
    await later(DAY + 60 * SECOND, sweep);
    expect(await f.store.list(`ocr-uploads/pending/${id}/`)).toEqual([originalKey]);
    expect(await f.store.getBytes(orphan)).toBeNull();
  });
});

describe('a sweep', () => {
  const context: JobContext = { jobId: 'job-1', attempt: 1, logger, signal: new AbortController().signal };

  it('ends sessions that have expired, telling of each, and deletes what is expired or long done', async () => {
    const { db } = f.database;
    const userId = await f.addUser();
    const session = (ahead: number) => ({
      id: randomUUID(),
      userId,
      token: randomUUID(),
      expiresAt: new Date(Date.now() + ahead),
    });
    const [expired, alive] = [session(-SECOND), session(DAY)];
    await db.insert(sessions).values([expired, alive]);
    await db
      .insert(verifications)
      .values([-SECOND, DAY].map((ahead) => ({ identifier: userId, value: 'x', expiresAt: new Date(Date.now() + ahead) })));
    const old = sql`now() - interval '8 days'`;
    await db.insert(outbox).values([
      { name: 'document.read', payload: { n: 1 }, createdAt: old, enqueuedAt: new Date(), emittedAt: new Date() },
      { name: 'document.read', payload: { n: 2 }, createdAt: old, enqueuedAt: new Date() },
      { name: 'document.read', payload: { n: 3 }, enqueuedAt: new Date(), emittedAt: new Date() },
    ]);
    let woken = 0;
    const job = createUpkeepJob({
      timeZone: 'Indian/Antananarivo',
      db,
      patient: db,
      queues,
      store: f.store,
      notifier: { wake: () => void (woken += 1) },
      logger,
      clock: f.clock,
    });
    await job['upkeep.sweep']({}, context);

    expect((await db.select().from(sessions)).map(({ id }) => id)).toEqual([alive.id]);
    expect(await db.$count(verifications)).toBe(1);
    const rows = await db
      .select()
      .from(outbox)
      .where(sql`${outbox.payload} ? 'n'`);
    expect(rows.map(({ payload }) => payload['n']).sort()).toEqual([2, 3]);
    const told = await db.select().from(outbox).where(eq(outbox.name, 'session.ended'));
    expect(told).toMatchObject([{ payload: { sessionId: expired.id, userId } }]);
    expect(woken).toBe(1);
    await db.delete(outbox).where(isNull(outbox.emittedAt));
  });

  it('does its other duties when one fails, and says so', async () => {
    const { db } = f.database;
    const userId = await f.addUser();
    await db.insert(sessions).values({ userId, token: randomUUID(), expiresAt: new Date(0) });
    const broken: JobQueues = {
      ...queues,
      queue: () => {
        throw new Error('Redis is away');
      },
    };
    const job = createUpkeepJob({
      timeZone: 'Indian/Antananarivo',
      db,
      patient: db,
      queues: broken,
      store: f.store,
      notifier: { wake: () => undefined },
      logger,
      clock: f.clock,
    });
    await expect(later(80 * SECOND, async () => job['upkeep.sweep']({}, context))).rejects.toThrow(AggregateError);
    expect(await db.$count(sessions, eq(sessions.userId, userId))).toBe(0);
  });
});
