import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * Stands between us and a service. While it stalls it passes nothing on and closes nothing, as a host that vanished or is frozen; what it
 * was given it passes on when it goes on, as TCP does.
 */
export interface StallingProxy {
  /** The same address, through the proxy. */
  url: string;
  stalled: boolean;
  /** Every line that was opened, both ends. */
  readonly lines: readonly Socket[];
  close(): Promise<void>;
}

export async function createStallingProxy(to: string): Promise<StallingProxy> {
  const target = new URL(to);
  const [port, hostname] = [Number(target.port), target.hostname];
  const lines: Socket[] = [];
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(port, hostname);
    lines.push(near, far);
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => near.write(chunk));
    if (stalled) [near, far].forEach((line) => line.pause());
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.port = String((server.address() as AddressInfo).port);
  target.hostname = '127.0.0.1';
  return {
    url: target.href,
    get stalled() {
      return stalled;
    },
    set stalled(wanted) {
      stalled = wanted;
      for (const line of lines) if (!line.destroyed) line[wanted ? 'pause' : 'resume']();
    },
    lines,
    async close() {
      lines.forEach((line) => line.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
