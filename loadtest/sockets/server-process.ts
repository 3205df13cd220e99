// The server that is measured, alone in its process (bench-sockets.ts). Run with --expose-gc.
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerOrders } from './child.ts';
import { tell, type Told } from './pace.ts';
import type { Rates } from './scenario.ts';
import { startServer, type MeasuredServer, type ServerKind } from './servers.ts';

export type ServerOrder =
  | { do: 'begin'; kind: ServerKind }
  | { do: 'memory' | 'cpu' }
  | { do: 'tell'; rates: Rates; seconds: number; users: number }
  | { do: 'profile'; file: string | null };

/** Of this process after a collection of garbage, bytes. */
export interface Memory {
  rss: number;
  heap: number;
  sockets: number;
}
/** Of this process, milliseconds. */
export interface TellResult extends Told {
  cpuMs: number;
  seconds: number;
  /** How late timers were, in 99 of 100. */
  loopP99Ms: number;
}

let server: MeasuredServer | null = null;
const profiler = new Session();

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Timers are looked at so often; that much of what the histogram says is its own. Milliseconds. */
const RESOLUTION_MS = 10;

async function tellAll({ rates, seconds, users }: { rates: Rates; seconds: number; users: number }): Promise<TellResult> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const [began, before] = [performance.now(), cpuMs()];
  const told = await tell({ rates, seconds, users }, (kind, number) => server?.tell(kind, number));
  // What was told last is on its way still.
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  return {
    ...told,
    ...{ cpuMs: cpuMs() - before, seconds: (performance.now() - began) / 1_000 },
    loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
  };
}

async function memory(): Promise<Memory> {
  for (let times = 0; times < 3; times += 1) {
    gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed, sockets: server?.sockets() ?? 0 };
}

/** Begins a profile, or ends it into the file. */
async function profile(file: string | null): Promise<void> {
  if (file === null) {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.start');
    return;
  }
  const { profile: made } = await profiler.post('Profiler.stop');
  profiler.disconnect();
  await writeFile(file, JSON.stringify(made));
}

answerOrders<ServerOrder>(async (order) => {
  switch (order.do) {
    case 'begin':
      server = await startServer(order.kind);
      return server.port;
    case 'memory':
      return memory();
    case 'cpu':
      return cpuMs();
    case 'tell':
      return tellAll(order);
    case 'profile':
      return profile(order.file);
  }
});
