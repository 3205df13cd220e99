import { Readable } from 'node:stream';
import type { ProviderCode } from '#shared/contracts/payments.ts';

const NAMES: Readonly<Record<ProviderCode, string>> = { mtn_momo: 'mtn', mvola: 'mvola', stripe: 'stripe' };
/** Until the first byte; a statement of a day is written while it is sent. */
const PATIENCE_MS = 60_000;

/**
 * Fetches statements from where they are offered as files, `<origin>/statements/<provider>/<day>.csv`. None of the providers documents an
 * address for them: the sandbox has one, and an operator's drop box can be put behind the same.
 */
export const statementFetcher =
  (origin: string, provider: ProviderCode) =>
  async (day: string): Promise<AsyncIterable<Uint8Array> | null> => {
    const address = new URL(`/statements/${NAMES[provider]}/${day}.csv`, origin);
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 404) return null;
    if (!answer.ok || !answer.body) throw new Error(`the statement of ${day} was answered ${answer.status}`);
    return Readable.fromWeb(answer.body as never);
  };
