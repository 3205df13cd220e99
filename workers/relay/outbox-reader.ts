import type { Sql, TransactionSql } from 'postgres';
import type { OutboxTopic } from '#db/schema/platform.ts';
import type { OutboxRow } from './dispatch.ts';

/** Which of a row's two duties is looked at: they are marked apart, so that a dead queue does not hold up the screens. */
export type Duty = 'emit' | 'enqueue';
const MARK = { emit: 'emitted_at', enqueue: 'enqueued_at' } as const satisfies Record<Duty, string>;

/** The leader's connection was replaced by another: its lock is gone. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
}

export interface OutboxReader {
  /** What is not done yet, oldest position first; without what is left for a newer relay. Throws LeadershipLost when the connection is no longer the one that holds the lock. */
  take(duty: Duty, limit: number): Promise<OutboxRow[]>;
  mark(duty: Duty, ids: readonly string[]): Promise<void>;
  /** Marks as emitted and does what belongs to it in the same transaction, with the ids that were not marked before: with each id once, ever. */
  markEmitted(ids: readonly string[], project: (tx: TransactionSql, ids: ReadonlySet<string>) => Promise<void>): Promise<void>;
  /** Sets a row aside that can never be dispatched. */
  park(id: string, why: string): Promise<void>;
  /** Seconds since the oldest undone row was written; 0 when there is none. */
  lagSeconds(duty: Duty): Promise<number>;
}

/**
 * Reads and marks the outbox on the leader's own connection. Rows of events that are not among `known` are left alone until they are
 * `patienceMs` old.
 */
export function createOutboxReader(
  sql: Sql,
  backendPid: number,
  { known, patienceMs }: { known: readonly string[]; patienceMs: number },
): OutboxReader {
  interface Row {
    id: string;
    position: string;
    name: string;
    payload: unknown;
    topics: OutboxTopic[];
    created_at: Date;
    backend: number;
  }
  return {
    async take(duty, limit) {
      const rows = await sql<Row[]>`
        select id, position, name, payload, topics, created_at, pg_backend_pid() as backend
        from outbox where ${sql(MARK[duty])} is null and parked_at is null
          and (name = any(${[...known]}) or created_at < clock_timestamp() - ${patienceMs} * interval '1 millisecond')
        order by position limit ${limit}`;
      const stranger = rows.find((row) => row.backend !== backendPid);
      if (stranger) throw new LeadershipLost('the connection was replaced');
      return rows.map((row) => ({
        id: row.id,
        position: Number(row.position),
        name: row.name,
        payload: row.payload,
        topics: row.topics,
        createdAt: row.created_at.toISOString(),
      }));
    },
    async mark(duty, ids) {
      if (ids.length === 0) return;
      await sql`update outbox set ${sql(MARK[duty])} = clock_timestamp() where id = any(${[...ids]}::uuid[])`;
    },
    async markEmitted(ids, project) {
      if (ids.length === 0) return;
      await sql.begin(async (tx) => {
        const rows = await tx<{ id: string }[]>`
          update outbox set emitted_at = clock_timestamp() where id = any(${[...ids]}::uuid[]) and emitted_at is null returning id`;
        await project(tx, new Set(rows.map(({ id }) => id)));
      });
    },
    async park(id, why) {
      await sql`update outbox set parked_at = clock_timestamp(), parked_why = ${why} where id = ${id}`;
    },
    async lagSeconds(duty) {
      const [row] = await sql<{ lag: number | null }[]>`
        select extract(epoch from clock_timestamp() - min(created_at))::float8 as lag
        from (select created_at from outbox where ${sql(MARK[duty])} is null and parked_at is null order by position limit 1) oldest`;
      return row?.lag ?? 0;
    },
  };
}
