import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { encodeFrame, encodeText, FrameError, OPCODES, readFrames } from './frames.ts';

/** Where a virtual user's lines go, and from where they come. */
export interface LineAddress {
  host: string;
  port: number;
  /** What the handshake says as Host and Origin. */
  origin: string;
  cookie: string;
  /** One of the loopback range, so that the ports of one address do not run out. */
  localAddress?: string;
}

/** What a line tells its user. One object for all its lines: no closures for each. */
export interface LineOwner {
  /** The balancer's or the node's cookies came with the handshake. */
  onCookies(pairs: readonly string[]): void;
  onMessage(message: Buffer): void;
  /** Called once, whoever ended it. */
  onClosed(why: string): void;
}

interface LineSocket extends net.Socket {
  line: Line;
}

/** Everybody's: what is read is used up, or copied, before the next read. */
const readBuffer = Buffer.allocUnsafe(256 * 1024);
/** The key proves nothing between us; the same for all saves a random number each. */
const key = randomBytes(16).toString('base64');
const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const LARGEST_HEAD = 16 * 1024;
const PATH = '/socket.io/?EIO=4&transport=websocket';

/** Reads as slowly as this when it is asked to: bytes a second. */
export const SLOW_BYTES_PER_SECOND = 1_024;
const SLOW_READ_BYTES = 512;

/** One WebSocket over a raw socket: the handshake, frames, pings of the protocol. */
export class Line {
  private rest: Buffer | null = null;
  private open = false;
  private over = false;
  private readonly socket: LineSocket;

  constructor(
    private owner: LineOwner | null,
    address: LineAddress,
    private slow = false,
  ) {
    const { host, port, localAddress } = address;
    const socket = net.connect({
      ...{ host, port, ...(localAddress !== undefined && { localAddress }) },
      // A slow reader's own small buffer keeps back what the others' would swallow.
      onread: { buffer: slow ? Buffer.allocUnsafe(SLOW_READ_BYTES) : readBuffer, callback: onRead },
    }) as LineSocket;
    this.socket = socket;
    socket.line = this;
    socket.setNoDelay(true);
    socket.on('error', onError);
    socket.on('close', onClose);
    const name = new URL(address.origin).host;
    socket.write(
      `GET ${PATH} HTTP/1.1\r\nHost: ${name}\r\nOrigin: ${address.origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nCookie: ${address.cookie}\r\n\r\n`,
    );
  }

  send(text: string): void {
    if (!this.over) this.socket.write(encodeText(text));
  }

  /** Ends it at once, as a network does that is gone; the owner is told. */
  drop(): void {
    this.socket.destroy();
  }

  /** Reads nothing for so long: what the network does when packets are lost and sent again. */
  stall(ms: number): void {
    this.socket.pause();
    setTimeout(() => this.socket.resume(), ms);
  }

  /** Reads as fast as others from now on. */
  mend(): void {
    this.slow = false;
  }

  /** Whoever owned it hears no more of it. */
  disown(): void {
    this.owner = null;
  }

  /** Says good-bye. */
  close(): void {
    if (!this.over) this.socket.end(encodeFrame(OPCODES.close, Buffer.from([0x03, 0xe8])));
  }

  /** False: no more is to be read for now. */
  read(length: number, buffer: Buffer): boolean {
    try {
      const read = buffer.subarray(0, length);
      this.rest = this.open ? this.readMessages(read) : this.readHead(read);
    } catch (error) {
      this.fail(error instanceof FrameError ? `frame: ${error.message}` : String(error));
      return false;
    }
    if (!this.slow || !this.open) return true;
    setTimeout(() => this.socket.resume(), (length / SLOW_BYTES_PER_SECOND) * 1_000);
    return false;
  }

  closed(why: string): void {
    if (this.over) return;
    this.over = true;
    this.rest = null;
    this.owner?.onClosed(why);
  }

  private fail(why: string): void {
    this.closed(why);
    this.socket.destroy();
  }

  private readHead(read: Buffer): Buffer | null {
    const buffer = this.rest ? Buffer.concat([this.rest, read]) : read;
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) {
      if (buffer.length > LARGEST_HEAD) throw new FrameError('an answer without an end');
      return Buffer.from(buffer);
    }
    const [status = '', ...headers] = buffer.toString('latin1', 0, end).split('\r\n');
    const code = status.split(' ')[1] ?? '';
    if (code !== '101') {
      this.fail(`handshake: ${code}`);
      return null;
    }
    const valuesOf = (name: string): string[] =>
      headers.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
    if (valuesOf('sec-websocket-accept')[0] !== accept) throw new FrameError('the handshake was answered by somebody else');
    const cookies = valuesOf('set-cookie').map((cookie) => cookie.split(';', 1)[0] ?? '');
    if (cookies.length > 0) this.owner?.onCookies(cookies);
    this.open = true;
    this.rest = null;
    return this.readMessages(buffer.subarray(end + 4));
  }

  private readMessages(read: Buffer): Buffer | null {
    return readFrames(this.rest, read, this.onFrame);
  }

  private readonly onFrame = (opcode: number, payload: Buffer): boolean => {
    if (opcode === OPCODES.text) this.owner?.onMessage(payload);
    else if (opcode === OPCODES.ping) this.socket.write(encodeFrame(OPCODES.pong, payload));
    else if (opcode === OPCODES.close) {
      this.socket.end();
      this.closed(`closed ${payload.length >= 2 ? payload.readUInt16BE(0) : ''}`.trim());
    }
    return !this.over;
  };
}

function onRead(this: unknown, length: number, buffer: Uint8Array): boolean {
  return (this as LineSocket).line.read(length, buffer as Buffer);
}
function onError(this: unknown, error: NodeJS.ErrnoException): void {
  (this as LineSocket).line.closed(error.code ?? error.message);
}
function onClose(this: unknown): void {
  (this as LineSocket).line.closed('transport close');
}
