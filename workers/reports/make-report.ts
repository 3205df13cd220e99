import type { Tx } from '#db/connect.ts';
import { bookedBefore, readFigures, readTarget, readTotals, type FiguresOf } from '#db/report-figures.repository.ts';
import { streamMovements } from '#db/report-movements.repository.ts';
import { readOffices, type ReportRow } from '#db/reports.repository.ts';
import type { ReportProgress } from '#shared/contracts/reports.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import { addDays, instantOf } from '#shared/domain/dates.ts';
import { formatMoney } from '#shared/domain/money.ts';
import { BUCKETS, revenueOf, type ReportFigures } from '#shared/domain/reports/figures.ts';
import { yearBefore } from '#shared/domain/reports/periods.ts';
import type { Cell, ReportTable } from '#shared/domain/reports/report-table.ts';
import { csvCell, csvFile } from '#shared/node/export/csv-file.ts';
import { SHEET_ROWS, xlsxFile, type Sheet } from '#shared/node/export/xlsx-file.ts';
import { fingerprintOf, officesOf, type MadeReport } from '#server/reports/reports.service.ts';
import { SETTLED_MS } from '#server/reports/scheduled.service.ts';
import { MOVEMENT_COLUMNS, movementCells, noMovements, PAID_KINDS, totalCells } from './movement-cells.ts';
import { reportPdf, type ReportHead } from './report-pdf.ts';
import { tablesOf, type Check } from './report-tables.ts';
import { moment, periodName, PERIODS } from './report-words.ts';

/** What is known of a file besides its bytes. */
export type Contents = Omit<MadeReport, 'bytes' | 'sha256'>;
export type Tell = (progress: Pick<ReportProgress, 'phase' | 'done' | 'total'>) => void;

/** Rows of a sheet besides those of movements: its head and its total. */
const FRAME = 2;

/**
 * Writes a report as it is read, in a transaction of one moment (`REPEATABLE READ`): yields the bytes of the file, returns what is in it.
 * `tell` is called between batches, and may throw to give up.
 */
export async function* makeReport(
  tx: Tx,
  row: ReportRow,
  { country, asOf, tell }: { country: Country; asOf: Date; tell: Tell },
): AsyncGenerator<Uint8Array, Contents> {
  const { period, firstDay, lastDay, content, format } = row;
  const midnight = (day: string): Date => instantOf(day, '00:00:00', country.timeZone);
  const of: FiguresOf = {
    ...{ from: midnight(firstDay), to: midnight(addDays(lastDay, 1)), firstDay, lastDay, timeZone: country.timeZone },
    ...{ offices: officesOf(await readOffices(tx), row.scope), bucket: BUCKETS[period] },
  };
  tell({ phase: 'figures', done: 0, total: null });
  const figures: ReportFigures = {
    ...(await readFigures(tx, of)),
    lastYear: await lastYearOf(tx, of, midnight),
    target: await readTarget(tx, row.scope, period, firstDay),
  };
  const provisional = asOf.getTime() < of.to.getTime() + SETTLED_MS;
  const fingerprint = fingerprintOf({ period, firstDay, lastDay, scope: row.scope, figures });
  const checks: Check[] = [{ title: 'Net des mouvements', here: figures.totals.net, ledger: revenueOf(figures.ledger) }];
  const head = headOf(row, { country, asOf, provisional, fingerprint, figures });
  const { minorDigits } = country.currency;
  const agree = (): boolean => checks.every(({ here, ledger }) => here === ledger);
  const tables = (): ReportTable[] => tablesOf(figures, checks, { period, country });
  let rows: number;

  if (content === 'summary') {
    const all = tables();
    rows = all.reduce((sum, table) => sum + table.rows.length, 0);
    if (format === 'pdf') for await (const chunk of reportPdf(head, all, country)) yield chunk as Uint8Array;
    else if (format === 'csv') yield* csvFile(LONG, longRows(all, minorDigits), minorDigits);
    else yield* xlsxFile([factsSheet(head), ...all.map(sheetOf)], { minorDigits, title: head.kind, createdAt: asOf });
  } else {
    const sums = noMovements();
    const expected = figures.totals.paid.count + figures.totals.reversed.count;
    async function* batches(): AsyncGenerator<Cell[][]> {
      for await (const found of streamMovements(tx, of)) {
        tell({ phase: 'rows', done: sums.rows, total: expected });
        yield found.map((one) => movementCells(one, sums, country));
      }
    }
    const compare = (): void => {
      const revenue = new Map(figures.ledger.map(({ account, debit, credit }) => [account, credit - debit]));
      checks.push({ title: 'Somme des lignes', here: sums.amount, ledger: figures.totals.net });
      for (const kind of PAID_KINDS) {
        checks.push({ title: `Somme des lignes, ${kind}`, here: sums.kinds[kind], ledger: revenue.get(`revenue:${kind}`) ?? 0 });
      }
    };
    if (format === 'csv') yield* csvFile(MOVEMENT_COLUMNS, batches(), minorDigits);
    else {
      const lists = movementSheets(batches(), expected, () => (compare(), totalCells(sums, country)));
      // The checks come last: they are of the rows.
      const last: Sheet = { name: 'Contrôle', columns: LONG_CHECK, rows: lazily(() => checkRows(tables())) };
      yield* xlsxFile([factsSheet(head), ...lists, last], { minorDigits, title: head.kind, createdAt: asOf });
    }
    if (format === 'csv') compare();
    rows = sums.rows;
  }
  return { asOf, provisional, totals: figures.totals, agrees: agree(), rows, fingerprint };
}

