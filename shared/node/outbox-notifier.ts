import type { Logger } from './logger.ts';

/** Postgres channel that wakes the relay. */
export const OUTBOX_CHANNEL = 'vignette_outbox';

export interface OutboxNotifier {
  /** Called after a commit that wrote to the outbox. Returns at once. */
  wake(): void;
}

/**
 * Wakes the relay with NOTIFY, on its own and never inside a business transaction (commits that notify are serialised).
 * Calls within one round trip are joined into one. A lost NOTIFY costs the relay's polling interval, nothing else.
 */
export function createOutboxNotifier(deps: { notify: () => Promise<unknown>; logger: Logger }): OutboxNotifier {
  let running = false;
  let again = false;
  async function run(): Promise<void> {
    running = true;
    do {
      again = false;
      await deps.notify().catch((error: unknown) => deps.logger.debug({ err: error }, 'the relay could not be woken'));
    } while (again);
    running = false;
  }
  return {
    wake() {
      if (running) again = true;
      else void run();
    },
  };
}
