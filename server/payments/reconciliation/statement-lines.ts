/** A line longer than this is none of a statement's, characters. */
export const LONGEST_LINE = 16_384;

export interface PhysicalLine {
  /** From 1, as an editor shows it. */
  number: number;
  text: string;
  /** It was longer than any line may be; the rest of it is not kept. */
  tooLong: boolean;
}

export type Bytes = AsyncIterable<Uint8Array>;

/** What text a file is: by its byte order mark, else UTF-8 where it is that to the last byte, else what French spreadsheets write. */
export async function encodingOf(bytes: Bytes): Promise<'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let head: number[] = [];
  let utf8 = true;
  for await (const chunk of bytes) {
    if (head.length < 2) head = [...head, ...chunk.subarray(0, 2)].slice(0, 2);
    if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
    if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
    utf8 &&= decodes(decoder, chunk);
    if (!utf8 && head.length === 2) return 'windows-1252';
  }
  return utf8 && decodes(decoder) ? 'utf-8' : 'windows-1252';
}

function decodes(decoder: { decode(bytes?: Uint8Array, options?: { stream: boolean }): string }, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

/** The lines of a file, however they end (CR LF, LF, CR). Memory: one chunk and one line. Empty lines are lines. */
export async function* physicalLines(
  bytes: Bytes,
  encoding: string,
  onBytes: (count: number) => void,
): AsyncGenerator<PhysicalLine> {
  const decoder = new TextDecoder(encoding);
  let number = 0;
  let rest = '';
  let tooLong = false;
  const line = (text: string): PhysicalLine => {
    number += 1;
    const found = {
      number,
      text: (rest + text).slice(0, LONGEST_LINE),
      tooLong: tooLong || rest.length + text.length > LONGEST_LINE,
    };
    [rest, tooLong] = ['', false];
    return found;
  };
  function* take(text: string, last: boolean): Generator<PhysicalLine> {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== 10 && code !== 13) continue;
      // A CR at the end of a chunk may be the half of an end.
      if (code === 13 && at + 1 === text.length && !last) break;
      yield line(text.slice(from, at));
      if (code === 13 && text.charCodeAt(at + 1) === 10) at += 1;
      from = at + 1;
    }
    const left = text.slice(from);
    if (rest.length + left.length > LONGEST_LINE && !left.endsWith('\r'))
      [rest, tooLong] = [(rest + left).slice(0, LONGEST_LINE), true];
    else rest += left;
  }
  for await (const chunk of bytes) {
    onBytes(chunk.byteLength);
    // A half end that was kept comes before what follows it.
    const held = rest.endsWith('\r') ? '\r' : '';
    if (held) rest = rest.slice(0, -1);
    yield* take(held + decoder.decode(chunk, { stream: true }), false);
  }
  const held = rest.endsWith('\r') ? '\r' : '';
  if (held) rest = rest.slice(0, -1);
  yield* take(held + decoder.decode(), true);
  if (rest !== '') yield line('');
}
