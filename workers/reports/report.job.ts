import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { stalledReports, type ReportRow } from '#db/reports.repository.ts';
import type { Db } from '#db/connect.ts';
import { JOBS } from '#shared/contracts/jobs.ts';
import type { ReportFormat } from '#shared/contracts/reports.ts';
import type { Country } from '#shared/domain/countries/country.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { JobHandlers, JobQueues } from '#shared/node/queues.ts';
import type { ProgressStore } from '#server/live/progress.service.ts';
import { keyOf, type ReportsService } from '#server/reports/reports.service.ts';
import type { ScheduledReports } from '#server/reports/scheduled.service.ts';
import { makeReport, type Contents } from './make-report.ts';

export interface ReportJobDeps {
  db: Db;
  store: ObjectStore;
  queues: JobQueues;
  reports: ReportsService;
  scheduled: ScheduledReports;
  progress: ProgressStore<'report'>;
  country: Country;
  clock: () => Date;
}

/** Milliseconds between two questions whether anybody still waits. */
const ASK_EVERY_MS = 500;
/** A report that has not moved for so long has lost its job, milliseconds. */
export const STALLED_MS = 60_000;
/** Runs of a report at most, those of workers that died among them. */
const MOST_RUNS = 8;
/** Forgotten ones asked for again in one look. */
const AGAIN = 50;

const TYPES: Readonly<Record<ReportFormat, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Nobody waits for the run any more. */
class GivenUp extends Error {}

/** Makes reports: reads them from a cursor and writes them to the store as they are read. A run that was cut off is done again from the start. */
export function createReportJob(deps: ReportJobDeps): JobHandlers<'reports'> {
  const { db, store, queues, reports, scheduled, clock } = deps;

  async function make(row: ReportRow, signal: AbortSignal): Promise<boolean> {
    const run = deps.progress.open(row.id, row.attempt);
    const hash = createHash('sha256');
    const stop = new AbortController();
    let bytes = 0;
    let contents: Contents | null = null;
    let far: { phase: 'figures' | 'rows'; done: number; total: number | null } = { phase: 'figures', done: 0, total: null };
    const ask = async (): Promise<void> => {
      if (!(await reports.alive(row))) stop.abort(new GivenUp('nobody waits for this report any more'));
    };
    // Also while the database thinks for long: who gave up is not kept waiting, and the report is seen to be alive.
    const timer = setInterval(() => void ask().catch(() => undefined), ASK_EVERY_MS);
    const over = AbortSignal.any([signal, stop.signal]);
    const source = (tx: Parameters<typeof makeReport>[0]) =>
      makeReport(tx, row, {
        ...{ country: deps.country, asOf: clock() },
        tell(progress) {
          over.throwIfAborted();
          far = { ...progress, phase: progress.phase === 'rows' ? 'rows' : 'figures' };
          run.report({ ...far, bytes });
        },
      });
    try {
      await db.transaction(
        async (tx) => {
          const made = source(tx);
          async function* counted(): AsyncGenerator<Uint8Array> {
            for (;;) {
              const next = await made.next();
              if (next.done) {
                contents = next.value;
                return;
              }
              over.throwIfAborted();
              hash.update(next.value);
              bytes += next.value.byteLength;
              yield next.value;
            }
          }
          await store.put(keyOf(row), Readable.from(counted()), TYPES[row.format], { signal: over });
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      );
      if (!contents) throw new Error('a report ended without its figures');
      run.report({ ...far, phase: 'storing', bytes });
      const done = await reports.finish(row, { ...(contents as Contents), bytes, sha256: hash.digest('hex') });
      // Given up, or taken by another run, while the last bytes were written: what is there now is of nobody's use.
      if (!done) await store.delete(keyOf(row));
      return done;
    } catch (error) {
      if (stop.signal.aborted) return false;
      throw error;
    } finally {
      clearInterval(timer);
      await run.close();
    }
  }

  return {
    async 'report.make'({ reportId }, { attempt, logger, signal }) {
      const row = await reports.begin(reportId);
      if (!row) return;
      const began = performance.now();
      try {
        const done = await make(row, signal);
        const ms = Math.round(performance.now() - began);
        logger.info(
          { reportId, format: row.format, content: row.content, ms },
          done ? 'a report is ready' : 'a report was given up',
        );
      } catch (error) {
        if (attempt >= JOBS['report.make'].attempts && !signal.aborted) await reports.fail(row);
        throw error;
      }
    },

    async 'reports.look'(_payload, { logger }) {
      const expired = await reports.expire();
      if (expired > 0) logger.info({ expired }, 'files of reports whose time is over were given up');
      const asked = await scheduled.askForDue();
      if (asked > 0) logger.info({ asked }, 'reports that are due were asked for');
      const at = clock();
      const stalled = await stalledReports(db, new Date(at.getTime() - STALLED_MS), AGAIN);
      const minute = Math.floor(at.getTime() / 60_000);
      const again: string[] = [];
      for (const { id, attempt } of stalled) {
        const dead = attempt >= MOST_RUNS && (await reports.begin(id));
        if (dead) await reports.fail(dead);
        else again.push(id);
      }
      await queues.add(
        again.map((reportId) => ({
          id: `${reportId}-again-${minute}`,
          job: { name: 'report.make', payload: { reportId } },
        })),
      );
    },
  };
}
