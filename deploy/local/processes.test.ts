import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogs } from './logs.ts';
import { createPidFile } from './pid-file.ts';
import { identify } from './process-identity.ts';
import { createSupervisor, type ProcessDeath, type ProcessSpec, type Supervisor } from './processes.ts';
import { waitUntil } from './wait.ts';

let directory: string;
let deaths: ProcessDeath[];
let supervisor: Supervisor;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-processes-'));
  deaths = [];
  supervisor = createSupervisor({
    logs: createLogs({ directory: path.join(directory, 'logs') }),
    pidFile: createPidFile(path.join(directory, 'pids.json')),
    onDeath: (death) => deaths.push(death),
  });
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(directory, { recursive: true });
});

/** A program that makes a file when it is up, and then does what it is told. */
function program(code: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const sign = path.join(directory, 'up');
  const source = `require('fs').writeFileSync(${JSON.stringify(sign)}, ''); ${code}; setInterval(() => undefined, 1000)`;
  return {
    name: 'program',
    command: process.execPath,
    args: ['-e', source],
    cwd: directory,
    ready: async () => existsSync(sign),
    ...more,
  };
}

describe('a supervised process', () => {
  it('that is killed is announced with its last lines, and stays dead until it is started again', async () => {
    const running = await supervisor.start(program("console.log('working')"));
    const first = running.pid;
    await waitUntil(() => readFileSync(path.join(directory, 'logs', 'program.log'), 'utf8').includes('working'), 5_000);
    running.kill('SIGKILL');
    await waitUntil(() => deaths.length > 0, 5_000);
    expect(deaths).toEqual([{ name: 'program', how: 'ended by signal SIGKILL', lastLines: ['working'] }]);
    expect(running.pid).toBeUndefined();
    await running.restart();
    expect(running.pid).not.toBe(first);
    expect(deaths).toHaveLength(1);
  });

  it('that is stopped is not announced', async () => {
    const running = await supervisor.start(program(''));
    const { pid } = running;
    await running.stop();
    expect(identify(pid ?? 0)).toBeUndefined();
    expect(deaths).toEqual([]);
  });

  it('that does not listen is killed after its grace', async () => {
    const running = await supervisor.start(program("process.on('SIGTERM', () => undefined)", { grace: 100 }));
    await running.stop();
    expect(running.pid).toBeUndefined();
  });

  it('that dies at once fails the start and says why', async () => {
    const spec = { ...program(''), args: ['-e', "console.error('no port'); process.exit(3)"] };
    await expect(supervisor.start(spec)).rejects.toThrow(/program did not start: ended with code 3[\s\S]*no port/);
    expect(deaths).toEqual([]);
  });

  it('that never becomes ready is ended', async () => {
    const spec = program('', { ready: async () => false, readyWithin: 100 });
    await expect(supervisor.start(spec)).rejects.toThrow('was not ready within 0.1 s');
    expect(JSON.parse(readFileSync(path.join(directory, 'pids.json'), 'utf8'))).toEqual([]);
  });

  it('takes what it started itself with it', async () => {
    const child = "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])";
    const code = `const other = ${child}; require('fs').writeFileSync('other', String(other.pid))`;
    const running = await supervisor.start(program(code));
    const note = path.join(directory, 'other');
    await waitUntil(() => existsSync(note) && readFileSync(note, 'utf8') !== '', 5_000);
    const other = Number(readFileSync(note, 'utf8'));
    running.kill('SIGKILL');
    expect(await waitUntil(() => identify(other) === undefined, 5_000)).toBe(true);
  });
});

describe('runOnce', () => {
  const once = (code: string): Promise<string> =>
    supervisor.runOnce({ name: 'seed', command: process.execPath, args: ['-e', code], cwd: directory });

  it('gives what the command wrote', async () => {
    expect(await once("console.log('{}')")).toBe('{}\n');
  });

  it('fails with its last lines', async () => {
    await expect(once("console.error('bad data'); process.exit(2)")).rejects.toThrow(/seed ended with code 2[\s\S]*bad data/);
  });

  it('ends when the stack is aborted', async () => {
    const running = once('setInterval(() => undefined, 1000)');
    supervisor.abort();
    await expect(running).rejects.toThrow('ended by signal SIGKILL');
  });
});
