import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the condition holds.
 * @param timeout in milliseconds
 * @returns whether it held in time
 */
export async function waitUntil(condition: () => boolean | Promise<boolean>, timeout: number, interval = 40): Promise<boolean> {
  const end = performance.now() + timeout;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() > end) return false;
    await delay(interval);
  }
}

/** Whether an HTTP address answers with one of the statuses (any status when none is given). */
export async function answersHttp(url: string, statuses?: readonly number[]): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'manual' });
    await response.arrayBuffer();
    return statuses === undefined || statuses.includes(response.status);
  } catch {
    return false;
  }
}

/**
 * Sends a line to a loopback port or a Unix socket and gives the first answer, or undefined when there is none.
 * An empty line only asks whether somebody listens.
 */
export function ask(where: { port: number } | { path: string }, line: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect('port' in where ? { host: '127.0.0.1', ...where } : where);
    const done = (answer: string | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(undefined));
    socket.once('connect', () => (line === '' ? done('') : socket.write(line)));
    socket.once('data', (data) => done(data.toString('utf8')));
    socket.once('error', () => done(undefined));
  });
}