/** The year before, when anything was booked up to its end: else there is nothing to compare with. */
async function lastYearOf(tx: Tx, of: FiguresOf, midnight: (day: string) => Date): Promise<ReportFigures['lastYear']> {
  const days = yearBefore({ from: of.firstDay, to: of.lastDay });
  const then = { from: midnight(days.from), to: midnight(addDays(days.to, 1)) };
  return (await bookedBefore(tx, then.to)) ? readTotals(tx, { ...of, ...then }) : null;
}

function headOf(
  { period, firstDay, scopeName, scope, content }: ReportRow,
  of: { country: Country; asOf: Date; provisional: boolean; fingerprint: string; figures: ReportFigures },
): ReportHead {
  const { country, asOf, provisional, fingerprint, figures } = of;
  const { totals, lastYear, hall } = figures;
  const money = (amount: number): string => formatMoney(amount, country, 'fr');
  const number = (value: number): string => new Intl.NumberFormat(country.formats.fr).format(value);
  const where = scope === 'national' ? 'National' : scope.startsWith('region-') ? `Région ${scopeName}` : scopeName;
  const against = lastYear ? `${money(lastYear.net)} un an plus tôt` : 'pas de comparaison : rien un an plus tôt';
  return {
    kind: content === 'summary' ? PERIODS[period] : `${PERIODS[period]} : mouvements`,
    ...{ period: periodName(period, firstDay, country), scope: where, asOf: moment(asOf, country), fingerprint, createdAt: asOf },
    provisional: provisional ? 'Provisoire : la période n’est pas close, ces chiffres peuvent encore changer.' : null,
    figures: [
      { label: 'Encaissé, net', value: money(totals.net), detail: against },
      { label: 'Taxes payées', value: number(totals.paid.count), detail: `${number(totals.payments)} paiements` },
      { label: 'Annulations', value: number(totals.reversed.count), detail: money(totals.reversed.amount) },
      { label: 'Personnes servies', value: number(hall.all?.served ?? 0), detail: `${number(hall.all?.taken ?? 0)} tickets` },
    ],
  };
}

/** What a PDF says over and under its tables, as a sheet of its own. */
const factsSheet = (head: ReportHead): Sheet => ({
  name: 'Rapport',
  columns: [
    { title: head.kind, kind: 'text', width: 34 },
    { title: head.period, kind: 'text', width: 70 },
  ],
  rows: [
    [
      ['Portée', head.scope],
      ['Chiffres arrêtés au', head.asOf],
      ['État', head.provisional ?? 'Définitif : la période est close.'],
      ...head.figures.map(({ label, value, detail }) => [label, `${value} (${detail})`]),
      ['Empreinte des chiffres (SHA-256)', head.fingerprint],
    ],
  ],
});

/** A sheet's name has 31 characters and no colon. */
const sheetOf = (table: ReportTable): Sheet => ({
  name: table.title.split(' :')[0]!.slice(0, 31),
  columns: table.columns,
  rows: [table.rows.length > 0 ? table.rows : [[table.empty]]],
  total: () => table.total,
  note: `Source : ${table.source}.`,
});

/** Movements over as many sheets as they need; the total is under the last. */
function movementSheets(batches: AsyncGenerator<Cell[][]>, expected: number, total: () => Cell[]): Sheet[] {
  const most = SHEET_ROWS - FRAME;
  const count = Math.max(1, Math.ceil(expected / most));
  let rest: Cell[][] = [];
  async function* part(): AsyncGenerator<Cell[][]> {
    let left = most;
    while (left > 0) {
      const next = rest.length > 0 ? rest : ((await batches.next()).value as Cell[][] | undefined);
      if (!next) return;
      yield next.slice(0, left);
      rest = next.slice(left);
      left -= Math.min(left, next.length);
    }
  }
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? 'Mouvements' : `Mouvements ${index + 1}`,
    columns: MOVEMENT_COLUMNS,
    rows: part(),
    ...(index === count - 1 && { total }),
  }));
}

/** Asked for when it is written. */
function* lazily(rows: () => Cell[][]): Generator<Cell[][]> {
  yield rows();
}

const LONG_CHECK = [
  { title: 'Contrôle', kind: 'text', width: 42 },
  { title: 'Ce rapport', kind: 'money', width: 20 },
  { title: 'Grand livre', kind: 'money', width: 20 },
  { title: 'Résultat', kind: 'text', width: 12 },
] as const;
const checkRows = (tables: readonly ReportTable[]): Cell[][] => (tables.at(-1)?.rows ?? []).map((cells) => [...cells]);

/** A summary for machines: a line for each figure. */
const LONG = [
  { title: 'tableau', kind: 'text', width: 20 },
  { title: 'ligne', kind: 'text', width: 20 },
  { title: 'mesure', kind: 'text', width: 20 },
  { title: 'unite', kind: 'text', width: 10 },
  { title: 'valeur', kind: 'count', width: 20 },
] as const;

function* longRows(tables: readonly ReportTable[], minorDigits: number): Generator<Cell[][]> {
  for (const { title, columns, rows } of tables) {
    yield rows.flatMap((cells) =>
      columns.flatMap(({ title: measure, kind }, index): Cell[][] => {
        const value = cells[index] ?? null;
        if (index === 0 || value === null || kind === 'text') return [];
        return [[title, cells[0] ?? '', measure, kind, Number(csvCell(kind, value, minorDigits))]];
      }),
    );
  }
}
