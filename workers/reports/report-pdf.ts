import PdfDocument from 'pdfkit';
import type { Country } from '#shared/domain/countries/country.ts';
import { formatMoney } from '#shared/domain/money.ts';
import type { Cell, CellKind, Column, ReportTable } from '#shared/domain/reports/report-table.ts';
import { printable } from './report-words.ts';

/** What stands over the tables. */
export interface ReportHead {
  /** `Rapport journalier`. */
  kind: string;
  period: string;
  scope: string;
  /** Null: the period had ended. */
  provisional: string | null;
  asOf: string;
  fingerprint: string;
  /** The figures that are read first. */
  figures: { label: string; value: string; detail: string }[];
  createdAt: Date;
}

const MARGIN = 40;
const FOOT = 44;
const INK = '#0c4a3a';
const SOFT = '#485850';
const LINE = '#d0dad3';
const WASH = '#dfeee7';
const WARN = '#734a00';
const ROW = 17;
const SIZE = 8.5;

/** A report as a PDF, A4, in French: to be read, printed and filed. A stream that is as long as the report, with its page numbers. */
export function reportPdf(head: ReportHead, tables: readonly ReportTable[], country: Country): PDFKit.PDFDocument {
  const document = new PdfDocument({
    ...{ size: 'A4', lang: 'fr', bufferPages: true, margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: FOOT } },
    info: {
      ...{ Title: printable(`${head.kind}, ${head.period}, ${head.scope}`), Author: 'Vignette' },
      ...{ CreationDate: head.createdAt, ModDate: head.createdAt },
    },
  });
  drawHead(document, head);
  for (const table of tables) drawTable(document, table, country);
  drawFeet(document, head);
  document.end();
  return document;
}

const widthOf = (document: PDFKit.PDFDocument): number => document.page.width - 2 * MARGIN;

function drawHead(document: PDFKit.PDFDocument, head: ReportHead): void {
  const width = widthOf(document);
  document.rect(0, 0, document.page.width, 92).fill(INK);
  document.fillColor('#b9d6c9').font('Helvetica').fontSize(9).text('Vignette automobile', MARGIN, 24);
  document.fillColor('#ffffff').font('Helvetica-Bold').fontSize(19).text(printable(head.kind), MARGIN, 36, { lineBreak: false });
  document
    .font('Helvetica')
    .fontSize(11)
    .text(printable(`${head.period} · ${head.scope}`), MARGIN, 62, { width });
  document.y = 104;
  document
    .fillColor(SOFT)
    .fontSize(9)
    .text(printable(`Chiffres arrêtés au ${head.asOf}.`), MARGIN, document.y, { width });
  if (head.provisional) {
    document.moveDown(0.4).fillColor(WARN).font('Helvetica-Bold').text(printable(head.provisional), { width });
  }
  const [top, gap] = [document.y + 12, 10];
  const box = (width - gap * (head.figures.length - 1)) / head.figures.length;
  for (const [index, { label, value, detail }] of head.figures.entries()) {
    const x = MARGIN + index * (box + gap);
    document.roundedRect(x, top, box, 62, 4).fill(WASH);
    document
      .fillColor(SOFT)
      .font('Helvetica')
      .fontSize(8.5)
      .text(printable(label), x + 10, top + 9, { width: box - 20, lineBreak: false });
    document.fillColor(INK).font('Helvetica-Bold');
    fit(document, printable(value), 16, box - 20);
    document.text(printable(value), x + 10, top + 22, { width: box - 20, lineBreak: false });
    document.fillColor(SOFT).font('Helvetica');
    fit(document, printable(detail), 8, box - 20);
    document.text(printable(detail), x + 10, top + 45, { width: box - 20, lineBreak: false });
  }
  document.y = top + 62 + 18;
}

/** The largest size, up to `most`, at which a text fits into a width. */
function fit(document: PDFKit.PDFDocument, text: string, most: number, width: number): void {
  let size = most;
  document.fontSize(size);
  while (size > 5 && document.widthOfString(text) > width) document.fontSize((size -= 0.5));
}

const WRITE: Readonly<Record<CellKind, (value: number, country: Country) => string>> = {
  text: String,
  time: String,
  count: (value, { formats }) => new Intl.NumberFormat(formats.fr).format(value),
  money: (value, country) => formatMoney(value, country, 'fr'),
  percent: (value, { formats }) =>
    new Intl.NumberFormat(formats.fr, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value),
  duration: (value) => `${Math.floor(value / 60)} min ${String(Math.round(value % 60)).padStart(2, '0')} s`,
};
const written = (kind: CellKind, value: Cell, country: Country): string =>
  value === null ? '' : printable(typeof value === 'string' ? value : WRITE[kind](value, country));

