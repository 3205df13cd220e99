import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eraseMessages } from '#db/messages.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { messages, outbox } from '#db/schema/platform.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import { createJobQueues, type JobQueues } from '#shared/node/queues.ts';
import { silentLogger, testPrefix, until } from '#shared/node/testing/helpers.ts';
import { restoreMessages, restoreNotices } from '../upkeep/lost-jobs.ts';
import { createNoticesFixture, type NoticesFixture } from './testing/notices-fixture.ts';

const MINUTE = 60_000;
let f: NoticesFixture;
let queues: JobQueues;
beforeAll(async () => {
  f = await createNoticesFixture();
  queues = createJobQueues({ redisUrl: process.env['REDIS_QUEUES_URL'] ?? '', prefix: testPrefix(), logger: silentLogger() });
  const answers = () =>
    queues
      .queue('notices')
      .getJobCountByTypes('waiting')
      .then(
        () => true,
        () => false,
      );
  await until(answers, { what: 'the queues' });
});
afterAll(async () => {
  await Promise.all(
    (['notices', 'messages', 'bulk-messages'] as const).map((name) => queues.queue(name).obliterate({ force: true })),
  );
  await queues.close();
  await f.close();
});
const deps = (at: Date) => ({ db: f.database.db, queues, clock: () => at });

it('an event whose job Redis lost is told of after all; one that was told of is not asked for again', async () => {
  const [lost, told] = [await f.addPerson(), await f.addPerson()];
  await f.database.db.transaction((tx) => appendOutbox(tx, 'user.password_changed', { userId: told }));
  await f.tell('user.password_changed');
  await f.database.db.transaction((tx) => appendOutbox(tx, 'user.password_changed', { userId: lost }));
  await f.database.db.update(outbox).set({ enqueuedAt: sql`now()` });
  expect(await restoreNotices(deps(new Date()))).toBe(0);
  expect(await restoreNotices(deps(new Date(Date.now() + 3 * MINUTE)))).toBe(1);
  const [job] = await queues.queue('notices').getJobs(['waiting']);
  const { eventId, source } = JOBS['notice.deliver'].payload.parse(job?.data);
  expect(source).toEqual({ event: 'user.password_changed', userId: lost });
  await f.deliveries.deliver(eventId, source);
  expect(await f.noticesOf(lost)).toHaveLength(1);
  expect(await restoreNotices(deps(new Date(Date.now() + 6 * MINUTE)))).toBe(0);
});

const message = (change: Partial<typeof messages.$inferInsert> = {}) => ({
  id: randomUUID(),
  channel: 'email' as const,
  recipient: 'hanta@example.mg',
  template: 'account_exists',
  locale: 'fr',
  params: { sealedCode: 'x' },
  ...change,
});

it('a message kept back until the morning is asked for in the morning, in the queue of its kind', async () => {
  const evening = new Date();
  const morning = new Date(evening.getTime() + 600 * MINUTE);
  const later = message({ bulk: true, sendAfter: morning });
  await f.database.db.insert(messages).values(later);
  await restoreMessages(deps(new Date(evening.getTime() + 5 * MINUTE)));
  expect(await queues.queue('bulk-messages').getJobCountByTypes('waiting')).toBe(0);
  await restoreMessages(deps(new Date(morning.getTime() + MINUTE)));
  const jobs = await queues.queue('bulk-messages').getJobs(['waiting']);
  expect(jobs.map(({ name, data }) => [name, data as unknown])).toEqual([['message.send-bulk', { messageId: later.id }]]);
});

it('recipient and parameters are forgotten after a while; that it went out is not; one never sent is given up', async () => {
  const { db } = f.database;
  const old = new Date(Date.now() - 31 * 24 * 60 * MINUTE);
  const [sent, never, young] = [message({ createdAt: old, sentAt: old }), message({ createdAt: old }), message()];
  await db.insert(messages).values([sent, never, young]);
  const before = new Date(Date.now() - 30 * 24 * 60 * MINUTE);
  expect(await eraseMessages(db, before, 100)).toBe(2);
  expect(await eraseMessages(db, before, 100)).toBe(0);
  const row = async (id: string) => (await db.select().from(messages).where(eq(messages.id, id)))[0];
  expect(await row(sent.id)).toMatchObject({ recipient: '', params: {}, sentAt: old, failedAt: null });
  expect(await row(never.id)).toMatchObject({ recipient: '', params: {}, sentAt: null, failedAt: expect.any(Date) as Date });
  expect(await row(young.id)).toMatchObject({ recipient: 'hanta@example.mg', erasedAt: null });
});
