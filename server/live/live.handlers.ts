import type { CommandHandlers } from '../sockets/commands.ts';
import type { LiveService } from './live.service.ts';

/** Socket commands of the live mechanism itself. */
export function createLiveHandlers(
  live: LiveService,
  now: () => Date,
): CommandHandlers<'live:subscribe' | 'live:join' | 'live:unsubscribe' | 'live:check'> {
  return {
    'live:subscribe': ({ viewer, subscriber }, { topic }) => live.subscribe(subscriber, viewer, topic),
    'live:join': ({ viewer, subscriber }, { topics }) => live.join(subscriber, viewer, topics),
    'live:unsubscribe': async ({ subscriber }, { topic }) => {
      await live.unsubscribe(subscriber, topic);
      return null;
    },
    'live:check': async ({ subscriber }, { held }) => ({
      asOf: now().toISOString(),
      behind: await live.behind(subscriber, held),
    }),
  };
}
