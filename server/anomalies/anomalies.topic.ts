import { readAnomalies } from '#db/anomalies.repository.ts';
import { mayWatch } from '#shared/domain/alarms/scope.ts';
import { isScope } from '../alarms/alarms.topic.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** `anomalies:national`, `anomalies:<office>`, `anomalies:all`: what nobody settled. */
export const anomaliesTopic: TopicDefinition<'anomalies'> = {
  name: 'anomalies',
  source: 'database',
  authorise: (_db, viewer, key) => Promise.resolve(isScope(key) && mayWatch(viewer, 'anomaly.read', key) ? 'staff' : null),
  snapshot: (tx, key) => readAnomalies(tx, key),
};
