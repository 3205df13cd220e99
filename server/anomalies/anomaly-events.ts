import { readAnomalies } from '#db/anomalies.repository.ts';
import { topicChange, type OutboxEntry } from '#db/outbox.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import { scopesWith } from '#shared/domain/alarms/scope.ts';

/** Tells of an anomaly, in the transaction that changed it. */
export const anomalyEntry = (
  name: 'anomaly.found' | 'anomaly.settled',
  { id, officeId }: { id: string; officeId: string | null },
): OutboxEntry => {
  const changes = scopesWith(officeId).map((scope) =>
    topicChange('anomalies', topicOf('anomalies', scope), async (tx) => ({ staff: await readAnomalies(tx, scope) })),
  );
  return { name, payload: { anomalyId: id, officeId }, changes };
};
