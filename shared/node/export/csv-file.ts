import { stringify } from 'csv-stringify/sync';
import { decimalOf } from '#shared/domain/money.ts';
import type { Cell, CellKind, Column } from '#shared/domain/reports/report-table.ts';
import { defusedCell } from '#shared/domain/spreadsheet-cell.ts';
import { eachBatch, type Batches } from './xlsx-file.ts';

/**
 * A table as a file for machines (RFC 4180): commas, CRLF, points in numbers; seconds, shares of one; a byte order mark before it, without
 * which a spreadsheet takes its accents for something else. Texts that a spreadsheet would take for formulas have a quote before them.
 */
export async function* csvFile(columns: readonly Column[], rows: Batches, minorDigits: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`\ufeff${lines([columns.map(({ title }) => title)])}`);
  for await (const batch of eachBatch(rows)) {
    yield Buffer.from(
      lines(batch.map((cells) => columns.map(({ kind }, index) => csvCell(kind, cells[index] ?? null, minorDigits)))),
    );
  }
}

const lines = (rows: readonly (readonly string[])[]): string =>
  stringify([...rows] as string[][], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });

/** A cell as text. Numbers are ours, and go as they are: a minus is no formula. */
export function csvCell(kind: CellKind, value: Cell, minorDigits: number): string {
  if (value === null) return '';
  if (kind === 'text' || typeof value === 'string') return defusedCell(String(value));
  return kind === 'money' ? decimalOf(value, minorDigits) : String(value);
}
