import { linkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { identify, isAlive, ProcessIdentity } from './process-identity.ts';

const Holder = ProcessIdentity.extend({ origin: z.string().optional() });
/** The process that has a stack directory, and the stack's address once it is known. */
export type Holder = z.infer<typeof Holder>;

/** The right to run a stack in a directory. */
export interface StackLock {
  /** Notes the address for others who ask. */
  setOrigin(origin: string): void;
  release(): void;
}

/** Thrown when another process runs a stack in the same directory. */
export class StackIsRunningError extends Error {
  constructor(readonly holder: Holder) {
    super(`process ${holder.pid} already runs a stack here`);
  }
}

/**
 * Takes the directory for this process. A lock whose holder has died is taken over.
 * @throws StackIsRunningError
 */
export function lockStack(directory: string): StackLock {
  const file = path.join(directory, 'stack.lock');
  const self = identify(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
  const mine = `${file}.new-${process.pid}`;
  writeJsonFile(mine, self);
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        // Fails when the name exists: one of two that start together gets it, and it never stands there half written.
        linkSync(mine, file);
        break;
      } catch (error) {
        const holder = readJsonFile(file, Holder);
        if (holder !== undefined && isAlive(holder)) throw new StackIsRunningError(holder);
        if (attempt > 2) throw error;
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    setOrigin: (origin) => writeJsonFile(file, { ...self, origin }),
    release: () => rmSync(file, { force: true }),
  };
}
