import { topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readNotifications } from '#db/notices.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The bell of a person changes. */
export const notificationsChange = (userId: string): TopicChange =>
  topicChange('notifications', topicOf('notifications', userId), async (tx) => ({ owner: await readNotifications(tx, userId) }));
