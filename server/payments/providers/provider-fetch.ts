/** What the longest answer of a provider takes, many times over. */
const MAX_BYTES = 256 * 1024;

export type ProviderFetch = (address: string | URL, init: RequestInit) => Promise<Response>;

/**
 * Calls a provider: within a time that counts up to the last byte, without following redirects (a key would go along), and reading no
 * more than an answer can be. The answer is whole when it comes; throws otherwise.
 */
export function createProviderFetch({ timeoutMs }: { timeoutMs: number }): ProviderFetch {
  return async (address, init) => {
    const time = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, time]) : time;
    const answer = await fetch(address, { ...init, redirect: 'error', signal });
    const { status, headers } = answer;
    const body = await readBounded(answer);
    return new Response(body.length > 0 ? body : null, { status, headers });
  };
}

async function readBounded({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const parts: AsyncIterable<Uint8Array> | Uint8Array[] = body ?? [];
  for await (const chunk of parts) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
