import { decimalOf } from '#shared/domain/money.ts';
import type { Cell, CellKind, Column } from '#shared/domain/reports/report-table.ts';
import { defusedCell } from '#shared/domain/spreadsheet-cell.ts';
import { zipOf, type ZipFile } from '../zip-stream.ts';

/** A sheet of a spreadsheet: its rows are asked for as fast as they are read, so that a long one is never in memory. */
export interface Sheet {
  /** Up to 31 characters, unique, without any of `[]:*?/\`. */
  name: string;
  columns: readonly Column[];
  rows: Batches;
  /** Asked for when all rows are written. */
  total?: () => readonly Cell[] | null;
  /** A line under the table, for people. */
  note?: string;
}
/** Rows, some at a time. */
type Batch = readonly (readonly Cell[])[];
export type Batches = AsyncIterable<Batch> | Iterable<Batch>;

/** Those of either kind, one after the other. */
export async function* eachBatch(batches: Batches): AsyncGenerator<Batch, void> {
  yield* batches;
}

/** Rows that a sheet may have, its head and total among them. */
export const SHEET_ROWS = 1_048_576;

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** Order of the styles in `styles.xml`: plain, and bold for a total. */
const KINDS: readonly CellKind[] = ['text', 'count', 'money', 'percent', 'duration', 'time'];
const styleOf = (kind: CellKind, bold: boolean): number => KINDS.indexOf(kind) + (bold ? KINDS.length : 0);
const DAY_SECONDS = 86_400;
/** 1 January 1970 as a spreadsheet counts days. */
const EPOCH_DAYS = 25_569;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** XML has no place for other control characters, nor for half of a pair. */
const NO_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const escape = (text: string): string => text.replace(NO_XML, '').replace(/[&<>"]/g, (one) => ESCAPES[one] ?? '');

const letters: string[] = [];
/** `A`, `B`, …, `AA`: columns as a spreadsheet names them. */
function letterOf(index: number): string {
  return (letters[index] ??= (index >= 26 ? letterOf(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26)));
}

function numberOf(kind: CellKind, value: Cell, minorDigits: number): string {
  if (kind === 'time') return String(Date.parse(`${String(value).replace(' ', 'T')}Z`) / 1000 / DAY_SECONDS + EPOCH_DAYS);
  if (kind === 'duration') return String(Number(value) / DAY_SECONDS);
  return kind === 'money' ? decimalOf(Number(value), minorDigits) : String(value);
}

/** Rows as XML. A text is a text, whatever it begins with, and has its quote besides: saved as CSV it stays harmless. */
function rowXml(
  cells: readonly Cell[],
  columns: readonly Column[],
  row: number,
  how: { minorDigits: number; bold?: boolean },
): string {
  let xml = `<row r="${row}">`;
  for (let index = 0; index < columns.length; index += 1) {
    const [value, kind] = [cells[index] ?? null, columns[index]?.kind ?? 'text'];
    if (value === null || value === '') continue;
    const place = `${letterOf(index)}${row}`;
    const style = styleOf(kind, how.bold ?? false);
    xml +=
      kind === 'text' || (typeof value === 'string' && kind !== 'time')
        ? `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escape(defusedCell(String(value)))}</t></is></c>`
        : `<c r="${place}" s="${style}"><v>${numberOf(kind, value, how.minorDigits)}</v></c>`;
  }
  return `${xml}</row>`;
}

async function* sheetXml({ columns, rows, total, note }: Sheet, minorDigits: number): AsyncGenerator<Uint8Array> {
  const widths = columns.map(
    ({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  const head = columns.map(({ title }) => title);
  yield Buffer.from(
    `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
      '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
      `<cols>${widths.join('')}</cols><sheetData>` +
      rowXml(
        head,
        columns.map((column) => ({ ...column, kind: 'text' as const })),
        1,
        { minorDigits, bold: true },
      ),
  );
  let row = 1;
  for await (const batch of eachBatch(rows)) {
    let xml = '';
    for (const cells of batch) xml += rowXml(cells, columns, (row += 1), { minorDigits });
    yield Buffer.from(xml);
  }
  const last = total?.() ?? null;
  let end = last ? rowXml(last, columns, (row += 1), { minorDigits, bold: true }) : '';
  if (note) end += rowXml([note], [{ title: '', kind: 'text', width: 0 }], row + 2, { minorDigits });
  yield Buffer.from(`${end}</sheetData></worksheet>`);
}

function stylesXml(minorDigits: number): string {
  const money = minorDigits === 0 ? '#,##0' : `#,##0.${'0'.repeat(minorDigits)}`;
  const formats = ['@', '#,##0', money, '0.0%', '[mm]:ss', 'yyyy-mm-dd hh:mm:ss'];
  const numFmts = formats.map((code, index) => `<numFmt numFmtId="${164 + index}" formatCode="${escape(code)}"/>`).join('');
  const cells = [0, 1].flatMap((font) =>
    formats.map(
      (_, index) =>
        `<xf numFmtId="${index === 0 ? 0 : 164 + index}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`,
    ),
  );
  const font = (bold: string): string => `<font>${bold}<sz val="11"/><name val="Calibri"/><family val="2"/></font>`;
  return (
    `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length}">${numFmts}</numFmts><fonts count="2">${font('')}${font('<b/>')}</fonts>` +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="${cells.length}">${cells.join('')}</cellXfs>` +
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
  );
}

/** A spreadsheet (Office Open XML), as it is made. `minorDigits`: of the currency of its amounts. */
export async function* xlsxFile(
  sheets: readonly Sheet[],
  { minorDigits, title, createdAt }: { minorDigits: number; title: string; createdAt: Date },
): AsyncGenerator<Uint8Array> {
  const numbers = sheets.map((_, index) => index + 1);
  const type = (part: string, kind: string): string =>
    `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-${kind}+xml"/>`;
  const relation = (id: number, kind: string, target: string): string =>
    `<Relationship Id="rId${id}" Type="${kind}" Target="${target}"/>`;
  const text = (name: string, content: string): ZipFile => ({ name, body: [Buffer.from(XML + content)], stored: false });
  async function* files(): AsyncGenerator<ZipFile> {
    yield text(
      '[Content_Types].xml',
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
        type('/xl/workbook.xml', 'officedocument.spreadsheetml.sheet.main') +
        type('/xl/styles.xml', 'officedocument.spreadsheetml.styles') +
        type('/docProps/core.xml', 'package.core-properties') +
        `${numbers.map((number) => type(`/xl/worksheets/sheet${number}.xml`, 'officedocument.spreadsheetml.worksheet')).join('')}</Types>`,
    );
    yield text(
      '_rels/.rels',
      `<Relationships xmlns="${PACKAGE}/relationships">${relation(1, `${OFFICE}/officeDocument`, 'xl/workbook.xml')}${relation(2, `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml')}</Relationships>`,
    );
    yield text(
      'docProps/core.xml',
      `<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${escape(title)}</dc:title><dc:creator>Vignette</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${createdAt.toISOString()}</dcterms:created></cp:coreProperties>`,
    );
    yield text(
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.map(({ name }, index) => `<sheet name="${escape(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
    );
    yield text(
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${PACKAGE}/relationships">${numbers.map((number) => relation(number, `${OFFICE}/worksheet`, `worksheets/sheet${number}.xml`)).join('')}${relation(sheets.length + 1, `${OFFICE}/styles`, 'styles.xml')}</Relationships>`,
    );
    yield { name: 'xl/styles.xml', body: [Buffer.from(stylesXml(minorDigits))], stored: false };
    for (const [index, sheet] of sheets.entries()) {
      yield { name: `xl/worksheets/sheet${index + 1}.xml`, body: sheetXml(sheet, minorDigits), stored: false };
    }
  }
  yield* zipOf(files());
}
