import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import ExcelJS from 'exceljs';
import { parse } from 'csv-parse/sync';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsToDelete } from '#db/schema/account.ts';
import { offices } from '#db/schema/identity.ts';
import { reports as table } from '#db/schema/reports.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import type { ReportScope, ReportView } from '#shared/contracts/reports.ts';
import { createReportJob, STALLED_MS } from './report.job.ts';
import { createReportsFixture, type ReportsFixture } from './testing/reports-fixture.ts';

const HOUR = 3600_000;
let f: ReportsFixture;

/** A day with an evening that is the next day in Madagascar: cash, mobile money, a refund, one of the day before. */
beforeAll(async () => {
  f = await createReportsFixture();
  await f.database.db
    .update(offices)
    .set({ name: '=HYPERLINK("http://x";"Tana")', region: 'analamanga' })
    .where(eq(offices.id, f.fanja.officeId));
  const till = await f.opened(f.fanja);
  const elsewhere = await f.opened(f.stranger);
  const early = await f.paid(2);
  await f.taken(f.fanja, till);
  await f.taken(f.stranger, elsewhere);
  await f.approved(early);
  f.clock.turn(11 * HOUR + 30 * 60_000); // 23:30 there
  await f.paid(1);
  await f.approved();
  f.clock.turn(HOUR); // 00:30 of the 16th there
  await f.taken(f.fanja, till);
  await f.approved(await f.paid(3));
  await f.cameTooLate();
}, 120_000);
afterAll(() => f.close());

type Rows = Record<string, string>[];
const csv = (bytes: Buffer): Rows => parse<Rows[number]>(bytes, { columns: true, bom: true });
/** What the ledger says, asked without anything of the report. */
async function revenue(day: string, office?: string | null): Promise<number> {
  const whose = office
    ? sql`and intent_id in (select i.id from payment_intents i join till_sessions s on s.id = i.till_id where s.office_id = ${office})`
    : sql``;
  const [row] = await f.database.db.execute<{
    sum: string;
  }>(sql`select coalesce(sum(credit - debit), 0) as sum from ledger_entries
    where account like 'revenue:%' and (posted_at at time zone 'Indian/Antananarivo')::date = ${day} ${whose}`);
  return Number(row?.sum);
}
const scopes = (): [string, ReportScope, string | null][] => [
  ['the nation', 'national', null],
  ['an office', `office-${f.fanja.officeId}`, f.fanja.officeId],
  ['another office', `office-${f.stranger.officeId}`, f.stranger.officeId],
  ['a region', 'region-analamanga', f.fanja.officeId],
];

describe('figures', () => {
  it.each(['2026-01-15', '2026-01-16'])('of %s are the ledger’s: summary, header and rows, wherever', async (from) => {
    for (const [, scope, office] of scopes()) {
      const expected = await revenue(from, office);
      const list = await f.asked({ from, scope, content: 'movements' });
      const movements = await f.made(list.id);
      const rows = csv(await f.fileOf(list.id));
      expect(movements).toMatchObject({ state: 'ready', agrees: true, rows: rows.length, provisional: from === '2026-01-16' });
      expect(movements.totals?.net).toBe(expected);
      expect(rows.reduce((sum, row) => sum + Number(row['Montant']), 0)).toBe(expected);
      const kinds = rows.reduce(
        (sum, row) => sum + ['Taxe', 'Pénalité', 'Timbre', 'Frais'].reduce((own, kind) => own + Number(row[kind]), 0),
        0,
      );
      expect(kinds).toBe(expected);
      const summary = await f.asked({ from, scope });
      expect((await f.made(summary.id)).totals).toEqual(movements.totals);
      const figures = csv(await f.fileOf(summary.id));
      const net = figures.find(
        ({ tableau, mesure, ligne }) => tableau === 'Comparaison' && mesure === 'Montant' && ligne === 'Net de la période',
      );
      expect(Number(net?.['valeur'])).toBe(expected);
    }
    expect(await revenue(from)).not.toBe(0);
  });

  it('two days make the month, and every format of one moment has the same fingerprint', async () => {
    const fingerprints = new Set<string | null>();
    for (const format of ['pdf', 'csv', 'xlsx'] as const) {
      const made = await f.made((await f.asked({ period: 'month', from: '2026-01-01', format })).id);
      expect(made.totals?.net).toBe((await revenue('2026-01-15')) + (await revenue('2026-01-16')));
      fingerprints.add(made.fingerprint);
    }
    expect(fingerprints.size).toBe(1);
  });

  it('a period without a movement says so', async () => {
    const { id } = await f.asked({ period: 'year', from: '2025-01-01' });
    expect(await f.made(id)).toMatchObject({ state: 'ready', agrees: true, provisional: false, totals: { net: 0 } });
  });
});

