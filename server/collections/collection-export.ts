import type { CollectionMovement, ExportFormat } from '#shared/contracts/collections.ts';
import type { Locale } from '#shared/contracts/identity.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { Cell, Column } from '#shared/domain/reports/report-table.ts';
import { csvFile } from '#shared/node/export/csv-file.ts';
import { SHEET_ROWS, xlsxFile, type Sheet } from '#shared/node/export/xlsx-file.ts';

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

const KINDS: readonly Column['kind'][] = ['time', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'money', 'text'];
const WIDTHS = [20, 12, 20, 14, 8, 8, 14, 28, 16, 10];
/** Movements on a sheet: some rows are for its head, its total, a note. */
const ON_A_SHEET = SHEET_ROWS - 10;

export interface MovementFile {
  format: ExportFormat;
  locale: Locale;
  country: Country;
  /** When it is made. */
  at: Date;
  /** How many there will be: a spreadsheet's sheets hold only so many each. */
  count: number;
}

/** Movements as a file, written while they are read; its last line is the sum of its others. */
export async function* movementFile(
  movements: AsyncIterable<readonly CollectionMovement[]>,
  { format, locale, country, at, count }: MovementFile,
): AsyncGenerator<Uint8Array> {
  const { code, minorDigits } = country.currency;
  const words = WORDS[locale];
  const columns = words.columns.map((title, index): Column => ({
    title,
    kind: KINDS[index] ?? 'text',
    width: WIDTHS[index] ?? 12,
  }));
  const sum = { count: 0, amount: 0 };
  const local = localTime(country);
  async function* batches(): AsyncGenerator<Cell[][]> {
    for await (const batch of movements) {
      for (const { amount } of batch) {
        sum.count += 1;
        sum.amount += amount;
      }
      yield batch.map(({ receipt, office, ...one }) => [
        ...[local(one.at), words.kind[one.kind], receipt?.number ?? '', one.plate, one.country, String(one.fiscalYear)],
        ...[words.channel[one.channel], office?.name ?? words.online, one.amount, code],
      ]);
    }
  }
  const total = (): Cell[] => [null, words.total, words.lines(sum.count), '', '', '', '', '', sum.amount, code];
  if (format === 'csv') {
    yield* csvFile(
      columns,
      (async function* () {
        yield* batches();
        yield [total()];
      })(),
      minorDigits,
    );
    return;
  }
  const rows = inSheets(batches());
  const sheets = Array.from({ length: Math.max(1, Math.ceil(count / ON_A_SHEET)) }, (_, index): Sheet => ({
    name: index === 0 ? words.sheet : `${words.sheet} ${index + 1}`,
    columns,
    rows: rows(),
  }));
  const last = sheets.at(-1);
  if (last) last.total = total;
  yield* xlsxFile(sheets, { minorDigits, title: words.sheet, createdAt: at });
}

/** One stream of rows, cut into sheets that are written one after the other. */
function inSheets(batches: AsyncGenerator<Cell[][]>): () => AsyncGenerator<Cell[][]> {
  let rest: Cell[][] = [];
  return async function* () {
    let room = ON_A_SHEET;
    for (;;) {
      if (rest.length === 0) {
        const next = await batches.next();
        if (next.done) return;
        rest = next.value;
      }
      const taken = rest.slice(0, room);
      rest = rest.slice(taken.length);
      room -= taken.length;
      yield taken;
      if (room === 0) return;
    }
  };
}

/** Local time without a zone, `YYYY-MM-DD HH:MM:SS`, as a spreadsheet knows it. */
function localTime({ timeZone }: Country): (at: string) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (at) => format.format(new Date(at));
}
