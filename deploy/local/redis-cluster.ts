import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { ManagedProcess } from './processes.ts';
import { choosePorts } from './ports.ts';
import type { Workspace } from './service-set.ts';
import { environmentOf, programOf } from './tools.ts';
import { ask, waitUntil } from './wait.ts';

/** The slots of every cluster, by the protocol. */
const SLOTS = 16_384;
const NAMES = ['redis-1', 'redis-2', 'redis-3'] as const;

/** Three masters that share the slots, as one process each. */
export interface RunningRedisCluster {
  /** For REDIS_QUEUES_URL and REDIS_CACHE_URL. */
  url: string;
  processes: ManagedProcess[];
}

/** Starts a Redis Cluster of three masters on loopback ports of its own; it forgets nothing that it said it had taken. */
export async function startRedisCluster(workspace: Workspace): Promise<RunningRedisCluster> {
  const { supervisor, tools, directory, secrets } = workspace;
  // The bus between the servers has a port of its own, or it would be 10,000 above the other.
  const names = [...NAMES, ...NAMES.map((name) => `${name}-bus` as const)];
  const ports = await choosePorts(names, {}, workspace);
  const password = secrets.redisPassword;
  const processes = await Promise.all(
    NAMES.map((name) => {
      const data = path.join(directory, name);
      mkdirSync(data, { recursive: true });
      const config = path.join(data, 'redis.conf');
      const lines = [
        ...['bind 127.0.0.1', `port ${ports[name]}`, 'daemonize no', `dir ${JSON.stringify(data)}`],
        ...[`requirepass ${password}`, `masterauth ${password}`],
        ...['cluster-enabled yes', `cluster-port ${ports[`${name}-bus`]}`, 'cluster-node-timeout 2000'],
        // Slots of masters that are there are served while another is away.
        'cluster-require-full-coverage no',
        ...['maxmemory-policy noeviction', 'appendonly yes', 'appendfsync always', 'save ""'],
      ];
      writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
      return supervisor.start({
        name,
        command: programOf(tools.redis, 'redis-server'),
        args: [config],
        env: environmentOf(tools.redis),
        cwd: data,
        ready: async () => (await ask({ port: ports[name] }, `AUTH ${password}\r\nPING\r\n`))?.includes('PONG') ?? false,
        quiet: true,
      });
    }),
  );
  await join(
    NAMES.map((name) => ({ port: ports[name], bus: ports[`${name}-bus`] })),
    password,
  );
  return { url: `redis-cluster://:${password}@${NAMES.map((name) => `127.0.0.1:${ports[name]}`).join(',')}`, processes };
}

/** Makes servers one cluster, each with its part of the slots; those that are one already stay as they are. */
async function join(servers: readonly { port: number; bus: number }[], password: string): Promise<void> {
  const connections = servers.map(({ port }) => new Redis({ host: '127.0.0.1', port, password, retryStrategy: null }));
  try {
    const [first] = connections;
    const share = Math.ceil(SLOTS / servers.length);
    await Promise.all(
      connections.map(async (redis, index) => {
        if (Number(field(await info(redis), 'cluster_slots_assigned')) > 0) return;
        await redis.call('CLUSTER', 'ADDSLOTSRANGE', index * share, Math.min(SLOTS, (index + 1) * share) - 1);
      }),
    );
    for (const { port, bus } of servers.slice(1)) await first?.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
    const together = async (): Promise<boolean> =>
      (await Promise.all(connections.map(info))).every(
        (text) => field(text, 'cluster_state') === 'ok' && Number(field(text, 'cluster_slots_ok')) === SLOTS,
      );
    if (!(await waitUntil(together, 15_000))) throw new Error('the servers did not become one Redis Cluster');
  } finally {
    for (const redis of connections) redis.disconnect();
  }
}

const info = async (redis: Redis): Promise<string> => String(await redis.call('CLUSTER', 'INFO'));
const field = (text: string, name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
