import { readRefunds } from '#db/refund-views.repository.ts';
import { admits } from '../../reach.ts';
import type { TopicDefinition } from '../../live/topic.ts';

/** `refunds`: the list of the staff. */
export const refundsTopic: TopicDefinition<'refunds'> = {
  name: 'refunds',
  source: 'database',
  authorise: (_db, viewer) => Promise.resolve(admits(viewer, 'refund.read') ? 'staff' : null),
  snapshot: (tx) => readRefunds(tx),
};
