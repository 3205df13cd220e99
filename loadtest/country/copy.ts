import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sql, TransactionSql } from 'postgres';

/** What a table is filled with: rows in the form of COPY's text, columns in the order given. */
export interface TableRows {
  /** The table, or a partition. */
  table: string;
  columns: readonly string[];
  rows: Iterable<string> | AsyncIterable<string>;
  /** Written as if it had always been there: only into a table that was emptied in the same transaction. */
  frozen: boolean;
}

export type Value = string | number | boolean | null;

const SPECIAL = /[\\\n\r\t]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text that may hold anything. Ids, numbers, dates and the like need none of it. */
export const escaped = (text: string): string => text.replace(SPECIAL, (character) => ESCAPED[character] ?? '');

/** A row; null is SQL's. */
export function row(...values: readonly Value[]): string {
  let line = '';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) line += '\t';
    const value = values[index];
    line += value === null || value === undefined ? '\\N' : value === true ? 't' : value === false ? 'f' : value;
  }
  return `${line}\n`;
}

const CHUNK = 1 << 17;
const SAY_EVERY_MS = 5_000;

/** Streams rows into a table with COPY; answers how many. `say` is told how fast it goes, every five seconds. */
export async function copyInto(
  sql: Sql | TransactionSql,
  { table, columns, rows, frozen }: TableRows,
  say: (line: string) => void,
): Promise<number> {
  let count = 0;
  const began = performance.now();
  let said = began;
  const rate = (): string => `${Math.round(count / Math.max(0.001, (performance.now() - began) / 1000)).toLocaleString('en')}/s`;
  async function* chunks(): AsyncGenerator<Buffer> {
    let chunk = '';
    for await (const line of chunksOf(rows)) {
      chunk += line.text;
      count += line.rows;
      if (chunk.length >= CHUNK) {
        yield Buffer.from(chunk);
        chunk = '';
        if (performance.now() - said > SAY_EVERY_MS) {
          said = performance.now();
          say(`  ${table}: ${count.toLocaleString('en')} rows, ${rate()}`);
        }
      }
    }
    if (chunk !== '') yield Buffer.from(chunk);
  }
  const target = await sql.unsafe(`copy ${table} (${columns.join(', ')}) from stdin${frozen ? ' with (freeze)' : ''}`).writable();
  await pipeline(Readable.from(chunks(), { objectMode: true, highWaterMark: 2 }), target);
  const seconds = (performance.now() - began) / 1000;
  say(`${table}: ${count.toLocaleString('en')} rows in ${seconds.toFixed(1)} s, ${rate()}`);
  return count;
}

/** Several rows at a time: one turn of an asynchronous loop costs as much as making ten of them. */
async function* chunksOf(rows: TableRows['rows']): AsyncGenerator<{ text: string; rows: number }> {
  if (Symbol.asyncIterator in rows) {
    for await (const text of rows) yield { text, rows: countLines(text) };
    return;
  }
  let [text, count] = ['', 0];
  for (const line of rows) {
    text += line;
    count += 1;
    if (count === 500) {
      yield { text, rows: count };
      [text, count] = ['', 0];
    }
  }
  if (count > 0) yield { text, rows: count };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
