import type { TopicChange } from '#db/outbox.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** What the staff sees of a vehicle changes: who has it open reads it again. It holds names, so it is not carried. */
export const fileChange = (vehicleId: string): TopicChange => ({ topic: topicOf('vehicle-file', vehicleId), again: ['staff'] });

/** The same for several, each once. */
export const fileChanges = (items: readonly { vehicleId: string }[]): TopicChange[] =>
  [...new Set(items.map(({ vehicleId }) => vehicleId))].map(fileChange);
