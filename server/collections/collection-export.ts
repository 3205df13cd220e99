import { once } from 'node:events';
import type { Writable } from 'node:stream';
import ExcelJS from 'exceljs';
import { stringify } from 'csv-stringify/sync';
import type { CollectionMovement, CollectionTotals, ExportFormat } from '#shared/contracts/collections.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { decimalOf } from '#shared/domain/money.ts';
import { defusedCell } from '#shared/domain/spreadsheet-cell.ts';

/** What the columns and the last line are called. */
const WORDS = {
  fr: {
    sheet: 'Mouvements',
    columns: ['Date et heure', 'Mouvement', 'Quittance', 'Plaque', 'Pays', 'Année', 'Moyen', 'Centre', 'Montant', 'Monnaie'],
    kind: { paid: 'payé', reversed: 'annulé' },
    channel: { cash: 'espèces', mtn_momo: 'MTN MoMo', mvola: 'MVola', stripe: 'carte' },
    online: 'en ligne',
    total: 'Total',
    lines: (count: number) => `${count} mouvements`,
  },
  en: {
    sheet: 'Movements',
    columns: ['Date and time', 'Movement', 'Receipt', 'Plate', 'Country', 'Year', 'Way', 'Office', 'Amount', 'Currency'],
    kind: { paid: 'paid', reversed: 'reversed' },
    channel: { cash: 'cash', mtn_momo: 'MTN MoMo', mvola: 'MVola', stripe: 'card' },
    online: 'online',
    total: 'Total',
    lines: (count: number) => `${count} movements`,
  },
} as const;

const WIDTHS = [20, 12, 20, 14, 8, 8, 14, 28, 16, 10];
const AMOUNT = 8;
/** Rows of a worksheet at most, and some for its head and total. */
const SHEET_ROWS = 1_048_000;

/** Writes movements as they come; `end` writes the total and closes the file. */
export interface MovementWriter {
  write(movements: readonly CollectionMovement[]): Promise<void>;
  end(totals: CollectionTotals): Promise<void>;
}

/** Until more can be written, or nobody reads any more. */
async function drained(out: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(out, 'drain', { signal }), once(out, 'close', { signal })]).finally(() => over.abort());
}

interface WriterDeps {
  out: Writable;
  country: Country;
  locale: Locale;
}

export const createMovementWriter = (format: ExportFormat, deps: WriterDeps): MovementWriter =>
  format === 'csv' ? csvWriter(deps) : xlsxWriter(deps);

/** Local time without a zone, as a spreadsheet knows it: milliseconds as if it were UTC. */
function localTime({ timeZone }: Country): (at: string) => Date {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  };
}

function textCells(movement: CollectionMovement, locale: Locale): string[] {
  const { kind, receipt, plate, country, fiscalYear, channel, office } = movement;
  const words = WORDS[locale];
  return [
    ...[words.kind[kind], receipt?.number ?? '', defusedCell(plate), country, String(fiscalYear)],
    ...[words.channel[channel], office ? defusedCell(office.name) : words.online],
  ];
}

/** Bytes order mark, so that a spreadsheet reads accents; lines end as RFC 4180 says. */
function csvWriter({ out, country, locale }: WriterDeps): MovementWriter {
  const { currency } = country;
  const [words, local] = [WORDS[locale], localTime(country)];
  const lines = (rows: readonly string[][]): string => stringify([...rows], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
  const money = (amount: number): string => decimalOf(amount, currency.minorDigits);
  const put = async (text: string): Promise<void> => void (out.write(text) || (await drained(out)));
  let head = '\ufeff' + lines([[...words.columns]]);
  return {
    async write(movements) {
      const rows = movements.map((one) => [
        local(one.at).toISOString().slice(0, 19).replace('T', ' '),
        ...textCells(one, locale),
        money(one.amount),
        currency.code,
      ]);
      await put(head + lines(rows));
      head = '';
    },
    async end({ paid, reversed, net }) {
      const total = [words.total, words.lines(paid.count + reversed.count), '', '', '', '', '', '', money(net), currency.code];
      out.end(head + lines([total]));
    },
  };
}

function xlsxWriter({ out, country, locale }: WriterDeps): MovementWriter {
  const { minorDigits, code } = country.currency;
  const [words, local] = [WORDS[locale], localTime(country)];
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false });
  const money = (amount: number): number => Number(decimalOf(amount, minorDigits));
  const numFmt = minorDigits === 0 ? '#,##0' : `#,##0.${'0'.repeat(minorDigits)}`;
  let [rows, sheets] = [0, 0];
  let sheet = nextSheet();

  function nextSheet(): ExcelJS.Worksheet {
    sheets += 1;
    rows = 0;
    const made = book.addWorksheet(sheets === 1 ? words.sheet : `${words.sheet} ${sheets}`, {
      views: [{ state: 'frozen', ySplit: 1 }],
    });
    made.columns = words.columns.map((header, index) => ({
      header,
      width: WIDTHS[index] ?? 12,
      style: index === 0 ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : index === AMOUNT ? { numFmt } : {},
    }));
    made.getRow(1).font = { bold: true };
    made.getRow(1).commit();
    return made;
  }
  return {
    async write(movements) {
      for (const one of movements) {
        if (rows === SHEET_ROWS) {
          sheet.commit();
          sheet = nextSheet();
        }
        sheet.addRow([local(one.at), ...textCells(one, locale), money(one.amount), code]).commit();
        rows += 1;
      }
      // The writer does not look whether the line keeps up.
      if (out.writableNeedDrain) await drained(out);
    },
    async end({ paid, reversed, net }) {
      const row = sheet.addRow([words.total, words.lines(paid.count + reversed.count), '', '', '', '', '', '', money(net), code]);
      row.font = { bold: true };
      row.commit();
      sheet.commit();
      await book.commit();
    },
  };
}
