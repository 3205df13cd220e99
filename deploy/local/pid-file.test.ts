import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStack, StackIsRunningError } from './lock.ts';
import { createPidFile, endLeftovers } from './pid-file.ts';
import { identify, isAlive } from './process-identity.ts';

let directory: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'vignette-pids-'));
  file = path.join(directory, 'pids.json');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** A process that lives until it is told otherwise; `stubborn` ones do not listen to SIGTERM. */
async function bystander(stubborn = false): Promise<{ pid: number; child: ChildProcess }> {
  const ignore = stubborn ? "process.on('SIGTERM', () => undefined);" : '';
  const child = spawn(process.execPath, ['-e', `${ignore} setInterval(() => undefined, 1000); console.log('up')`]);
  children.push(child);
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, child };
}

describe('endLeftovers', () => {
  it('ends a process that a killed start left behind', async () => {
    const { pid, child } = await bystander();
    createPidFile(file).add({ name: 'node-1', pid, stopSignals: ['SIGTERM'] });
    const exited = once(child, 'exit');
    expect(await endLeftovers(file)).toEqual(['node-1']);
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect(existsSync(file)).toBe(false);
  });

  it('kills one that does not listen', async () => {
    const { pid, child } = await bystander(true);
    createPidFile(file).add({ name: 'ocr', pid, stopSignals: ['SIGTERM'] });
    const exited = once(child, 'exit');
    expect(await endLeftovers(file, 200)).toEqual(['ocr']);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('never touches a program that has got the number of a dead process', async () => {
    const { pid } = await bystander();
    writeFileSync(file, JSON.stringify([{ name: 'node-1', pid, startedAt: 'another boot/123', stopSignals: ['SIGTERM'] }]));
    expect(await endLeftovers(file)).toEqual([]);
    expect(identify(pid)).toBeDefined();
  });

  it('does not mind a note that is missing or broken', async () => {
    expect(await endLeftovers(file)).toEqual([]);
    writeFileSync(file, '{"half');
    expect(await endLeftovers(file)).toEqual([]);
  });

  it('forgets a process that ended by itself', async () => {
    const { pid } = await bystander();
    const note = createPidFile(file);
    note.add({ name: 'jobs', pid, stopSignals: ['SIGTERM'] });
    note.remove(pid);
    expect(await endLeftovers(file)).toEqual([]);
    expect(identify(pid)).toBeDefined();
  });
});

describe('identify', () => {
  it('does not take a dead process for a living one', async () => {
    const { pid, child } = await bystander();
    const identity = identify(pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isAlive(identity)).toBe(false);
  });
});

describe('lockStack', () => {
  it('refuses a second stack and names the address of the first', () => {
    const lock = lockStack(directory);
    lock.setOrigin('http://localhost:4870');
    try {
      lockStack(directory);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(StackIsRunningError);
      expect((error as StackIsRunningError).holder).toMatchObject({ pid: process.pid, origin: 'http://localhost:4870' });
    }
    lock.release();
    lockStack(directory).release();
  });

  it('takes over from a holder that has died', () => {
    writeFileSync(path.join(directory, 'stack.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    lockStack(directory).release();
  });
});
