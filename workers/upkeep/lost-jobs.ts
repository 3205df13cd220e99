import type { Db } from '#db/connect.ts';
import { unsentMessages } from '#db/messages.repository.ts';
import { lostNotices } from '#db/notice-sources.repository.ts';
import { documentsWithoutImages, overdueDocuments } from '#db/upkeep.repository.ts';
import { READING_LIMIT_MS } from '#server/documents/readings.service.ts';
import type { QueueName } from '#shared/contracts/jobs.ts';
import { NoticeSource } from '#shared/contracts/notices.ts';
import type { IdentifiedJob, JobQueues } from '#shared/node/queues.ts';

export interface LostJobsDeps {
  db: Db;
  queues: JobQueues;
  clock: () => Date;
}

/** A document waits longer than the relay takes, or is read longer than a reading may take: its job may be gone. Milliseconds. */
export const QUEUED_TOO_LONG_MS = 30_000;
export const READING_TOO_LONG_MS = READING_LIMIT_MS + 15_000;
/** Images are tried three times, up to some minutes apart; what is older than a day failed for a reason. */
export const IMAGES_TOO_LONG_MS = 15 * 60_000;
const IMAGES_GIVEN_UP_MS = 24 * 3600_000;
/** A message is sent within seconds; while its job waits for the next try, the job is there. */
export const UNSENT_TOO_LONG_MS = 60_000;
/** A notice is made within seconds, its three tries take half a minute; nobody wants to hear a day later. */
export const NOTICES_TOO_LONG_MS = 2 * 60_000;
const NOTICES_GIVEN_UP_MS = 24 * 3600_000;

const BATCH = 500;
/** Jobs looked through for live ones; with more waiting, none can be told to be gone. */
const LOOKED_THROUGH = 20_000;
const CHUNK = 1_000;

/** Enqueues again what the database says should be read and no job is for. Answers how many. */
export async function restoreReadings({ db, queues, clock }: LostJobsDeps): Promise<number> {
  const now = clock().getTime();
  const queuedBefore = new Date(now - QUEUED_TOO_LONG_MS);
  const startedBefore = new Date(now - READING_TOO_LONG_MS);
  const overdue = await overdueDocuments(db, { queuedBefore, startedBefore }, BATCH);
  if (overdue.length === 0) return 0;
  const live = await liveIds(queues, 'ocr', 'documentId');
  if (!live) return 0;
  const lost = overdue.filter(({ id }) => !live.has(id));
  await queues.add(
    lost.map(({ id, queueNumber, attemptsTotal }): IdentifiedJob => ({
      id: `sweep-${id}-${queueNumber}-${attemptsTotal}-${minuteOf(now)}`,
      job: { name: 'document.ocr', payload: { documentId: id } },
    })),
  );
  return lost.length;
}

/** The same for the WebP files of documents that have been read. */
export async function restoreImages({ db, queues, clock }: LostJobsDeps): Promise<number> {
  const now = clock().getTime();
  const overdue = await documentsWithoutImages(db, new Date(now - IMAGES_TOO_LONG_MS), new Date(now - IMAGES_GIVEN_UP_MS), BATCH);
  if (overdue.length === 0) return 0;
  const live = await liveIds(queues, 'images', 'documentId');
  if (!live) return 0;
  const lost = overdue.filter((id) => !live.has(id));
  const period = Math.floor(now / IMAGES_TOO_LONG_MS);
  await queues.add(
    lost.map((id): IdentifiedJob => ({
      id: `sweep-${id}-${period}`,
      job: { name: 'document.images', payload: { documentId: id } },
    })),
  );
  return lost.length;
}

/** The same for messages that are neither sent nor given up. One that has become useless meanwhile is given up by its job. */
export async function restoreMessages({ db, queues, clock }: LostJobsDeps): Promise<number> {
  let restored = 0;
  for (const bulk of [false, true]) {
    const now = clock();
    const createdBefore = new Date(now.getTime() - UNSENT_TOO_LONG_MS);
    const overdue = await unsentMessages(db, { createdBefore, now, bulk }, BATCH);
    const live = overdue.length > 0 ? await liveIds(queues, bulk ? 'bulk-messages' : 'messages', 'messageId') : null;
    if (!live) continue;
    const lost = overdue.filter((id) => !live.has(id));
    const name = bulk ? 'message.send-bulk' : 'message.send';
    await queues.add(
      lost.map((id): IdentifiedJob => ({
        id: `sweep-${id}-${minuteOf(now.getTime())}`,
        job: { name, payload: { messageId: id } },
      })),
    );
    restored += lost.length;
  }
  return restored;
}

/** The same for events that nobody was told of. An event is done once: a job too many adds nothing. */
export async function restoreNotices({ db, queues, clock }: LostJobsDeps): Promise<number> {
  const now = clock().getTime();
  const names = NoticeSource.options.flatMap(({ shape }) =>
    'options' in shape.event ? shape.event.options : [shape.event.value],
  );
  const between = { createdAfter: new Date(now - NOTICES_GIVEN_UP_MS), enqueuedBefore: new Date(now - NOTICES_TOO_LONG_MS) };
  const lost = await lostNotices(db, names, between, BATCH);
  await queues.add(
    lost.flatMap(({ eventId, name, payload }): IdentifiedJob[] => {
      const source = NoticeSource.safeParse({ ...payload, event: name });
      if (!source.success) return [];
      const id = `sweep-${eventId}-${Math.floor(now / NOTICES_TOO_LONG_MS)}`;
      return [{ id, job: { name: 'notice.deliver', payload: { eventId, source: source.data } } }];
    }),
  );
  return lost.length;
}

/** Part of the id: a job that failed is remembered under its id, and must not keep a later one out for days. */
const minuteOf = (milliseconds: number): number => Math.floor(milliseconds / 60_000);

/** What the jobs of a queue that wait or run are about, by the name it has in their payloads; null when there are too many jobs to tell. */
async function liveIds(queues: JobQueues, name: QueueName, key: 'documentId' | 'messageId'): Promise<Set<string> | null> {
  const queue = queues.queue(name);
  const ids = new Set<string>();
  for (let start = 0; start < LOOKED_THROUGH; start += CHUNK) {
    // The range counts for each state by itself: an empty answer means that all are through.
    const jobs = await queue.getJobs(['active', 'waiting', 'delayed', 'prioritized'], start, start + CHUNK - 1);
    if (jobs.length === 0) return ids;
    for (const job of jobs) {
      const id: unknown = (job?.data as Record<string, unknown> | undefined)?.[key];
      if (typeof id === 'string') ids.add(id);
    }
  }
  return null;
}
