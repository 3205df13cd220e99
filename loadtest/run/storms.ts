import type { ManagedProcess } from '#deploy/local/processes.ts';
import type { Generators } from './generators.ts';
import type { StormName } from './scenarios.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const AGAIN_MS = 20_000;
const STALLING_SECONDS = 30;

/** Does the harm; resolves when no more is done, whatever it leaves behind. */
export async function storm(
  name: StormName,
  system: { processes: ReadonlyMap<string, ManagedProcess>; generators: Generators; release: () => Promise<void> },
): Promise<void> {
  const { processes, generators, release } = system;
  const one = (process: string): ManagedProcess => {
    const found = processes.get(process);
    if (!found) throw new Error(`no process ${process}`);
    return found;
  };
  async function killed(process: string): Promise<void> {
    one(process).kill('SIGKILL');
    await pause(AGAIN_MS);
    await one(process).restart();
  }
  switch (name) {
    case 'kill-node':
      return killed('node-2');
    case 'balancer':
      return killed('haproxy-2');
    case 'redis':
      return one('redis-queues').restart();
    case 'postgres':
      return one('postgres').restart();
    case 'drop-all':
      return generators.drop();
    case 'slow':
      return;
    case 'stalls':
      for (let second = 0; second < STALLING_SECONDS; second += 1) {
        await generators.stall(0.1, 5_000, 0.01);
        await pause(1_000);
      }
      return;
    case 'rolling':
      return release();
  }
}