describe('files', () => {
  it('cells that begin a formula are defused, numbers are numbers, in CSV and XLSX', async () => {
    const name = `'=HYPERLINK("http://x";"Tana")`;
    const asCsv = await f.asked({ content: 'movements' });
    await f.made(asCsv.id);
    const rows = csv(await f.fileOf(asCsv.id));
    expect(rows.filter(({ Centre }) => Centre === name)).not.toHaveLength(0);
    expect(rows.find(({ Mouvement }) => Mouvement === 'annulé')?.['Montant']).toMatch(/^-\d+$/);
    const asXlsx = await f.asked({ content: 'movements', format: 'xlsx' });
    await f.made(asXlsx.id);
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await f.fileOf(asXlsx.id)) as never);
    const sheet = book.getWorksheet('Mouvements');
    const cells = sheet?.getRows(2, rows.length)?.map((row) => row.values as unknown[]) ?? [];
    expect(cells).toHaveLength(rows.length);
    expect(cells.map((row) => row[15])).toEqual(rows.map(({ Montant }) => Number(Montant)));
    expect(cells.map((row) => row[10])).toEqual(rows.map(({ Centre }) => Centre));
    expect(cells.map((row) => (row[1] as Date).toISOString().slice(0, 19).replace('T', ' '))).toEqual(
      rows.map((row) => row['Date et heure']),
    );
    expect(sheet?.getRow(rows.length + 2).getCell(15).value).toBe(await revenue('2026-01-15'));
    const checks = book.getWorksheet('Contrôle')?.getColumn(4).values.slice(2);
    expect(new Set(checks)).toEqual(new Set(['conforme']));
  });

  it('what is stored is what the row says, under the folder of its period', async () => {
    const { id } = await f.asked({ period: 'month', from: '2026-01-01', format: 'pdf' });
    const made = await f.made(id);
    const bytes = await f.fileOf(id);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([made.bytes, made.sha256]);
    expect(await f.keys(id)).toEqual([`reports/monthly/2026-01-01/${id}-1.pdf`]);
    expect((await f.reports.list({ sha256: made.sha256 ?? '' })).reports.map((one) => one.id)).toContain(id);
  });

  it('go when their time is over, and are said to be gone', async () => {
    const { id } = await f.asked();
    await f.made(id);
    const { objectKey } = await f.reports.fetchable(id);
    await f.database.db.update(table).set({ keptUntil: f.clock() }).where(eq(table.id, id));
    await expect(f.reports.fetchable(id)).rejects.toThrow('REPORT_GONE');
    expect(await f.reports.expire()).toBe(1);
    expect(await f.reports.expire()).toBe(0);
    expect((await f.view(id)).state).toBe('expired');
    expect(await f.database.db.select().from(objectsToDelete).where(eq(objectsToDelete.key, objectKey))).toHaveLength(1);
  });
});

