import { readReviews } from '#db/reviews.repository.ts';
import { admits } from '../reach.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `reviews`: the documents that wait for an agent, or for their citizen; of all offices together (ADR 016). */
export const reviewsTopic: TopicDefinition<'reviews'> = {
  name: 'reviews',
  source: 'database',
  authorise: (_db, viewer) => Promise.resolve(admits(viewer, 'document.review') ? 'staff' : null),
  snapshot: (tx) => readReviews(tx),
};
