import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ManagedProcess, Supervisor } from './processes.ts';
import { environmentOf, programOf, type Tool } from './tools.ts';
import { ask } from './wait.ts';

/** Two servers with opposite promises: one may never lose a job, the other may forget anything. */
export type RedisRole = 'queues' | 'cache';

const SETTINGS: Record<RedisRole, readonly string[]> = {
  queues: ['maxmemory-policy noeviction', 'appendonly yes', 'appendfsync everysec', 'save ""'],
  cache: ['maxmemory 256mb', 'maxmemory-policy allkeys-lru', 'appendonly no', 'save ""'],
};

export interface RedisDeps {
  supervisor: Supervisor;
  tool: Tool;
  /** The stack's directory. */
  directory: string;
  role: RedisRole;
  port: number;
  password: string;
}

/** A running Redis and its address. */
export interface RunningRedis {
  process: ManagedProcess;
  url: string;
}

/** Starts one of the two Redis servers on a loopback port. */
export async function startRedis({ supervisor, tool, directory, role, port, password }: RedisDeps): Promise<RunningRedis> {
  const data = path.join(directory, `redis-${role}`);
  mkdirSync(data, { recursive: true });
  // In a file, because a command line would show the password to every user of the machine.
  const config = path.join(data, 'redis.conf');
  const lines = ['bind 127.0.0.1', `port ${port}`, 'daemonize no', `dir ${JSON.stringify(data)}`, `requirepass ${password}`];
  writeFileSync(config, `${[...lines, ...SETTINGS[role]].join('\n')}\n`, { mode: 0o600 });
  const running = await supervisor.start({
    name: `redis-${role}`,
    command: programOf(tool, 'redis-server'),
    args: [config],
    env: environmentOf(tool),
    cwd: data,
    // While it loads its file it answers LOADING.
    ready: async () => (await ask({ port }, `AUTH ${password}\r\nPING\r\n`))?.includes('PONG') ?? false,
    quiet: true,
  });
  return { process: running, url: `redis://:${password}@127.0.0.1:${port}/0` };
}
