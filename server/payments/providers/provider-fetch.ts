/** What the longest answer of a provider takes, many times over. */
const MAX_BYTES = 256 * 1024;

export type ProviderFetch = (address: string | URL, init: RequestInit) => Promise<Response>;

/**
 * Calls a provider: within a time that counts up to the last byte, without following redirects (a key would go along), and reading no
 * more than an answer can be. The answer is whole when it comes; throws otherwise.
 */
export function createProviderFetch({ timeoutMs }: { timeoutMs: number }): ProviderFetch {
  return async (address, init) => {
    // Of ours, with a timer that holds it: a signal that nothing but the call holds may be collected between head and body, and the body
    // is then waited for without an end.
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(new Error('the answer takes too long')), timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, time.signal]) : time.signal;
    try {
      const answer = await fetch(address, { ...init, redirect: 'error', signal });
      const { status, headers } = answer;
      const body = await readBounded(answer, signal);
      return new Response(body.length > 0 ? body : null, { status, headers });
    } finally {
      clearTimeout(timer);
    }
  };
}

async function readBounded({ body }: Response, signal: AbortSignal): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  if (!body) return Buffer.concat(chunks);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    for (let bytes = 0; ;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(chunks);
      bytes += value.byteLength;
      if (bytes > MAX_BYTES) throw new Error('the answer is too long');
      chunks.push(value);
    }
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

export const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
