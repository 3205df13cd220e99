import type { TopicChange } from '#db/outbox.repository.ts';
import { topicOf } from '#shared/contracts/topics.ts';

/** The page "My vehicles" of a user changes. It may list hundreds: whoever looks at it reads it again (ADR 009). */
export const garageChange = (userId: string): TopicChange => ({ topic: topicOf('garage', userId), again: ['owner'] });
