import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import postgres from 'postgres';
import { checkout } from './paths.ts';
import { identify, isAlive, signalProcess } from './process-identity.ts';
import type { ManagedProcess, ProcessSpec, Supervisor } from './processes.ts';
import { environmentOf, programOf, type Tool } from './tools.ts';
import { waitUntil } from './wait.ts';

const USER = 'vignette';

export interface PostgresDeps {
  supervisor: Supervisor;
  tool: Tool;
  /** The stack's directory. */
  directory: string;
  port: number;
  password: string;
  /** Faster, and its data does not survive a crash of the machine. */
  forTests: boolean;
  say: (line: string) => void;
}

/** A running Postgres and the address of its `vignette` database, whose user may do everything. */
export interface RunningPostgres {
  process: ManagedProcess;
  url: string;
}

/** Makes the data directory when there is none, starts Postgres on a loopback port and makes sure of the database. */
export async function startPostgres(deps: PostgresDeps): Promise<RunningPostgres> {
  const { supervisor, tool, directory, port, password, forTests, say } = deps;
  const user = unprivilegedUser();
  const data = dataDirectory(directory, user);
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialise(deps, data, user);
  assertSameMajor(tool, data);
  await endStray(data, say);
  const spec: ProcessSpec = {
    name: 'postgres',
    command: programOf(tool, 'postgres'),
    args: ['-D', data, ...settings(port, forTests).flatMap((setting) => ['-c', setting])],
    env: environmentOf(tool),
    cwd: data,
    ...(user && { user }),
    ready: (pid) => Promise.resolve(isReady(data, pid)),
    readyWithin: 60_000,
    // Fast shutdown, then immediate: the clients are gone by then.
    stopSignals: ['SIGINT', 'SIGQUIT'],
    quiet: true,
  };
  const running = await supervisor.start(spec);
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${USER}`;
  await ensureDatabase(url);
  return { process: running, url };
}

function settings(port: number, forTests: boolean): string[] {
  const common = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=128MB',
    // The compiler for long queries is a package of its own and not fetched.
    'jit=off',
    'timezone=UTC',
    'log_timezone=UTC',
  ];
  const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0'];
  return forTests ? [...common, ...fast] : common;
}

/** Postgres refuses to run as root: root runs it as the user `postgres`, else `nobody`. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('Postgres refuses to run as root, and there is no user "postgres" or "nobody" to run it as');
}

/**
 * Where the data lies: in the stack's directory, or, when the unprivileged user cannot get there (a checkout under
 * /root or a directory made by mktemp), in one under /var/tmp that is remembered.
 */
function dataDirectory(directory: string, user: { uid: number; gid: number } | undefined): string {
  const note = path.join(directory, 'postgres-directory');
  if (existsSync(note)) {
    const remembered = readFileSync(note, 'utf8').trim();
    if (existsSync(remembered)) return remembered;
    rmSync(note);
  }
  const near = path.join(directory, 'postgres');
  mkdirSync(near, { recursive: true, mode: 0o700 });
  if (user === undefined) return near;
  chownSync(near, user.uid, user.gid);
  if (canUse(near, user)) return near;
  rmSync(near, { recursive: true });
  const hash = createHash('sha256').update(`${checkout}\n${directory}`).digest('hex').slice(0, 12);
  const parent = mkdtempSync(path.join('/var/tmp', `vignette-${hash}-`));
  chmodSync(parent, 0o711);
  const away = path.join(parent, 'postgres');
  mkdirSync(away, { mode: 0o700 });
  chownSync(away, user.uid, user.gid);
  writeFileSync(note, `${away}\n`);
  return away;
}

function canUse(directory: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('test', ['-w', directory], { ...user, cwd: '/' }).status === 0;
}

function initialise({ tool, password, say }: PostgresDeps, data: string, user: { uid: number; gid: number } | undefined): void {
  const passwordFile = path.join(data, '..', `initdb-${process.pid}.password`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  try {
    const common = ['-D', data, '-U', USER, '--encoding=UTF8', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const faults: string[] = [];
    // Not "C": lower() and the French search must know accented letters.
    for (const locale of ['C.UTF-8', 'en_US.UTF-8', 'fr_FR.UTF-8']) {
      const args = [...common, `--locale=${locale}`, '--no-sync', '--no-instructions'];
      const result = spawnSync(programOf(tool, 'initdb'), args, {
        cwd: data,
        env: { ...process.env, ...environmentOf(tool) },
        encoding: 'utf8',
        ...user,
      });
      if (result.status === 0) {
        say(`Postgres data directory made: ${data}`);
        return;
      }
      faults.push(`${locale}: ${result.error?.message ?? result.stderr.trim()}`);
    }
    throw new Error(`initdb could not make ${data}\n${faults.join('\n')}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function assertSameMajor(tool: Tool, data: string): void {
  const made = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  const { stdout } = spawnSync(programOf(tool, 'postgres'), ['--version'], {
    env: { ...process.env, ...environmentOf(tool) },
    encoding: 'utf8',
  });
  const major = /(\d+)(\.|devel|beta|rc|\s)/.exec(stdout.replace(/^\D*/, ''))?.[1];
  if (major !== undefined && major !== made) {
    throw new Error(
      `The data in ${data} belongs to Postgres ${made}, and Postgres ${major} is installed. ` +
        `Install Postgres ${made} again, or delete that directory to begin with empty data.`,
    );
  }
}

/**
 * Its lock file says so, and by its first line is not one that a killed server left; asking by a connection would cost
 * a refused one each time.
 */
function isReady(data: string, pid: number): boolean {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines.some((line) => line.trim() === 'ready');
  } catch {
    return false;
  }
}

/**
 * Ends a server that still holds this data although nothing was noted of it (the note was deleted, say). Only one that
 * was started on this very directory: the number in the file may belong to anybody by now.
 */
async function endStray(data: string, say: (line: string) => void): Promise<void> {
  const lockFile = path.join(data, 'postmaster.pid');
  const pid = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8').split('\n')[0]) : 0;
  const stray = pid > 1 ? identify(pid) : undefined;
  if (stray === undefined || !commandLine(pid).includes(data)) return;
  say(`ended a Postgres (process ${pid}) that still held ${data}`);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    signalProcess(pid, signal);
    if (await waitUntil(() => !isAlive(stray), 5_000)) return;
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const sql = postgres(maintenance.href, { max: 1, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${USER}`;
    if (found.length === 0) await sql`create database ${sql(USER)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Copies the data of a Postgres that does not run into the directory of a stack that has none. */
export function copyPostgresData(from: string, to: string): void {
  const user = unprivilegedUser();
  const [source, target] = [dataDirectory(from, user), dataDirectory(to, user)];
  // Not by Node: the files stay those of their user.
  const { status, stderr } = spawnSync('cp', ['-a', `${source}/.`, target], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the data in ${source} could not be copied: ${stderr.trim()}`);
}

/** Deletes the data of a Postgres that does not run. */
export function removePostgresData(directory: string): void {
  const note = path.join(directory, 'postgres-directory');
  if (existsSync(note)) {
    const parent = path.dirname(readFileSync(note, 'utf8').trim());
    if (/^\/var\/tmp\/vignette-\w+-\w+$/.test(parent) && existsSync(parent) && statSync(parent).isDirectory()) {
      rmSync(parent, { recursive: true });
    }
    rmSync(note);
  }
  rmSync(path.join(directory, 'postgres'), { recursive: true, force: true });
}
