import type { TransactionSql } from 'postgres';

/** What was taken off tables, to be put on again. */
export interface Unbound {
  /** Makes indexes and keys anew, and has Postgres look at every reference. */
  bind(say: (line: string) => void): Promise<void>;
}

interface Definition {
  table: string;
  name: string;
  /** What makes it again. */
  definition: string;
}

/**
 * Takes foreign keys, keys, indexes and triggers off tables, in the caller's transaction: filling them and building each index once is
 * several times faster than keeping them up to date row by row. Checks stay. What a killed process leaves is what was there before.
 */
export async function unbind(sql: TransactionSql, tables: readonly string[]): Promise<Unbound> {
  const foreign = await sql<Definition[]>`
    select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where contype = 'f' and conparentid = 0
      and (conrelid = any(${tables}::text[]::regclass[]) or confrelid = any(${tables}::text[]::regclass[])) order by 1, 2`;
  const keys = await sql<Definition[]>`
    select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where contype in ('p', 'u') and conrelid = any(${tables}::text[]::regclass[]) order by 1, 2`;
  const indexes = await sql<Definition[]>`
    select i.indrelid::regclass::text as "table", i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i where i.indrelid = any(${tables}::text[]::regclass[])
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u')) order by 1, 2`;
  for (const { table, name } of [...foreign, ...keys]) await sql.unsafe(`alter table ${table} drop constraint ${quoted(name)}`);
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  for (const table of tables) await sql.unsafe(`alter table ${table} disable trigger user`);
  return {
    async bind(say) {
      for (const { table, name, definition } of keys) {
        await timed(say, `key ${name}`, sql.unsafe(`alter table ${table} add constraint ${quoted(name)} ${definition}`));
      }
      // The functions of some indexes make a table of hashes at each call, as large as they may.
      await sql`select set_config('work_mem', '64kB', true)`;
      for (const { name, definition } of indexes)
        await timed(say, `index ${name}`, sql.unsafe(definition.replace(' ON ONLY ', ' ON ')));
      await sql`select set_config('work_mem', '256MB', true)`;
      for (const { table, name, definition } of foreign) {
        await timed(say, `references ${name}`, sql.unsafe(`alter table ${table} add constraint ${quoted(name)} ${definition}`));
      }
      for (const table of tables) await sql.unsafe(`alter table ${table} enable trigger user`);
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function timed(say: (line: string) => void, what: string, work: PromiseLike<unknown>): Promise<void> {
  const began = performance.now();
  await work;
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 1) say(`${what}: ${seconds.toFixed(1)} s`);
}
