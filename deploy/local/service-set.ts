import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { lockStack, type StackLock } from './lock.ts';
import { createLogs, type Logs } from './logs.ts';
import { ACCESS_KEY, BUCKET, REGION, startObjectStore } from './object-store.ts';
import { localDirectory } from './paths.ts';
import { createPidFile, endLeftovers } from './pid-file.ts';
import { choosePorts, createPortHolder, type PortHolder } from './ports.ts';
import { removePostgresData, startPostgres } from './postgres.ts';
import { createSupervisor, type ManagedProcess, type ProcessDeath, type Supervisor } from './processes.ts';
import { startRedis } from './redis.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { loadTools, type Tools } from './tools.ts';

/** The addresses every process reads, by the names of their environment variables. */
export type ServiceEnvironment = Record<
  | 'DATABASE_URL'
  | 'DATABASE_DIRECT_URL'
  | 'REDIS_QUEUES_URL'
  | 'REDIS_CACHE_URL'
  | 'REDIS_PREFIX'
  | 'S3_ENDPOINT'
  | 'S3_REGION'
  | 'S3_BUCKET'
  | 'S3_ACCESS_KEY_ID'
  | 'S3_SECRET_ACCESS_KEY',
  string
>;

/** A directory taken by this process, with what is needed to run processes in it. */
export interface Workspace {
  directory: string;
  tools: Tools;
  secrets: Secrets;
  supervisor: Supervisor;
  lock: StackLock;
  logs: Logs;
  holder: PortHolder;
  say: (line: string) => void;
  /** Gives the directory back; call it when every process has ended. */
  close(): void;
}

export interface WorkspaceOptions {
  /** Absolute; made when missing. */
  directory: string;
  say: (line: string) => void;
  onDeath: (death: ProcessDeath) => void;
  /** Makes the logs; left out: they go to files only. */
  logs?: (directory: string) => Logs;
  /** Throws away what an earlier stack left in the directory: data, ports, secrets, logs. */
  empty?: boolean;
  /** Puts something into the directory before its secrets are read. */
  fill?: (directory: string) => void;
}

/** What says who has a directory, and what they started in it. */
const HOLDERS = new Set(['stack.lock', 'pids.json']);

/**
 * Takes a directory for a stack and ends what a killed start left in it.
 * @throws StackIsRunningError
 */
