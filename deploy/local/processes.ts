import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logs, ProcessLog } from './logs.ts';
import type { PidEntry, PidFile } from './pid-file.ts';
import { signalProcess } from './process-identity.ts';
import { waitUntil } from './wait.ts';

/** What to run, how to see that it is ready, and how to end it. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  cwd: string;
  /** Runs it as another user (only root can). */
  user?: { uid: number; gid: number };
  /** Given the number of the process, since files may still speak of one before it. */
  ready: (pid: number) => Promise<boolean>;
  /** Milliseconds it may take to become ready. */
  readyWithin?: number;
  /** Tried one after the other; SIGKILL follows. */
  stopSignals?: PidEntry['stopSignals'];
  /** Milliseconds each stop signal is given. */
  grace?: number;
  /** Its log reaches the screen only with warnings and errors. */
  quiet?: boolean;
}

/** A command that ends by itself. */
export type CommandSpec = Pick<ProcessSpec, 'name' | 'command' | 'args' | 'env' | 'cwd'>;

/** A process of the stack. */
export interface ManagedProcess {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Sends any signal; a death that follows is announced like every other. */
  kill(signal: NodeJS.Signals): void;
  /** Stops it if it runs, starts it and waits until it is ready. */
  restart(): Promise<void>;
  /** Ends it: its stop signals in turn, then SIGKILL. Never fails. */
  stop(): Promise<void>;
}

export interface SupervisorDeps {
  logs: Logs;
  pidFile: PidFile;
  /** Called when a process ends that nobody asked to end. */
  onDeath: (death: ProcessDeath) => void;
}

/** An end that nobody asked for. */
export interface ProcessDeath {
  name: string;
  /** `code 1` or `signal SIGKILL`. */
  how: string;
  lastLines: string[];
}

/** Starts processes and keeps account of them. It never starts one again by itself. */
export interface Supervisor {
  /** Starts a process and waits until it is ready. @throws with its last lines when it dies or takes too long */
  start(spec: ProcessSpec): Promise<ManagedProcess>;
  /** Runs a command to its end and gives what it wrote to stdout. @throws with its last lines when it fails */
  runOnce(command: CommandSpec): Promise<string>;
  /** Ends what is being started or run to its end; nothing can be started any more. */
  abort(): void;
  /** Stops whatever still runs, all at once. */
  stopAll(): Promise<void>;
  /** Whoever is being stopped is killed at once instead. */
  force(): void;
}

export function createSupervisor({ logs, pidFile, onDeath }: SupervisorDeps): Supervisor {
  const running = new Map<string, ChildProcess>();
  const managed = new Set<ManagedProcess>();
  let forced = false;
  let aborted = false;

  const launch = (
    spec: CommandSpec & Pick<ProcessSpec, 'user' | 'stopSignals'>,
    log: ProcessLog,
    isExpected: () => boolean,
  ): ChildProcess => {
    if (aborted) throw new Error(`${spec.name} was not started: the stack is being stopped`);
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...inheritedEnvironment(), ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C on the terminal reaches the stack alone, which then ends all in the right order.
      detached: true,
      ...spec.user,
    });
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) followLines(stream, log);
    child.once('error', (error) => log.line(`cannot run ${spec.command}: ${error.message}`));
    const { pid } = child;
    if (pid === undefined) return child;
    running.set(spec.name, child);
    pidFile.add({ name: spec.name, pid, stopSignals: spec.stopSignals ?? ['SIGTERM'] });
    child.once('exit', () => {
      // What it started itself (a watcher's child) must not outlive it.
      signalProcess(pid, 'SIGKILL', true);
      pidFile.remove(pid);
      if (running.get(spec.name) === child) running.delete(spec.name);
    });
    // 'close' comes after the last line was read.
    child.once('close', (code, signal) => {
      if (isExpected()) return;
      onDeath({ name: spec.name, how: describeEnd(code, signal), lastLines: log.lastLines() });
    });
    return child;
  };

  return {
    async start(spec) {
      const log = logs.open(spec.name, spec.quiet ?? false);
      let child: ChildProcess | undefined;
      let ready = false;
      let stopping = false;

      const run = async (): Promise<void> => {
        ready = false;
        stopping = false;
        const current = launch(spec, log, () => stopping || aborted || !ready);
        child = current;
        const within = spec.readyWithin ?? 30_000;
        const settled = await waitUntil(async () => aborted || !lives(current) || (await spec.ready(current.pid ?? 0)), within);
        if (settled && !aborted && lives(current)) {
          ready = true;
          return;
        }
        const how = !lives(current)
          ? describeEnd(current.exitCode, current.signalCode)
          : aborted
            ? 'the stack is being stopped'
            : `was not ready within ${within / 1000} s`;
        await end();
        throw new Error([`${spec.name} did not start: ${how}`, ...log.lastLines().map((line) => `  ${line}`)].join('\n'));
      };

      const end = async (): Promise<void> => {
        const current = child;
        if (current?.pid === undefined || !lives(current)) return;
        stopping = true;
        const signals = [...(spec.stopSignals ?? ['SIGTERM' as const]), 'SIGKILL' as const];
        for (const signal of signals) {
          if (forced && signal !== 'SIGKILL') continue;
          signalProcess(current.pid, signal);
          const over = (): boolean => !lives(current) || (forced && signal !== 'SIGKILL');
          if ((await waitUntil(over, spec.grace ?? 10_000, 20)) && !lives(current)) return;
        }
      };

      await run();
      const process: ManagedProcess = {
        name: spec.name,
        get pid() {
          return child !== undefined && lives(child) ? child.pid : undefined;
        },
        kill: (signal) => void (child?.pid !== undefined && lives(child) && signalProcess(child.pid, signal)),
        stop: end,
        async restart() {
          await end();
          await run();
        },
      };
      managed.add(process);
      return process;
    },
    async runOnce(spec) {
      const log = logs.open(spec.name, true);
      const child = launch(spec, log, () => true);
      let stdout = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      const closed = once(child, 'close').then(() => undefined);
      await Promise.race([closed, waitUntil(() => aborted || !lives(child), Infinity)]);
      if (lives(child)) signalProcess(child.pid ?? 0, 'SIGKILL', true);
      await closed;
      if (child.exitCode === 0) return stdout;
      const how = describeEnd(child.exitCode, child.signalCode);
      throw new Error([`${spec.name} ${how}`, ...log.lastLines().map((line) => `  ${line}`)].join('\n'));
    },
    abort() {
      aborted = true;
    },
    async stopAll() {
      await Promise.all([...managed].map((process) => process.stop()));
    },
    force() {
      forced = true;
    },
  };
}

function lives(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with code ${code ?? 'unknown'}` : `ended by signal ${signal}`;
}

function followLines(stream: Readable, log: ProcessLog): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    if (line.trim() !== '') log.line(line);
  });
}

/** This process's environment without what would mislead the others: npm's settings, Postgres client variables. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const misleading = /^(npm_|PG[A-Z]+$|NODE_OPTIONS$|NODE_CHANNEL_|VITEST|TSX_)/;
  return {
    // The SDK's reminder that Node 20 ends, at every start of every process, would hide what matters in the logs.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name))),
  };
}
