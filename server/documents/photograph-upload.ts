import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { UPLOAD_MAX_BYTES } from '#shared/contracts/documents.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import { withTimeout } from '#shared/node/shutdown.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { extensionOf, photographSize, photographType, type PhotographSize, type UploadType } from './photograph-header.ts';

/** What one upload holds in memory of the photograph, at most: enough for the header of all but the oddest files. */
const HEAD_BYTES = 256 * 1024;
/** Whole photographs in memory at once, for those whose header is not in their head. */
const WHOLE_AT_ONCE = 4;

export interface UploadRequest {
  body: AsyncIterable<Uint8Array>;
  /** What Content-Length promises; null without one. */
  declaredBytes: number | null;
  keyOf: (extension: string) => string;
}

/** A photograph that lies in the object store. */
export interface ReceivedPhotograph extends PhotographSize {
  key: string;
  contentType: UploadType;
  bytes: number;
  sha256: string;
}

export interface PhotographReceiver {
  /**
   * Streams a photograph to the object store. Type and size are judged from its first bytes, before anything is stored; whatever
   * fails afterwards (too long, cut off, the store away) leaves no object.
   * @throws AppError FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE_REFUSED, FILE_UNREADABLE, FILE_TOO_MANY_PIXELS
   */
  receive(request: UploadRequest): Promise<ReceivedPhotograph>;
}

/** A sender of whom nothing comes for so long is gone, milliseconds; less than the store's own patience. */
const STALLED_MS = 20_000;

/** Milliseconds. */
const DELETED_AGAIN_MS = 5_000;

export function createPhotographReceiver(deps: { store: ObjectStore; stalledMs?: number }): PhotographReceiver {
  const { store } = deps;
  const wholes = createConcurrencyLimit(WHOLE_AT_ONCE);

  /** Deletes what was cut off, twice: a store that was still taking it may put it down after the first. Upkeep finds what even so stays. */
  async function forget(key: string): Promise<void> {
    const remove = (): Promise<void> => store.delete(key).catch(() => undefined);
    setTimeout(() => void remove(), DELETED_AGAIN_MS).unref();
    await remove();
  }

  async function sizeFromStore(key: string, type: UploadType): Promise<PhotographSize> {
    return wholes.run(async () => {
      const bytes = await store.getBytes(key);
      const size = bytes && (await photographSize(bytes, type, true));
      if (!size) throw new AppError('FILE_UNREADABLE');
      return size;
    });
  }

  return {
    async receive({ body, declaredBytes, keyOf }) {
      const source = countedSource(body, declaredBytes, deps.stalledMs ?? STALLED_MS);
      try {
        const head = await readHead(source);
        if (head.bytes.length === 0) throw new AppError('FILE_EMPTY');
        const contentType = await photographType(head.bytes);
        const early = await photographSize(head.bytes, contentType, head.whole);
        const key = keyOf(extensionOf(contentType));
        try {
          const hash = createHash('sha256');
          await putStream(store, key, contentType, hashed(head.bytes, source, hash), declaredBytes);
          const size = early ?? (await sizeFromStore(key, contentType));
          return { key, contentType, bytes: source.count(), sha256: hash.digest('hex'), ...size };
        } catch (error) {
          await forget(key);
          throw error;
        }
      } catch (error) {
        void source.discard();
        throw error;
      }
    },
  };
}

/** The body of a request, counted, and held to the limit, to what was promised, and to keep coming. */
function countedSource(body: AsyncIterable<Uint8Array>, declaredBytes: number | null, stalledMs: number) {
  // By hand, not `for await`: leaving that loop early closes the connection before the answer is sent.
  const iterator = body[Symbol.asyncIterator]();
  let count = 0;
  async function nextChunk(): Promise<Uint8Array | null> {
    const next = await withTimeout(iterator.next(), stalledMs, 'the next bytes').catch((error: unknown) => {
      throw new AppError('FILE_UNREADABLE', { why: 'cut_off' }, { cause: error });
    });
    if (!next.done) {
      count += next.value.byteLength;
      if (count > UPLOAD_MAX_BYTES) throw tooLarge();
      return next.value;
    }
    if (declaredBytes !== null && count !== declaredBytes) throw new AppError('FILE_UNREADABLE', { why: 'cut_off' });
    return null;
  }
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await nextChunk(); chunk; chunk = await nextChunk()) yield chunk;
  }
  /** Reads on to the end and throws it away, up to a limit: a client that is still writing does not listen to the answer. */
  async function discard(): Promise<void> {
    const end = count + DISCARD_BYTES;
    try {
      for (let next = await iterator.next(); !next.done && count < end; next = await iterator.next())
        count += next.value.byteLength;
    } catch {
      // Cut off: nobody is left to read the answer.
    }
  }
  return { nextChunk, chunks, discard, count: () => count };
}

/** Bytes that are read and thrown away after a refusal. */
const DISCARD_BYTES = 16 * 1024 * 1024;

type Source = ReturnType<typeof countedSource>;

export const tooLarge = (): AppError => new AppError('FILE_TOO_LARGE', { limit: UPLOAD_MAX_BYTES });

async function readHead(source: Source): Promise<{ bytes: Buffer; whole: boolean }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const chunk = await source.nextChunk();
    if (!chunk) return { bytes: Buffer.concat(parts), whole: true };
    parts.push(chunk);
    length += chunk.byteLength;
  }
  return { bytes: Buffer.concat(parts), whole: false };
}

async function* hashed(head: Uint8Array, source: Source, hash: Hash): AsyncGenerator<Uint8Array, void> {
  hash.update(head);
  yield head;
  for await (const chunk of source.chunks()) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Stores a stream; when the stream fails, the request to the store is given up and the stream's own error is thrown. */
async function putStream(
  store: ObjectStore,
  key: string,
  contentType: string,
  chunks: AsyncGenerator<Uint8Array, void>,
  bytes: number | null,
): Promise<void> {
  const giveUp = new AbortController();
  const stream = Readable.from(chunks, { objectMode: false });
  const failure: { error?: Error } = {};
  stream.on('error', (error: Error) => {
    failure.error = error;
    giveUp.abort();
  });
  try {
    await store.put(key, stream, contentType, { ...(bytes === null ? {} : { bytes }), signal: giveUp.signal });
  } catch (error) {
    stream.destroy();
    throw failure.error ?? error;
  }
  if (failure.error) throw failure.error;
}
