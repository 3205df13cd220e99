import { findTransfer, readTransfer } from '#db/transfers.repository.ts';
import { Id } from '#shared/contracts/ids.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `transfer:<id>`: for its two people. */
export const transferTopic: TopicDefinition<'transfer'> = {
  name: 'transfer',
  source: 'database',
  async authorise(db, viewer, key) {
    if (!Id.safeParse(key).success) return null;
    const found = await findTransfer(db, key);
    return found && (found.sellerId === viewer.userId || found.buyerId === viewer.userId) ? 'owner' : null;
  },
  snapshot: (tx, key) => readTransfer(tx, key, new Date()),
};
