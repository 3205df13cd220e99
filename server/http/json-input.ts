import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '#shared/contracts/errors.ts';
import type { HttpEnvironment } from './environment.ts';

/** Bodies of JSON are small here; photographs come as streams, elsewhere. */
const MAX_BYTES = 16 * 1024;

/** Reads a JSON body of at most 16 KiB and parses it. Throws INVALID_INPUT, or the schema's own refusal. */
export async function readJson<S extends z.ZodType>(c: Context<HttpEnvironment>, schema: S): Promise<z.output<S>> {
  const refused = (why: string): AppError => new AppError('INVALID_INPUT', { why });
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) throw refused('content-type');
  const body = await readBytes(c);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw refused('json');
  }
  return schema.parse(value);
}

/** Reads a body of at most 16 KiB, or as much as is said, as it came. Throws INVALID_INPUT. */
export async function readBytes(c: Context<HttpEnvironment>, maxBytes = MAX_BYTES): Promise<Buffer> {
  const tooLarge = (): AppError => new AppError('INVALID_INPUT', { why: 'too-large' });
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyOf(c)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const bodyOf = (c: Context<HttpEnvironment>): AsyncIterable<Uint8Array> | Uint8Array[] => c.req.raw.body ?? [];
