import { randomUUID } from 'node:crypto';
import type { Actor } from '#shared/domain/policy.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { readReport } from '#db/reports.repository.ts';
import type { ReportProgress, ReportView, RequestReport } from '#shared/contracts/reports.ts';
import { createObjectStore, objectStoreOptions, type ObjectStore } from '#shared/node/object-store.ts';
import type { JobContext, JobHandlers, IdentifiedJob } from '#shared/node/queues.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import type { ProgressStore } from '#server/live/progress.service.ts';
import { createReportsService, type ReportsService } from '#server/reports/reports.service.ts';
import { createScheduledReports, type ScheduledReports } from '#server/reports/scheduled.service.ts';
import { createTillsFixture, type TillsFixture } from '#server/tills/testing/tills-fixture.ts';
import { createReportJob } from '../report.job.ts';

/** Payments, tills and refunds of 15 January 2026, and all that makes reports of them: database and store are real, queue and progress are lists. */
export interface ReportsFixture extends TillsFixture {
  reports: ReportsService;
  scheduled: ScheduledReports;
  store: ObjectStore;
  job: JobHandlers<'reports'>;
  head: Actor;
  /** What the jobs said of how far they are. */
  told: Omit<ReportProgress, 'attempt' | 'counter' | 'at'>[];
  /** Jobs asked for again. */
  enqueued: IdentifiedJob[];
  asked(of?: Partial<RequestReport>): Promise<ReportView>;
  /** Runs the job as the queue does. */
  made(id: string, context?: Partial<JobContext>): Promise<ReportView>;
  view(id: string): Promise<ReportView>;
  fileOf(id: string): Promise<Buffer>;
  keys(id: string): Promise<string[]>;
}

export const testStore = (env: NodeJS.ProcessEnv = process.env): ObjectStore =>
  createObjectStore(
    objectStoreOptions({
      S3_ENDPOINT: env['S3_ENDPOINT'],
      S3_REGION: env['S3_REGION'] ?? '',
      S3_BUCKET: env['S3_BUCKET'] ?? '',
      S3_ACCESS_KEY_ID: env['S3_ACCESS_KEY_ID'] ?? '',
      S3_SECRET_ACCESS_KEY: env['S3_SECRET_ACCESS_KEY'] ?? '',
    }),
  );

export async function createReportsFixture(): Promise<ReportsFixture> {
  const tills = await createTillsFixture();
  const { db } = tills.database;
  const store = testStore();
  await store.prepare(silentLogger());
  const deps = { db, notifier: { wake: () => undefined }, clock: tills.clock, country: madagascar };
  const [reports, scheduled] = [createReportsService(deps), createScheduledReports(deps)];
  const told: ReportsFixture['told'] = [];
  const enqueued: IdentifiedJob[] = [];
  const progress: ProgressStore<'report'> = {
    open: () => ({ report: (one) => void told.push(one), close: () => Promise.resolve() }),
    read: () => Promise.resolve({ seq: 0, state: null }),
  };
  const queues = { add: async (jobs: readonly IdentifiedJob[]) => void enqueued.push(...jobs) } as never;
  const job = createReportJob({ ...deps, store, queues, reports, scheduled, progress });
  const supervisor = await tills.staff('supervisor');
  const view = async (id: string): Promise<ReportView> => {
    const found = await readReport(db, id, madagascar.currency.code);
    if (!found) throw new Error(`no report ${id}`);
    return found;
  };
  const fixture: ReportsFixture = {
    ...tills,
    ...{ reports, scheduled, store, job, told, enqueued, view },
    head: supervisor,
    asked: (of = {}) =>
      reports.request(supervisor, {
        ...{ idempotencyKey: randomUUID(), period: 'day', from: '2026-01-15', scope: 'national' },
        ...{ content: 'summary', format: 'csv' },
        ...of,
      }),
    async made(id, context = {}) {
      const signal = new AbortController().signal;
      await job['report.make']({ reportId: id }, { jobId: id, attempt: 1, logger: silentLogger(), signal, ...context });
      return view(id);
    },
    async fileOf(id) {
      const { objectKey } = await reports.fetchable(id);
      const bytes = await store.getBytes(objectKey);
      if (!bytes) throw new Error('no file');
      return bytes;
    },
    keys: async (id) => (await store.list('reports/')).filter((key) => key.includes(id)),
    async close() {
      store.close();
      await tills.close();
    },
  };
  return fixture;
}
