import { Socket } from 'node:net';

/** Where postgres.js wants to go, as it hands it to `socket`. */
interface Target {
  host: string | string[];
  port: number | number[];
  path?: string | false;
}

const CONNECT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;

/**
 * A line whose end is told to postgres.js as one without an error: what was asked after its error and before its close, some microseconds,
 * postgres.js then fails; of a close with an error it thinks that all has been failed already, and that question would wait for ever.
 */
class Line extends Socket {
  /** The name that postgres.js has the server's certificate compared with. */
  constructor(readonly host: string) {
    super();
  }

  override emit(event: string | symbol, ...rest: unknown[]): boolean {
    return super.emit(event, ...(event === 'close' ? [false] : rest));
  }
}

/**
 * Opens lines to Postgres that are given up when nothing came for `silentMs`. A host that vanishes says nothing, and what is asked on its
 * line would wait for TCP's quarter of an hour; postgres.js has no limit of its own. A line that is merely idle is given up as well, and
 * opened again when it is needed. Not by `statement_timeout`: a vanished host does not keep it, and PgBouncer refuses it at the start.
 * A line is handed over before it is connected: one that fails is the pool's again when it closes, one that was refused here would be lost
 * to it. Of a line that TLS is spoken on, postgres.js takes all listeners away; the mended driver goes on watching (ADR 037).
 */
export function watchedSocket(silentMs: number): (target: Target) => Promise<Socket> {
  return ({ host, port, path }) => {
    const [name, number] = [[host].flat()[0] ?? 'localhost', [port].flat()[0] ?? 5432];
    const socket = new Line(name);
    const giveUp = (): void => void socket.destroy(Object.assign(new Error('Postgres says nothing'), { code: 'ETIMEDOUT' }));
    socket.setTimeout(Math.min(CONNECT_MS, silentMs), giveUp);
    socket.once('connect', () => socket.setTimeout(silentMs));
    // When postgres.js listens: an address that cannot even be tried says so at once.
    queueMicrotask(() => {
      if (path) socket.connect(path);
      else socket.connect({ host: name, port: number, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true });
    });
    return Promise.resolve(socket);
  };
}