function drawTable(document: PDFKit.PDFDocument, table: ReportTable, country: Country): void {
  const width = widthOf(document);
  const all = table.columns.reduce((sum, column) => sum + column.width, 0);
  const widths = table.columns.map((column) => (column.width / all) * width);
  const bottom = document.page.height - FOOT - 14;
  const title = (): void => {
    document.fillColor(INK).font('Helvetica-Bold').fontSize(12).text(printable(table.title), MARGIN, document.y, { width });
    document.y += 4;
  };
  const newPage = (): void => {
    document.addPage();
    document.y = MARGIN;
  };
  // A title is never left alone at the foot of a page.
  if (document.y + 20 + 4 * ROW > bottom) newPage();
  title();
  if (table.rows.length === 0) {
    document.fillColor(SOFT).font('Helvetica').fontSize(9).text(printable(table.empty), { width });
    document.y += 16;
    return;
  }
  const heads = (): void =>
    drawRow(
      document,
      table.columns.map(({ title: name }) => name),
      { columns: table.columns, widths, country, look: 'head' },
    );
  heads();
  const rows = [...table.rows, ...(table.total ? [table.total] : [])];
  for (const [index, cells] of rows.entries()) {
    if (document.y + ROW > bottom) {
      newPage();
      heads();
    }
    const look = table.total !== null && index === rows.length - 1 ? 'total' : 'row';
    drawRow(document, cells, { columns: table.columns, widths, country, look });
  }
  document.y += 4;
  if (document.y + 12 > bottom) newPage();
  document
    .fillColor(SOFT)
    .font('Helvetica-Oblique')
    .fontSize(7.5)
    .text(printable(`Source : ${table.source}.`), MARGIN, document.y, { width });
  document.y += 14;
}

interface RowStyle {
  columns: readonly Column[];
  widths: readonly number[];
  country: Country;
  look: 'head' | 'row' | 'total';
}

function drawRow(document: PDFKit.PDFDocument, cells: readonly Cell[], { columns, widths, country, look }: RowStyle): void {
  const y = document.y;
  if (look === 'head') document.rect(MARGIN, y, widthOf(document), ROW).fill(WASH);
  let x = MARGIN;
  for (const [index, column] of columns.entries()) {
    const [width, right] = [(widths[index] ?? 0) - 8, column.kind !== 'text'];
    const text = look === 'head' ? printable(String(cells[index] ?? '')) : written(column.kind, cells[index] ?? null, country);
    document.fillColor(look === 'row' ? '#0f1f1a' : INK).font(look === 'row' ? 'Helvetica' : 'Helvetica-Bold');
    fit(document, text, SIZE, width);
    document.text(text, x + 4, y + 5, { width, align: right ? 'right' : 'left', lineBreak: false, ellipsis: true });
    x += widths[index] ?? 0;
  }
  document.moveTo(MARGIN, y + ROW).lineTo(MARGIN + widthOf(document), y + ROW);
  document.lineWidth(look === 'total' ? 1 : 0.5).stroke(look === 'total' ? INK : LINE);
  document.y = y + ROW;
}

/** Under each page: which of how many, as of when, and by what the figures can be told from others. */
function drawFeet(document: PDFKit.PDFDocument, { asOf, fingerprint, provisional }: ReportHead): void {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    document.switchToPage(page);
    // Below the margin, where a text would otherwise begin a page of its own.
    document.page.margins.bottom = 0;
    const [width, y] = [widthOf(document), document.page.height - FOOT + 6];
    document
      .moveTo(MARGIN, y - 4)
      .lineTo(MARGIN + width, y - 4)
      .lineWidth(0.5)
      .stroke(LINE);
    document.fillColor(SOFT).font('Helvetica').fontSize(7.5);
    const state = provisional ? 'provisoire, ' : '';
    document.text(printable(`Vignette · ${state}arrêté au ${asOf}`), MARGIN, y, { width: width / 2, lineBreak: false });
    document.text(`Page ${page - start + 1} / ${count}`, MARGIN + width / 2, y, {
      width: width / 2,
      align: 'right',
      lineBreak: false,
    });
    document.text(`Empreinte des chiffres (SHA-256) : ${fingerprint}`, MARGIN, y + 11, { width, lineBreak: false });
  }
}
