import type { PostgresJsDatabase, PostgresJsTransaction } from 'drizzle-orm/postgres-js';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import * as documents from './schema/documents.ts';
import * as identity from './schema/identity.ts';
import * as notices from './schema/notices.ts';
import * as payments from './schema/payments.ts';
import * as platform from './schema/platform.ts';
import * as refunds from './schema/refunds.ts';
import * as tax from './schema/tax.ts';
import * as tickets from './schema/tickets.ts';
import * as vehicles from './schema/vehicles.ts';

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
