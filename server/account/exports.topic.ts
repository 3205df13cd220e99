import { readExport } from '#db/account-exports.repository.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `account-export:<user>`: how a person's copy stands, for that person alone. */
export const exportTopic: TopicDefinition<'account-export'> = {
  name: 'account-export',
  source: 'database',
  authorise: async (_db, viewer, key) => (viewer.userId === key ? 'owner' : null),
  snapshot: (tx, key) => readExport(tx, key),
};
