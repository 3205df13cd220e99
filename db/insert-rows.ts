import { getTableColumns, getTableName, sql, type InferInsertModel, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Executor } from './connect.ts';

/**
 * Writes many rows by one statement with one value. Its text does not grow with the rows, so each connection parses and plans it once;
 * drizzle's own `values` makes a text and a value for every cell, which costs more than the rows themselves. The rows are written in their
 * order and have the same keys as the first of them: what it leaves out gets its default. `then` follows the statement: a conflict's rule.
 */
export async function insertRows<T extends PgTable, R extends Record<string, unknown> = Record<string, unknown>>(
  tx: Executor,
  table: T,
  rows: readonly InferInsertModel<T>[],
  then: SQL = sql``,
): Promise<readonly R[]> {
  const [first] = rows;
  if (!first) return [];
  const columns = getTableColumns(table);
  const keys = Object.keys(first).filter((key) => (first as Record<string, unknown>)[key] !== undefined);
  const names = keys.map((key) => {
    const column = columns[key];
    if (!column) throw new Error(`${getTableName(table)} has no column for ${key}`);
    return column.name;
  });
  const prefixes = names.map((name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const written = rows.map((row) => {
    let text = '';
    for (const [index, key] of keys.entries())
      text += `${prefixes[index]}${JSON.stringify((row as Record<string, unknown>)[key] ?? null)}`;
    return `${text}}`;
  });
  const list = sql.join(
    names.map((name) => sql.identifier(name)),
    sql`, `,
  );
  return [
    ...(await tx.execute(sql`insert into ${table} (${list})
    select ${list} from json_populate_recordset(null::${table}, ${sql.param(`[${written.join()}]`)}::text::json) ${then}`)),
  ] as unknown as R[];
}

/**
 * Whether an id is one of several: one value however many they are, so that the statement stays the same (unlike `inArray`). A single one is
 * asked for as such: Postgres keeps the plan of that, and makes the one for a list anew each time, which costs more than the look-up.
 */
export const isOneOf = (column: PgColumn, ids: readonly string[]): SQL =>
  ids.length === 1 ? sql`${column} = ${sql.param(ids[0])}::uuid` : sql`${column} = any(${sql.param([...ids])}::uuid[])`;
