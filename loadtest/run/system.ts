import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { sql } from 'drizzle-orm';
import type { Db } from '#db/connect.ts';
import type { ManagedProcess } from '#deploy/local/processes.ts';
import { cpuByKind } from '../requests/cpu.ts';

/** What the processes of a system have used until now. */
export interface Usage {
  at: number;
  /** Seconds, by kind of process. */
  cpu: Record<string, number>;
  redisCommands: number;
  transactions: number;
}

/** What a node says of itself. */
export interface NodeMemory {
  rss: number;
  heap: number;
  sockets: number;
  /** Longest that its event loop stood still since the last question, milliseconds. */
  stallMs: number;
}

export interface SystemWatch {
  usage(): Promise<Usage>;
  nodes(): Promise<Record<string, NodeMemory>>;
  /** The nodes collect their garbage; resolves when they must have. */
  collectGarbage(): Promise<void>;
}

/** A node with five thousand people needs half a second of a core; four of them share two. */
const COLLECTED_MS = 3_000;

export function watchSystem(deps: {
  processes: ReadonlyMap<string, ManagedProcess>;
  generators: readonly number[];
  db: Db;
  database: string;
  redis: Redis;
}): SystemWatch {
  const { processes, db, redis } = deps;
  const pidsNow = (): Map<string, number> => {
    const pids = new Map<string, number>();
    for (const [name, { pid }] of processes) if (pid !== undefined) pids.set(name, pid);
    deps.generators.forEach((pid, index) => pids.set(`generator-${index + 1}`, pid));
    pids.set('events', process.pid);
    return pids;
  };
  return {
    async usage() {
      const info = await redis.info('stats').catch(() => '');
      const [row] = await db
        .execute<{ count: string }>(sql`select xact_commit as count from pg_stat_database where datname = current_database()`)
        .catch(() => [{ count: '0' }]);
      return {
        at: performance.now(),
        cpu: cpuByKind(pidsNow(), deps.database),
        redisCommands: Number(/total_commands_processed:(\d+)/.exec(info)?.[1] ?? 0),
        transactions: Number(row?.count ?? 0),
      };
    },
    async collectGarbage() {
      for (const [name, { pid }] of processes) if (name.startsWith('node-') && pid !== undefined) process.kill(pid, 'SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, COLLECTED_MS));
    },
    async nodes() {
      const found: Record<string, NodeMemory> = {};
      await Promise.all(
        [...processes].map(async ([name, { pid }]) => {
          if (!name.startsWith('node-') || pid === undefined) return;
          const look = async (): Promise<{ metrics: string; rss: number }> => {
            const answer = await fetch(`http://127.0.0.1:${httpPortOf(pid)}/metrics`, { signal: AbortSignal.timeout(5_000) });
            return { metrics: await answer.text(), rss: rssOf(pid) };
          };
          // It may end meanwhile: nodes are killed here, and released.
          const looked = await look().catch(() => null);
          if (!looked) return;
          const { metrics, rss } = looked;
          const value = (metric: string): number =>
            Number(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0);
          found[name] = {
            rss,
            heap: value('nodejs_heap_size_used_bytes'),
            sockets: value('vignette_sockets_connected'),
            stallMs: Math.round(value('nodejs_eventloop_lag_max_seconds') * 1_000),
          };
        }),
      );
      return found;
    },
  };
}

/** Cores used by each kind of process between two looks. */
export function coresBetween(before: Usage, after: Usage): Record<string, number> {
  const seconds = (after.at - before.at) / 1_000;
  return Object.fromEntries(
    Object.entries(after.cpu)
      // A process that was started anew meanwhile counts from nothing.
      .map(([kind, used]): [string, number] => [
        kind,
        Math.max(0, Math.round(((used - (before.cpu[kind] ?? 0)) / seconds) * 100) / 100),
      ])
      .sort(([, a], [, b]) => b - a),
  );
}

export function httpPortOf(pid: number): string {
  return (
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((line) => line.startsWith('HTTP_PORT='))
      ?.slice('HTTP_PORT='.length) ?? ''
  );
}

/** Bytes in memory. */
export function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
}
