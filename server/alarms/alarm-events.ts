import { readAlarms } from '#db/alarm-views.repository.ts';
import { topicChange, type OutboxEntry, type TopicChange } from '#db/outbox.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { scopesWith } from '#shared/domain/alarms/scope.ts';

/** The lists that an alarm of an office (null: of the platform) is in. */
export const alarmChanges = (officeId: string | null): TopicChange[] =>
  scopesWith(officeId).map((scope) =>
    topicChange('alarms', topicOf('alarms', scope), async (tx) => ({ staff: await readAlarms(tx, scope) })),
  );

type AlarmEvent = 'alarm.opened' | 'alarm.escalated' | 'alarm.closed' | 'alarm.measured' | 'alarm.acknowledged';

/** Tells of an alarm, in the transaction that changed it. */
export const alarmEntry = (name: AlarmEvent, { id, officeId }: { id: string; officeId: string | null }): OutboxEntry => ({
  name,
  payload: { alarmId: id, officeId },
  changes: alarmChanges(officeId),
});
