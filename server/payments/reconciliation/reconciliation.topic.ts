import { readReconciliations } from '#db/reconciliation-views.repository.ts';
import { admits } from '../../reach.ts';
import type { TopicDefinition } from '../../live/topic.ts';

/** `reconciliations`: the statements of providers, how far each is, and what is open. */
export const reconciliationsTopic: TopicDefinition<'reconciliations'> = {
  name: 'reconciliations',
  source: 'database',
  authorise: (_db, viewer) => Promise.resolve(admits(viewer, 'reconciliation.read') ? 'staff' : null),
  snapshot: (tx) => readReconciliations(tx),
};
