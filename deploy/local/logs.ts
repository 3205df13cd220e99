import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { formatLine, levelOf, type LogLevel } from './log-format.ts';

/** How many lines are kept at hand to be shown when a process dies. */
const KEPT = 20;

/** Takes what one process writes. */
export interface ProcessLog {
  line(text: string): void;
  /** The last lines, as written. */
  lastLines(): string[];
}

export interface LogsDeps {
  /** Where `<name>.log` files go. */
  directory: string;
  /** Where readable lines go; left out: only files are written. */
  print?: (line: string) => void;
  colour?: boolean;
  /** Prints all lines of all processes, also of those that are kept quiet. */
  verbose?: boolean;
}

/** The logs of a stack: each process into a file of its own, and readably on the screen. */
export interface Logs {
  /** @param quiet only warnings and errors reach the screen */
  open(name: string, quiet: boolean): ProcessLog;
}

/** Opens the logs of a stack; those of the run before are kept beside them as `<name>.log.1`. */
export function createLogs({ directory, print, colour = false, verbose = false }: LogsDeps): Logs {
  mkdirSync(directory, { recursive: true });
  const open = new Map<string, ProcessLog>();
  return {
    open(name, quiet) {
      const known = open.get(name);
      if (known !== undefined) return known;
      const file = path.join(directory, `${name}.log`);
      if (existsSync(file)) renameSync(file, `${file}.1`);
      const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
      // A full disk must not end the stack; the screen still shows the lines.
      stream.on('error', () => undefined);
      const last: string[] = [];
      const threshold: LogLevel = quiet && !verbose ? 'warn' : verbose ? 'trace' : 'debug';
      const log: ProcessLog = {
        line(text) {
          stream.write(`${text}\n`);
          last.push(text);
          if (last.length > KEPT) last.shift();
          if (print !== undefined && reaches(levelOf(text), threshold)) print(formatLine(name, text, { colour }));
        },
        lastLines: () => [...last],
      };
      open.set(name, log);
      return log;
    },
  };
}

const ORDER: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function reaches(level: LogLevel, threshold: LogLevel): boolean {
  return ORDER.indexOf(level) >= ORDER.indexOf(threshold);
}
