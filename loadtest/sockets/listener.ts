import { Line, type LineOwner } from '../live/line.ts';
import { CONNECT, eventPacket, PONG } from '../live/packets.ts';
import { readDelivery, topicsOf, type Kind } from './scenario.ts';

/** What the listeners of a process tell of themselves. */
export interface Audience {
  port: number;
  origin: string;
  /** Whether Socket.IO is spoken; else the topics are said, a line each. */
  socketIo: boolean;
  onReady(): void;
  onDelivery(kind: Kind, ns: number): void;
  /** Socket.IO asked whether somebody is there; what a WebSocket's own frames ask is not counted. */
  onPing(): void;
  onClosed(why: string): void;
}

const [OPEN, PING, MESSAGE] = ['0', '2', '4'].map((digit) => digit.charCodeAt(0));
const [CONNECTED, EVENT, ACKNOWLEDGED] = ['0', '2', '3'].map((digit) => digit.charCodeAt(0));

/** Somebody with a page open: comes, joins, listens. */
export class Listener implements LineOwner {
  private readonly line: Line;

  constructor(
    private readonly audience: Audience,
    private readonly person: number,
  ) {
    const { port, origin } = audience;
    this.line = new Line(this, { host: '127.0.0.1', port, origin, cookie: `person=${person}` });
  }

  onCookies(): void {
    // There is no balancer.
  }

  onMessage(message: Buffer): void {
    const [first, second] = message;
    if (first === OPEN) this.line.send(this.audience.socketIo ? CONNECT : topicsOf(this.person).join('\n'));
    else if (first === PING) this.pong();
    else if (first !== MESSAGE) this.audience.onClosed(`said: ${message.toString('utf8', 0, 80)}`);
    else if (second === EVENT) this.hear(message);
    else if (second === CONNECTED) this.join();
    else if (second === ACKNOWLEDGED) this.audience.onReady();
    else this.audience.onClosed(`said: ${message.toString('utf8', 0, 80)}`);
  }

  onClosed(why: string): void {
    this.audience.onClosed(why);
  }

  private join(): void {
    this.line.send(eventPacket('live:join', { topics: topicsOf(this.person).map((topic) => [topic, 0]) }, 0));
  }

  private pong(): void {
    this.audience.onPing();
    this.line.send(PONG);
  }

  private hear(message: Buffer): void {
    const delivery = readDelivery(message);
    if (delivery) this.audience.onDelivery(delivery.kind, delivery.ns);
  }
}
