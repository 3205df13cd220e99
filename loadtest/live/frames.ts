import { randomBytes } from 'node:crypto';

/** What a WebSocket frame is (RFC 6455, 5.2); continuations and binary messages are not spoken by Socket.IO's text protocol. */
export const OPCODES = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;
export type Opcode = (typeof OPCODES)[keyof typeof OPCODES];

/** A peer that does not speak WebSocket as our servers do. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** What a message may be: beyond it the peer is mad, and what it says would fill the memory of thousands. */
const LARGEST_BYTES = 4 * 1024 * 1024;
const mask = randomBytes(4);

/** One masked frame, as a client sends them. The mask is the same all along: it protects proxies from browsers' pages, and there are none here. */
export function encodeFrame(opcode: Opcode, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  frame[0] = 0x80 | opcode;
  if (head === 2) frame[1] = 0x80 | length;
  else if (head === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  mask.copy(frame, head);
  for (let index = 0; index < length; index += 1) frame[head + 4 + index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  return frame;
}

export const encodeText = (text: string): Buffer => encodeFrame(OPCODES.text, Buffer.from(text, 'utf8'));

/**
 * Takes whole frames out of what was read, and gives back what is left of the last one: a copy, since the buffer it was read into is
 * everybody's. `onFrame` gets a view into the buffer, good until it returns; when it answers false, nothing more is taken.
 * @throws FrameError
 */
export function readFrames(
  rest: Buffer | null,
  read: Buffer,
  onFrame: (opcode: number, payload: Buffer) => boolean | void,
): Buffer | null {
  const buffer = rest ? Buffer.concat([rest, read]) : read;
  let at = 0;
  while (buffer.length - at >= 2) {
    const first = buffer[at] ?? 0;
    const second = buffer[at + 1] ?? 0;
    if (second & 0x80) throw new FrameError('a server does not mask');
    if (first & 0x70) throw new FrameError('an extension that nobody asked for');
    if (!(first & 0x80) || (first & 0xf) === 0) throw new FrameError('a message in pieces');
    const short = second & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (buffer.length - at < head) break;
    const length = short < 126 ? short : short === 126 ? buffer.readUInt16BE(at + 2) : Number(buffer.readBigUInt64BE(at + 2));
    if (length > LARGEST_BYTES) throw new FrameError(`a message of ${length} bytes`);
    if (buffer.length - at < head + length) break;
    const payload = buffer.subarray(at + head, at + head + length);
    at += head + length;
    if (onFrame(first & 0xf, payload) === false) return null;
  }
  return at === buffer.length ? null : Buffer.from(buffer.subarray(at));
}