export async function openWorkspace({
  directory,
  say,
  onDeath,
  logs,
  empty = false,
  fill,
}: WorkspaceOptions): Promise<Workspace> {
  mkdirSync(directory, { recursive: true });
  const tools = loadTools();
  const lock = lockStack(directory);
  try {
    const pids = path.join(directory, 'pids.json');
    const ended = await endLeftovers(pids);
    if (ended.length > 0) say(`ended what a killed start had left behind: ${ended.join(', ')}`);
    if (empty) {
      removePostgresData(directory);
      const left = readdirSync(directory).filter((name) => !HOLDERS.has(name));
      for (const name of left) rmSync(path.join(directory, name), { recursive: true, force: true });
    }
    fill?.(directory);
    const pidFile = createPidFile(pids);
    const logDirectory = path.join(directory, 'logs');
    const holder = createPortHolder();
    const opened = logs?.(logDirectory) ?? createLogs({ directory: logDirectory });
    return {
      directory,
      tools,
      secrets: loadSecrets(directory),
      supervisor: createSupervisor({ logs: opened, pidFile, onDeath }),
      lock,
      logs: opened,
      holder,
      say,
      close() {
        holder.release();
        pidFile.clear();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Services that run, in the order in which they were started. */
export interface ServiceSet {
  env: ServiceEnvironment;
  processes: ManagedProcess[];
}

/**
 * Starts Postgres, the two Redis servers and the object store, all at once; what the given environment names is used
 * instead of one's own.
 */
export async function runServices(workspace: Workspace, given: NodeJS.ProcessEnv, forTests: boolean): Promise<ServiceSet> {
  const { directory, tools, secrets, supervisor, say, holder } = workspace;
  const ports = await choosePorts(['postgres', 'redis-queues', 'redis-cache', 's3'], {}, { directory, say, holder });
  const processes: ManagedProcess[] = [];
  const started = async <T extends { process: ManagedProcess }>(service: Promise<T>): Promise<T> => {
    const running = await service;
    processes.push(running.process);
    return running;
  };
  const redis = async (role: 'queues' | 'cache', url: string | undefined): Promise<string> => {
    if (url) return url;
    const deps = {
      supervisor,
      tool: tools.redis,
      directory,
      role,
      port: ports[`redis-${role}`],
      password: secrets.redisPassword,
    };
    return (await started(startRedis(deps))).url;
  };
  const database = async (): Promise<string> => {
    if (given['DATABASE_URL']) return given['DATABASE_URL'];
    const deps = { supervisor, tool: tools.postgres, directory, port: ports.postgres, password: secrets.databasePassword };
    return (await started(startPostgres({ ...deps, forTests, say }))).url;
  };
  const objectStore = async (): Promise<string> =>
    given['S3_ENDPOINT'] ?? (await started(startObjectStore({ supervisor, directory, port: ports.s3 }))).endpoint;

  const settled = await Promise.allSettled([
    database(),
    redis('queues', given['REDIS_QUEUES_URL']),
    redis('cache', given['REDIS_CACHE_URL']),
    objectStore(),
  ]);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await supervisor.stopAll();
    throw failed.reason;
  }
  const [databaseUrl, queuesUrl, cacheUrl, endpoint] = settled.map((one) => (one.status === 'fulfilled' ? one.value : ''));
  const ownStore = !given['S3_ENDPOINT'];
  return {
    processes,
    env: {
      DATABASE_URL: databaseUrl ?? '',
      // Alone it is somebody else's database: it goes only together with the DATABASE_URL it belongs to.
      DATABASE_DIRECT_URL: (given['DATABASE_URL'] && given['DATABASE_DIRECT_URL']) || (databaseUrl ?? ''),
      REDIS_QUEUES_URL: queuesUrl ?? '',
      REDIS_CACHE_URL: cacheUrl ?? '',
      REDIS_PREFIX: given['REDIS_PREFIX'] || 'vignette:',
      S3_ENDPOINT: endpoint ?? '',
      S3_REGION: given['S3_REGION'] || REGION,
      S3_BUCKET: given['S3_BUCKET'] || BUCKET,
      S3_ACCESS_KEY_ID: ownStore ? ACCESS_KEY : (given['S3_ACCESS_KEY_ID'] ?? ''),
      S3_SECRET_ACCESS_KEY: ownStore ? ACCESS_KEY : (given['S3_SECRET_ACCESS_KEY'] ?? ''),
    },
  };
}

export interface ServicesOptions {
  /** Absolute; by default `.local/services` of this checkout. */
  directory?: string;
  /** What it names is used instead of one's own. */
  environment?: NodeJS.ProcessEnv;
  /** For measurements: begins with nothing, and Postgres waits for the disk as it does in earnest. */
  inEarnest?: boolean;
  say?: (line: string) => void;
}

/** Postgres, two Redis and the object store, for integration tests. */
export interface RunningServices {
  env: ServiceEnvironment;
  stop(): Promise<void>;
}

/**
 * Starts only the services, tuned for tests unless said otherwise: Postgres does not wait for the disk.
 * @throws StackIsRunningError when another process runs them in the same directory
 */
export async function startServices(options: ServicesOptions = {}): Promise<RunningServices> {
  const { say = () => undefined, inEarnest = false } = options;
  const workspace = await openWorkspace({
    directory: options.directory ?? path.join(localDirectory, 'services'),
    say,
    empty: inEarnest,
    onDeath: ({ name, how, lastLines }) => say([`${name} ${how}`, ...lastLines].join('\n  ')),
  });
  try {
    const { env } = await runServices(workspace, options.environment ?? {}, !inEarnest);
    return {
      env,
      async stop() {
        await workspace.supervisor.stopAll();
        workspace.close();
      },
    };
  } catch (error) {
    await workspace.supervisor.stopAll();
    workspace.close();
    throw error;
  }
}
