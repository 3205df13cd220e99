import { WATCH_EVERY_MS, type AlarmWatch } from '#server/alarms/watch.service.ts';
import type { Logger } from '#shared/node/logger.ts';

/**
 * Looks every few seconds, in every process that has the role; whose turn it is, the database says. Not a job: a queue that stands still is
 * what an alarm has to tell of. Answers how to stop, once a look under way is done.
 */
export function startAlarmWatch(deps: { watch: AlarmWatch; logger: Logger; everyMs?: number }): () => Promise<void> {
  const { watch, logger, everyMs = WATCH_EVERY_MS } = deps;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  const next = (): void => {
    if (!stopped) timer = setTimeout(() => void (looking = look()), everyMs);
  };
  async function look(): Promise<void> {
    try {
      const done = await watch.look();
      if (done && done.opened + done.closed > 0) logger.info({ ...done }, 'alarms opened and closed');
    } catch (error) {
      logger.warn({ err: error }, 'alarms could not be looked at');
    }
    next();
  }
  looking = look();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await looking;
  };
}
