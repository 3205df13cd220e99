/** Raised when something took longer than it may. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Raised when the caller's signal ended the reading. */
export class AbortedError extends Error {
  override readonly name = 'AbortError';
}

/**
 * The promise, a time limit and an optional signal, whichever comes first. The recogniser can leave promises pending for ever,
 * so nothing of it is awaited but through this.
 * @param limitMs milliseconds
 */
export function withLimit<T>(promise: Promise<T>, limitMs: number, what: string, signal?: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      promise.catch(() => undefined);
      reject(new AbortedError(`${what} was aborted`));
      return;
    }
    const onAbort = () => finish(() => reject(new AbortedError(`${what} was aborted`)));
    const timer = setTimeout(() => finish(() => reject(new TimeLimitError(`${what} took over ${limitMs} ms`))), limitMs);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}
