import { readOwnTill, readTills } from '#db/till-views.repository.ts';
import { Id } from '#shared/contracts/ids.ts';
import { admits } from '../reach.ts';
import type { TopicRegistry } from '../live/topic.ts';

/** `till:<agent>`: one's own drawer, for nobody else. `tills:<office>`: the office's, for its supervisors. */
export function createTillTopics({ clock }: { clock: () => Date }): Pick<TopicRegistry, 'till' | 'tills'> {
  return {
    till: {
      name: 'till',
      source: 'database',
      authorise: (_db, viewer, key) => Promise.resolve(key === viewer.userId && admits(viewer, 'till.use') ? 'staff' : null),
      snapshot: readOwnTill,
    },
    tills: {
      name: 'tills',
      source: 'database',
      authorise: (_db, viewer, key) =>
        Promise.resolve(Id.safeParse(key).success && admits(viewer, 'till.read', { officeId: key }) ? 'staff' : null),
      snapshot: (tx, key) => readTills(tx, key, clock()),
    },
  };
}
