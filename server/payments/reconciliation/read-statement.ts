import { parse } from 'csv-parse/sync';
import type { LineFault } from '#shared/contracts/reconciliation.ts';
import { placesOf, type ReadMovement, type StatementFormat } from './statement-format.ts';
import { encodingOf, physicalLines, type Bytes, type PhysicalLine } from './statement-lines.ts';

/** A line of a statement, understood or not; never left out. */
export type ReadLine = { number: number; raw: string } & (
  { fault: null; movement: ReadMovement } | { fault: LineFault; movement: null }
);

/** Lines handed on at once. */
const BATCH = 1_000;
/** The header stands in one of the first lines: portals write titles above it. */
const HEADER_WITHIN = 20;

/** The file is no statement of this provider's. */
export class NotAStatement extends Error {}

/**
 * Reads a statement, in batches: header first, then every line that is not empty. One record is one line: a line whose quotes do not end
 * is a bad line, and takes none of the next with it. Memory: one batch.
 * @throws NotAStatement when no header has the columns
 */
export async function* readStatement(
  format: StatementFormat,
  open: () => Promise<Bytes>,
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<ReadLine[]> {
  const encoding = await encodingOf(await open());
  let header: Header | null = null;
  let batch: PhysicalLine[] = [];
  for await (const line of physicalLines(await open(), encoding, onBytes)) {
    if (header === null) {
      header = headerOf(format, line);
      if (header === null && line.number >= HEADER_WITHIN) throw new NotAStatement();
    } else if (line.tooLong || /[^\s,;]/.test(line.text)) {
      batch.push(line);
      if (batch.length < BATCH) continue;
      yield readBatch(format, header, batch);
      batch = [];
    }
  }
  if (header === null) throw new NotAStatement();
  if (batch.length > 0) yield readBatch(format, header, batch);
}

interface Header {
  delimiter: string;
  width: number;
  places: ReadonlyMap<string, number>;
}

const DELIMITERS = [',', ';', '\t', '|'];

function headerOf(format: StatementFormat, { text }: PhysicalLine): Header | null {
  for (const delimiter of DELIMITERS) {
    const cells = cellsOf([text.replace(/^\ufeff/, '')], delimiter)?.[0];
    const places = cells && placesOf(format, cells);
    if (places) return { delimiter, width: cells.length, places };
  }
  return null;
}

/** The cells of lines, when each is a record of its own; else null. */
function cellsOf(lines: readonly string[], delimiter: string): string[][] | null {
  try {
    const records: string[][] = parse(lines.join('\n'), {
      ...{ delimiter, relax_column_count: true, record_delimiter: '\n', skip_empty_lines: false },
    });
    return records.length === lines.length ? records : null;
  } catch {
    return null;
  }
}

function readBatch(format: StatementFormat, header: Header, batch: readonly PhysicalLine[]): ReadLine[] {
  const together = batch.some(({ tooLong }) => tooLong)
    ? null
    : cellsOf(
        batch.map(({ text }) => text),
        header.delimiter,
      );
  // Two faults could hide each other: together only when no line has a quote that another could end.
  const trusted = together !== null && !batch.some(({ text }) => hasOpenQuote(text));
  return batch.map((line, index): ReadLine => {
    const { number, text: raw } = line;
    const bad = (fault: LineFault): ReadLine => ({ number, raw, fault, movement: null });
    if (line.tooLong) return bad('too_long');
    const cells = trusted ? together[index] : cellsOf([raw], header.delimiter)?.[0];
    if (!cells) return bad('not_csv');
    if (cells.length !== header.width) return bad('columns');
    const read = format.read((column) => cells[header.places.get(column) ?? -1] ?? '');
    return typeof read === 'string' ? bad(read) : { number, raw, fault: null, movement: read };
  });
}

const hasOpenQuote = (text: string): boolean => ((text.match(/"/g) ?? []).length & 1) === 1;
