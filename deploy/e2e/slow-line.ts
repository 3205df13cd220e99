import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to the balancer that can be made to let a kilobyte a second through to whoever reads. */
export interface SlowLine {
  origin: string;
  crawl(): void;
  mend(): void;
  close(): void;
}

const TICK_MS = 100;
const BYTES_A_TICK = 102;

export async function slowLine(origin: string): Promise<SlowLine> {
  const { port } = new URL(origin);
  const upstreams = new Set<Socket>();
  let crawling = false;
  const server = createServer((client) => {
    const upstream = connect({ port: Number(port), host: '127.0.0.1' });
    upstreams.add(upstream);
    client.pipe(upstream);
    const pass = (): void => {
      const most = crawling ? Math.min(BYTES_A_TICK, upstream.readableLength) : upstream.readableLength;
      const some = most > 0 ? (upstream.read(most) as Buffer | null) : null;
      if (some) client.write(some);
    };
    // Read by hand, so that what is not passed on stays where it is, and in the end with the sender.
    upstream.on('readable', () => !crawling && pass());
    const timer = setInterval(pass, TICK_MS);
    const end = (): void => {
      clearInterval(timer);
      upstreams.delete(upstream);
      upstream.destroy();
      client.destroy();
    };
    for (const one of [client, upstream]) one.on('error', end).on('close', end);
    upstream.on('end', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    crawl: () => void (crawling = true),
    mend: () => void (crawling = false),
    close() {
      for (const one of upstreams) one.destroy();
      server.close();
    },
  };
}
