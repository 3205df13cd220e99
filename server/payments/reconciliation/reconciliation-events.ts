import type { Tx } from '#db/connect.ts';
import { appendOutbox, topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readReconciliations } from '#db/reconciliation-views.repository.ts';
import type { EventName, EventPayload } from '#shared/contracts/events.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The staff's list of statements changes. */
const reconciliationsChange: TopicChange = topicChange('reconciliations', topicOf('reconciliations'), async (tx) => ({
  staff: await readReconciliations(tx),
}));

/** Tells the staff's page what became of a statement or of one of its differences. */
export const tellOfReconciliation = <E extends EventName & (`reconciliation.${string}` | `difference.${string}`)>(
  tx: Tx,
  name: E,
  payload: EventPayload<E>,
): Promise<void> => appendOutbox(tx, name, payload, [reconciliationsChange]);
