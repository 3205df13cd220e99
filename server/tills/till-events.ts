import type { Executor } from '#db/connect.ts';
import { topicChange, type TopicChange } from '#db/outbox.repository.ts';
import { readOwnTill } from '#db/till-views.repository.ts';
import { agentsWithTill } from '#db/tills.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** An agent's own drawer changes. */
export const tillChange = (agentId: string): TopicChange =>
  topicChange('till', topicOf('till', agentId), async (tx) => ({ staff: await readOwnTill(tx, agentId) }));

/** The tills of an office change. The list may be long: whoever looks at it reads it again (ADR 009). */
export const tillsChange = (officeId: string): TopicChange => ({ topic: topicOf('tills', officeId), again: ['staff'] });

/** The drawers of all of an office who have one, and their list: what concerns whoever gives cash back next. */
export async function officeTillChanges(db: Executor, officeId: string): Promise<TopicChange[]> {
  return [...(await agentsWithTill(db, officeId)).map(tillChange), tillsChange(officeId)];
}
