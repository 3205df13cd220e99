import { payerOf } from '#db/payments.repository.ts';
import type { TopicDefinition } from '../live/topic.ts';
import { paymentView, paymentViews } from './payment-events.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `payment:<id>`: one payment, for who ordered it. */
export const paymentTopic: TopicDefinition<'payment'> = {
  name: 'payment',
  source: 'database',
  authorise: async (db, viewer, key) => (UUID.test(key) && (await payerOf(db, key)) === viewer.userId ? 'owner' : null),
  snapshot: paymentView,
  snapshots: paymentViews,
};