describe('a run', () => {
  const rowOf = async (id: string) => (await f.database.db.select().from(table).where(eq(table.id, id)))[0]!;

  it('that was cut off is done again; what it had written is given up, and what it writes later counts for nothing', async () => {
    const { id } = await f.asked();
    const first = await f.reports.begin(id);
    await f.store.put(`reports/daily/2026-01-15/${id}-1.csv`, Buffer.from('half a'), 'text/csv');
    const made = await f.made(id);
    expect(made).toMatchObject({ state: 'ready', attempt: 2 });
    const given = await f.database.db
      .select()
      .from(objectsToDelete)
      .where(sql`${objectsToDelete.key} like ${`%${id}%`}`);
    expect(given.map(({ key }) => key)).toEqual([`reports/daily/2026-01-15/${id}-1.csv`]);
    const of: Pick<ReportView, 'rows'> = await rowOf(id);
    const lie = {
      asOf: f.clock(),
      provisional: false,
      totals: made.totals!,
      agrees: true,
      rows: 99,
      bytes: 1,
      sha256: 'x',
      fingerprint: 'x',
    };
    expect(await f.reports.finish(first!, lie)).toBe(false);
    expect(await f.reports.alive(first!)).toBe(false);
    expect((await rowOf(id)).rows).toBe(of.rows);
  });

  it('ends when it is given up, without a file', async () => {
    const { id } = await f.asked({ content: 'movements', format: 'xlsx' });
    const row = await f.reports.begin(id);
    await f.reports.cancel(f.head, id);
    expect(await f.reports.alive(row!)).toBe(false);
    expect(await f.made(id)).toMatchObject({ state: 'cancelled', bytes: null });
    expect(await f.keys(id)).toEqual([]);
    await expect(f.reports.fetchable(id)).rejects.toThrow('REPORT_NOT_READY');
    // Twice is once.
    expect((await f.reports.cancel(f.head, id)).state).toBe('cancelled');
  });

  it('that fails every time is said to have failed; before, it is only tried again', async () => {
    const { id } = await f.asked();
    const broken = { ...f.store, put: () => Promise.reject(new Error('the store is away')) };
    const job = createReportJob({
      ...f,
      db: f.database.db,
      store: broken,
      queues: {} as never,
      country: madagascar,
      progress: {
        open: () => ({ report: () => undefined, close: () => Promise.resolve() }),
        read: () => Promise.resolve({ seq: 0, state: null }),
      },
    });
    const run = (attempt: number) =>
      job['report.make'](
        { reportId: id },
        { jobId: 'x', attempt, logger: { info: () => undefined } as never, signal: new AbortController().signal },
      );
    await expect(run(1)).rejects.toThrow('the store is away');
    expect((await f.view(id)).state).toBe('working');
    await expect(run(JOBS['report.make'].attempts)).rejects.toThrow('the store is away');
    expect(await f.view(id)).toMatchObject({ state: 'failed', failure: 'fault' });
  });

  it('whose job was lost is asked for again', async () => {
    const { id } = await f.asked();
    f.clock.turn(STALLED_MS + 1_000);
    f.enqueued.length = 0;
    await f.job['reports.look'](
      {},
      { jobId: 'look', attempt: 1, logger: { info: () => undefined } as never, signal: new AbortController().signal },
    );
    expect(f.enqueued.map(({ job }) => job)).toContainEqual({ name: 'report.make', payload: { reportId: id } });
    expect((await f.made(id)).state).toBe('ready');
  });
});

it('a worker that is killed in the middle leaves no half file: the next one ends the report, one object', async () => {
  const { id } = await f.asked({ content: 'movements', format: 'xlsx' });
  const child = fork(fileURLToPath(new URL('./testing/making-process.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: f.database.url, REPORT_ID: id, NOW: f.clock().toISOString() },
  });
  // It stands still in the middle of its rows, when half of the file is on its way.
  await once(child, 'message');
  expect(await f.keys(id)).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await f.view(id)).state).toBe('working');
  expect(await f.made(id)).toMatchObject({ state: 'ready', attempt: 2, agrees: true });
  expect(await f.keys(id)).toEqual([`reports/daily/2026-01-15/${id}-2.xlsx`]);
}, 60_000);
