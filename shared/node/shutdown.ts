import type { Logger } from './logger.ts';

export interface Shutdown {
  /** Registers what must be released; released in the reverse order of registration. */
  add(name: string, release: () => Promise<void> | void): void;
  /** Releases everything, once; each within `timeoutMs`. */
  run(why: string): Promise<void>;
}

/** The releasers of a process. `main.ts` runs them on SIGTERM and SIGINT. */
export function createShutdown(logger: Logger, timeoutMs = 10_000): Shutdown {
  const releasers: { name: string; release: () => Promise<void> | void }[] = [];
  let running: Promise<void> | null = null;
  async function releaseAll(why: string): Promise<void> {
    logger.info({ why }, 'shutting down');
    for (const { name, release } of releasers.toReversed()) {
      try {
        await withTimeout(Promise.resolve(release()), timeoutMs, name);
      } catch (error) {
        logger.error({ err: error, what: name }, 'could not be released');
      }
    }
    logger.info('stopped');
  }
  return {
    add: (name, release) => void releasers.push({ name, release }),
    run: (why) => (running ??= releaseAll(why)),
  };
}

/** Rejects when a promise has not settled after `ms`. */
export async function withTimeout<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
