import type { TopicDefinition } from '../live/topic.ts';
import { readChannelsView } from './channels.service.ts';

/** `channels`: how each way to pay does; for everybody. */
export const channelsTopic: TopicDefinition<'channels'> = {
  name: 'channels',
  source: 'database',
  guests: true,
  authorise: () => Promise.resolve('public'),
  snapshot: readChannelsView,
};
