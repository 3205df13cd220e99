import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameError, OPCODES, readFrames } from './frames.ts';

/** As a server writes them: unmasked. */
function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head]), payload]);
}
/** Reads what came in pieces, each through one buffer that is written over afterwards. */
function readPieces(pieces: readonly Buffer[]): { frames: [number, string][]; rest: Buffer | null } {
  const shared = Buffer.alloc(256 * 1024);
  const frames: [number, string][] = [];
  let rest: Buffer | null = null;
  for (const piece of pieces) {
    piece.copy(shared);
    rest = readFrames(
      rest,
      shared.subarray(0, piece.length),
      (opcode, payload) => void frames.push([opcode, payload.toString('latin1')]),
    );
    shared.fill(0xff);
  }
  return { frames, rest };
}

describe('frames of a WebSocket', () => {
  it('are read whole, wherever they are split', () => {
    const lengths = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(125, 126, 127, 65_535, 65_536));
    fc.assert(
      fc.property(fc.array(lengths, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(), { maxLength: 8 }), (sizes, cuts) => {
        const payloads = sizes.map((size, index) => Buffer.alloc(size, 97 + index));
        const stream = Buffer.concat(payloads.map((payload) => serverFrame(OPCODES.text, payload)));
        const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
        const pieces = at.slice(1).map((end, index) => stream.subarray(at[index], end));
        const { frames, rest } = readPieces(pieces);
        expect(frames).toEqual(payloads.map((payload) => [OPCODES.text, payload.toString('latin1')]));
        expect(rest).toBeNull();
      }),
    );
  });

  it('are read at every byte', () => {
    const stream = Buffer.concat([
      serverFrame(OPCODES.text, Buffer.alloc(200, 97)),
      serverFrame(OPCODES.ping, Buffer.from('x')),
      serverFrame(OPCODES.text, Buffer.from('2')),
    ]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(readPieces([stream.subarray(0, cut), stream.subarray(cut)]).frames).toEqual([
        [1, 'a'.repeat(200)],
        [9, 'x'],
        [1, '2'],
      ]);
    }
    expect(readPieces([...stream].map((byte) => Buffer.from([byte]))).frames).toHaveLength(3);
  });

  it('keep what is left, and stop when nobody listens any more', () => {
    const stream = Buffer.concat([serverFrame(1, Buffer.from('a')), serverFrame(1, Buffer.from('b'))]);
    expect(readFrames(null, stream.subarray(0, 5), () => undefined)).toEqual(stream.subarray(3, 5));
    const seen: string[] = [];
    expect(readFrames(null, stream, (_, payload) => (seen.push(String(payload)), false))).toBeNull();
    expect(seen).toEqual(['a']);
  });

  it.each([
    ['masked', [0x81, 0x80]],
    ['compressed', [0xc1, 0x00]],
    ['in pieces', [0x01, 0x00]],
    ['a continuation', [0x80, 0x00]],
    ['endless', [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]],
  ])('are refused: %s', (_, bytes) => {
    expect(() => readFrames(null, Buffer.from(bytes), () => undefined)).toThrow(FrameError);
  });

  it('are masked when we send them, and say what was meant', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (bytes) => {
        const frame = encodeFrame(OPCODES.text, Buffer.from(bytes));
        const short = (frame[1] ?? 0) & 0x7f;
        expect(frame[1]).toBeGreaterThanOrEqual(0x80);
        const head = short < 126 ? 2 : short === 126 ? 4 : 10;
        const mask = frame.subarray(head, head + 4);
        expect(Buffer.from(frame.subarray(head + 4).map((byte, index) => byte ^ (mask[index & 3] ?? 0))).equals(bytes)).toBe(
          true,
        );
      }),
      { numRuns: 30 },
    );
  });
});
