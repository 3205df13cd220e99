import type { PostgresJsDatabase, PostgresJsTransaction } from 'drizzle-orm/postgres-js';
import type { ExtractTablesWithRelations } from 'drizzle-orm';

/** Selects are written with the query builder alone: drizzle would make its relational one anew for every table at every transaction. */
type Schema = Record<string, never>;

export type Db = PostgresJsDatabase<Schema>;
/** A transaction: the first argument of every repository function. `Db` itself serves where one statement is enough. */
export type Tx = PostgresJsTransaction<Schema, ExtractTablesWithRelations<Schema>>;
export type Executor = Db | Tx;
