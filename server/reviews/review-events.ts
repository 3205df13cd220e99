import type { Tx } from '#db/connect.ts';
import { appendOutbox, type TopicChange } from '#db/outbox.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The agents' list changes. It may be long and many look at it: they read it again (ADR 009). */
export const reviewsChange: TopicChange = { topic: topicOf('reviews'), again: ['staff'] };

/** Tells the agents who has a document now. */
export const tellOfLease = (
  tx: Tx,
  name: 'review.taken' | 'review.renewed' | 'review.released',
  documentId: string,
): Promise<void> => appendOutbox(tx, name, { documentId }, [reviewsChange]);
