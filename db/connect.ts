import { drizzle, type PostgresJsDatabase, type PostgresJsTransaction } from 'drizzle-orm/postgres-js';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import postgres, { type Sql } from 'postgres';
import * as documents from './schema/documents.ts';
import * as identity from './schema/identity.ts';
import * as notices from './schema/notices.ts';
import * as payments from './schema/payments.ts';
import * as platform from './schema/platform.ts';
import * as refunds from './schema/refunds.ts';
import * as tax from './schema/tax.ts';
import * as tickets from './schema/tickets.ts';
import * as vehicles from './schema/vehicles.ts';
import { preparing } from './preparing.ts';
import { watchedSocket } from './socket.ts';

export const schema = {
  ...documents,
  ...identity,
  ...notices,
  ...payments,
  ...platform,
  ...refunds,
  ...tax,
  ...tickets,
  ...vehicles,
};
type Schema = typeof schema;

export type Db = PostgresJsDatabase<Schema>;
/** A transaction: the first argument of every repository function. `Db` itself serves where one statement is enough. */
export type Tx = PostgresJsTransaction<Schema, ExtractTablesWithRelations<Schema>>;
export type Executor = Db | Tx;

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
  /** Milliseconds without a word after which a line is given up, and what was asked on it fails; without it: never. */
  silentMs?: number;
}

/** For what serves people and jobs: nothing they ask of the database takes so long. Milliseconds. */
export const SILENT_MS = 30_000;

export interface Database {
  db: Db;
  close(): Promise<void>;
}

/** Opens the pool that drizzle uses. */
export function connectDatabase(options: DatabaseOptions): Database {
  const sql = connectRaw(options);
  return { db: drizzle(options.prepared ? preparing(sql) : sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}

/** A client for plain SQL, LISTEN and session locks. Never the one drizzle has: drizzle changes its date and JSON parsers. */
export function connectRaw(options: DatabaseOptions): Sql {
  return postgres(options.url, {
    max: options.max ?? 10,
    prepare: options.prepared ?? false,
    connect_timeout: 5,
    idle_timeout: 0,
    max_lifetime: null,
    connection: { application_name: options.applicationName },
    ...(options.silentMs !== undefined && { socket: watchedSocket(options.silentMs) }),
    onnotice: (notice) => options.onNotice?.(notice['message'] ?? ''),
  });
}
