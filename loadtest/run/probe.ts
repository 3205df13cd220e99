import http from 'node:http';

/** Requests beside the sockets: what people meet who do something while others look on. */
export interface Probed {
  sent: number;
  /** By status or error. */
  failed: Record<string, number>;
  slowestMs: number;
}

/** Asks who one is, ten times a second, each time as another person with another connection and its balancer's cookie. */
export function startProbe(given: { origin: string; port: number; cookies: readonly string[] }): { stop(): Promise<Probed> } {
  const probed: Probed = { sent: 0, failed: {}, slowestMs: 0 };
  const sticky = new Map<string, string>();
  const running = new Set<Promise<void>>();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 40 });
  function ask(cookie: string): Promise<void> {
    const began = performance.now();
    probed.sent += 1;
    const fail = (what: string): void => void (probed.failed[what] = (probed.failed[what] ?? 0) + 1);
    return new Promise<void>((resolve) => {
      const request = http.get(
        {
          ...{ host: '127.0.0.1', port: given.port, path: '/api/me', agent, timeout: 15_000 },
          headers: { host: new URL(given.origin).host, cookie: [cookie, sticky.get(cookie)].filter(Boolean).join('; ') },
        },
        (answer) => {
          const [set] = answer.headers['set-cookie']?.filter((one) => one.startsWith('VIGNETTE_NODE')) ?? [];
          if (set) sticky.set(cookie, set.split(';', 1)[0] ?? '');
          if (answer.statusCode !== 200) fail(String(answer.statusCode));
          answer
            .resume()
            .once('end', () => resolve())
            .once('error', () => resolve());
        },
      );
      request.once('timeout', () => request.destroy(new Error('timeout')));
      request.once('error', (error: NodeJS.ErrnoException) => {
        fail(error.code ?? error.message);
        resolve();
      });
    }).then(() => void (probed.slowestMs = Math.max(probed.slowestMs, Math.round(performance.now() - began))));
  }
  const timer = setInterval(() => {
    const cookie = given.cookies[probed.sent % given.cookies.length];
    if (cookie === undefined) return;
    const one = ask(cookie);
    running.add(one);
    void one.finally(() => running.delete(one));
  }, 100);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      agent.destroy();
      return probed;
    },
  };
}
