import { topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readGarage } from '#db/vehicles.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The page "My vehicles" of a user changes. */
export const garageChange = (userId: string): TopicChange =>
  topicChange('garage', topicOf('garage', userId), async (tx) => ({ owner: await readGarage(tx, userId) }));
