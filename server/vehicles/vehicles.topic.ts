import { readGarage } from '#db/vehicles.repository.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `garage:<user>`: the page "My vehicles", for that user alone. */
export const garageTopic: TopicDefinition<'garage'> = {
  name: 'garage',
  source: 'database',
  authorise: async (_db, viewer, key) => (viewer.userId === key ? 'owner' : null),
  snapshot: (tx, key) => readGarage(tx, key),
};
