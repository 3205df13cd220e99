import { rmSync } from 'node:fs';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { identify, isAlive, ProcessIdentity, signalProcess } from './process-identity.ts';
import { waitUntil } from './wait.ts';

/** The signals that ask a process to end, in the order in which they are tried. SIGKILL always comes last. */
const StopSignals = z.array(z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR1']));

const Entry = ProcessIdentity.extend({ name: z.string(), stopSignals: StopSignals });
const Entries = z.array(Entry);

/** A running process as noted in the file, with how to end it. */
export type PidEntry = z.infer<typeof Entry>;

/** The note of what a stack has running, so that the next start can end what a killed one left behind. */
export interface PidFile {
  add(entry: { name: string; pid: number; stopSignals: PidEntry['stopSignals'] }): void;
  remove(pid: number): void;
  /** Removes the file itself. */
  clear(): void;
}

/** Begins an empty note. Call `endLeftovers` first. */
export function createPidFile(file: string): PidFile {
  let entries: PidEntry[] = [];
  const save = (): void => writeJsonFile(file, entries);
  return {
    add({ name, pid, stopSignals }) {
      const identity = identify(pid);
      if (identity === undefined) return;
      entries.push({ ...identity, name, stopSignals });
      save();
    },
    remove(pid) {
      entries = entries.filter((entry) => entry.pid !== pid);
      save();
    },
    clear: () => rmSync(file, { force: true }),
  };
}

/**
 * Ends the processes that a note names, those started last first. A process that merely has the number of one of them
 * is left alone.
 * @param grace milliseconds a process gets for each signal
 * @returns the names of the processes that were ended
 */
export async function endLeftovers(file: string, grace = 5_000): Promise<string[]> {
  const entries = readJsonFile(file, Entries) ?? [];
  const ended: string[] = [];
  for (const entry of entries.reverse()) {
    if (!isAlive(entry)) continue;
    ended.push(entry.name);
    for (const signal of [...entry.stopSignals, 'SIGKILL' as const]) {
      if (!isAlive(entry)) break;
      signalProcess(entry.pid, signal);
      await waitUntil(() => !isAlive(entry), grace);
    }
  }
  rmSync(file, { force: true });
  return ended;
}
