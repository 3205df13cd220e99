import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

export interface ZipFile {
  name: string;
  body: AsyncIterable<Uint8Array> | Uint8Array[];
  /** Photographs are compressed already. */
  stored: boolean;
}

/** A ZIP of files as they come, nothing but a chunk of one of them held at a time. */
export async function* zipOf(files: AsyncIterable<ZipFile>): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let failure: Error | null = null;
  const archive = new Zip((error, chunk) => {
    if (error) failure = error;
    else chunks.push(chunk);
  });
  const drain = function* (): Generator<Uint8Array> {
    if (failure) throw failure;
    const ready = chunks;
    chunks = [];
    yield* ready;
  };
  for await (const { name, body, stored } of files) {
    const entry = stored ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    archive.add(entry);
    for await (const part of body) {
      entry.push(part);
      yield* drain();
    }
    entry.push(new Uint8Array(0), true);
    yield* drain();
  }
  archive.end();
  yield* drain();
}
