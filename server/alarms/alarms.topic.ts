import { readAlarms } from '#db/alarm-views.repository.ts';
import { EVERYWHERE, NATIONAL } from '#shared/contracts/alarms.ts';
import { Id } from '#shared/contracts/ids.ts';
import { mayWatch } from '#shared/domain/alarms/scope.ts';
import type { TopicDefinition } from '../live/topic.ts';

/** Whether a key is one of a list of alarms or anomalies. */
export const isScope = (key: string): boolean => key === NATIONAL || key === EVERYWHERE || Id.safeParse(key).success;

/** `alarms:national`, `alarms:<office>`, `alarms:all`: what lasts now. */
export const alarmsTopic: TopicDefinition<'alarms'> = {
  name: 'alarms',
  source: 'database',
  authorise: (_db, viewer, key) => Promise.resolve(isScope(key) && mayWatch(viewer, 'alarm.read', key) ? 'staff' : null),
  snapshot: (tx, key) => readAlarms(tx, key),
};
