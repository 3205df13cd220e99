import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of a second in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100;

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** Seconds of CPU that a process has used, with all its threads; 0 when it is gone. */
function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / TICKS;
}

/** Processes of Postgres that serve a database of this machine, wherever its server was started. */
const backendsOf = (database: string): number[] =>
  readdirSync('/proc')
    .filter(
      (name) =>
        /^\d+$/.test(name) &&
        read(`/proc/${name}/cmdline`).startsWith('postgres: ') &&
        read(`/proc/${name}/cmdline`).includes(` ${database} `),
    )
    .map(Number);

/** Seconds of CPU by kind of process: `node-1` and `node-2` are `node`. */
export function cpuByKind(processes: ReadonlyMap<string, number>, database: string): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (kind: string, pid: number): void => void (sums[kind] = (sums[kind] ?? 0) + cpuSeconds(pid));
  for (const [name, pid] of processes) add(name.replace(/-(\d+|queues|cache)$/, ''), pid);
  for (const pid of backendsOf(database)) add('postgres', pid);
  return sums;
}
