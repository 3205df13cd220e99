import type { Tx } from '#db/connect.ts';
import { readReadingQueue } from '#db/document-views.repository.ts';
import { raiseTopic } from '#db/outbox.repository.ts';
import type { ReadingQueueView } from '#shared/contracts/documents.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/**
 * The next state of the topic `reading-queue`, numbered. For its projector alone (the relay, after document events, coalesced): the
 * number is raised first, so what is read includes everything that an earlier number told.
 */
export async function projectReadingQueue(tx: Tx): Promise<{ seq: number; state: ReadingQueueView }> {
  const seq = await raiseTopic(tx, topicOf('reading-queue'));
  return { seq, state: await readReadingQueue(tx) };
}
