import { readNotifications, readNotificationsOf } from '#db/notices.repository.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `notifications:<user>`: the bell, for that user alone. */
export const notificationsTopic: TopicDefinition<'notifications'> = {
  name: 'notifications',
  source: 'database',
  authorise: async (_db, viewer, key) => (viewer.userId === key ? 'owner' : null),
  snapshot: readNotifications,
  snapshots: readNotificationsOf,
};
