import { drizzle } from 'drizzle-orm/postgres-js';
import { sql as drizzleSql } from 'drizzle-orm';
import postgres, { type Sql } from 'postgres';
import type { Db } from './executor.ts';
import { preparing } from './preparing.ts';
import { scoping } from './scope.ts';
import { watchedSocket } from './socket.ts';

export type { Db, Executor, Tx } from './executor.ts';

export interface DatabaseOptions {
  url: string;
  /** Connections of this process at most. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  onNotice?: (message: string) => void;
  /**
   * Statements are parsed once a connection, and asked for in one round trip instead of two. Not behind a pool that gives each
   * transaction another connection.
   */
  prepared?: boolean;
  /**
   * As what it connects: `server`, which sees of the walled tables what the scope of each transaction lets it (`scope.ts`), or `workers`,
   * which see all of them; neither owns anything. The address's user must be, or be a member of, `vignette_server` or
   * `vignette_workers`; behind PgBouncer it must be so from the first, since that passes on no settings. Left out: as the address says.
   */
  role?: DatabaseRole;
  /** Behind PgBouncer in transaction mode. */
  pooled?: boolean;
  /** Milliseconds without a word after which a line is given up, and what was asked on it fails; without it: never. */
  silentMs?: number;
}

export type DatabaseRole = 'server' | 'workers';

/** For what serves people and jobs: nothing they ask of the database takes so long. Milliseconds. */
export const SILENT_MS = 30_000;

/** How often Postgres looks whether somebody still waits for what it does. Milliseconds. */
const CHECK_CLIENT_MS = 5_000;

export interface Database {
  db: Db;
  close(): Promise<void>;
}

/** Opens the pool that drizzle uses. */
export function connectDatabase(options: DatabaseOptions): Database {
  const sql = connectRaw(options);
  const scoped = options.role === 'server' ? scoping(sql) : sql;
  return { db: drizzle(options.prepared ? preparing(scoped) : scoped), close: () => sql.end({ timeout: 5 }) };
}

/** A client for plain SQL, LISTEN and session locks. Never the one drizzle has: drizzle changes its date and JSON parsers. */
export function connectRaw(options: DatabaseOptions): Sql {
  return postgres(options.url, {
    max: options.max ?? 10,
    prepare: options.prepared ?? false,
    connect_timeout: 5,
    idle_timeout: 0,
    max_lifetime: null,
    connection: {
      application_name: options.applicationName,
      ...(options.role && !options.pooled && { role: roleName(options.role) }),
      // What is given up here is to end there as well: it may hold a lock.
      ...(options.silentMs !== undefined && !options.pooled && { client_connection_check_interval: CHECK_CLIENT_MS }),
    },
    ...(options.silentMs !== undefined && { socket: watchedSocket(options.silentMs) }),
    onnotice: (notice) => options.onNotice?.(notice['message'] ?? ''),
  });
}

const roleName = (role: DatabaseRole): string => `vignette_${role}`;

/**
 * Refuses to work as who owns the tables, or is bound by no policy: the wall would not stand, and nothing would tell.
 * @throws Error that says what to do
 */
export async function checkRole(db: Db, role: DatabaseRole): Promise<void> {
  const [found] = await db.execute<{ user: string; bound: boolean; owns: boolean; member: boolean }>(drizzleSql`
    select current_user as user, row_security_active('payments') as bound, pg_has_role(current_user, ${roleName(role)}, 'usage') as member,
      exists (select from pg_class where relname = 'payments' and relkind = 'p' and pg_has_role(current_user, relowner, 'usage')) as owns`);
  if (found?.bound && found.member && !found.owns) return;
  throw new Error(
    `${found?.user ?? 'nobody'} must not serve: DATABASE_URL needs a user that is a member of ${roleName(role)} and owns nothing (README: Database roles)`,
  );
}
