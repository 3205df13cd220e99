import type { ReaderLogger } from '../reading.ts';
import { AbortedError, withLimit } from './time-limit.ts';

/** A number of engines (threads) that are lent out one user at a time. */
export interface EnginePool<E> {
  /**
   * Runs `work` on a free engine. An engine whose work failed, ran over the limit or was aborted is ended and replaced:
   * it may never answer again.
   */
  use<T>(work: (engine: E) => Promise<T>, options: { limitMs: number; what: string; signal: AbortSignal }): Promise<T>;
  /** Starts engines up to the size of the pool. */
  warm(): Promise<void>;
  close(): void;
}

export interface EnginePoolDeps<E> {
  readonly size: number;
  /** An engine is replaced after this many uses: it leaks, and what it read changes how it reads. */
  readonly usesPerEngine: number;
  readonly logger: ReaderLogger;
  start(): Promise<E>;
  terminate(engine: E): void;
}

interface Lent<E> {
  readonly engine: E;
  uses: number;
}

interface Waiter<E> {
  give(lent: Lent<E>): void;
  refuse(error: Error): void;
}

export function createEnginePool<E>(deps: EnginePoolDeps<E>): EnginePool<E> {
  const idle: Lent<E>[] = [];
  const all = new Set<Lent<E>>();
  const waiters: Waiter<E>[] = [];
  let starting = 0;
  let closed = false;

  const startOne = async (): Promise<void> => {
    starting += 1;
    try {
      const engine = await deps.start();
      if (closed) return deps.terminate(engine);
      const lent: Lent<E> = { engine, uses: 0 };
      all.add(lent);
      hand(lent);
    } finally {
      starting -= 1;
    }
  };
  const startForWaiters = (): void => {
    for (let missing = Math.min(waiters.length - starting, deps.size - all.size - starting); missing > 0; missing -= 1) {
      startOne().catch((error: unknown) => {
        deps.logger.error({ err: error }, 'an OCR engine did not start');
        waiters.shift()?.refuse(error instanceof Error ? error : new Error(String(error)));
      });
    }
  };
  const hand = (lent: Lent<E>): void => {
    const waiter = waiters.shift();
    if (waiter) waiter.give(lent);
    else idle.push(lent);
  };
  const discard = (lent: Lent<E>): void => {
    all.delete(lent);
    deps.terminate(lent.engine);
    startForWaiters();
  };
  const acquire = (signal: AbortSignal): Promise<Lent<E>> => {
    if (closed) return Promise.reject(new Error('the reader is closed'));
    const free = idle.pop();
    if (free) return Promise.resolve(free);
    return new Promise<Lent<E>>((resolve, reject) => {
      const waiter: Waiter<E> = { give: settle(resolve), refuse: settle(reject) };
      function settle<A>(then: (argument: A) => void): (argument: A) => void {
        return (argument) => {
          signal.removeEventListener('abort', onAbort);
          then(argument);
        };
      }
      function onAbort(): void {
        const at = waiters.indexOf(waiter);
        if (at >= 0) waiters.splice(at, 1);
        reject(new AbortedError('aborted while waiting for an OCR engine'));
      }
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.push(waiter);
      startForWaiters();
    });
  };

  return {
    async use(work, { limitMs, what, signal }) {
      const lent = await acquire(signal);
      try {
        const result = await withLimit(work(lent.engine), limitMs, what, signal);
        lent.uses += 1;
        if (lent.uses >= deps.usesPerEngine || closed) discard(lent);
        else hand(lent);
        return result;
      } catch (error) {
        deps.logger.warn({ err: error, what }, 'an OCR engine is replaced');
        discard(lent);
        throw error;
      }
    },
    async warm() {
      await Promise.all(Array.from({ length: deps.size - all.size - starting }, () => startOne()));
    },
    close() {
      closed = true;
      for (const waiter of waiters.splice(0)) waiter.refuse(new Error('the reader is closed'));
      for (const lent of all) deps.terminate(lent.engine);
      all.clear();
      idle.length = 0;
    },
  };
}
