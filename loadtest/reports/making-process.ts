// A worker's process that makes one report and says what it took of memory, over what it has at rest, and of time.
import { connectDatabase, SILENT_MS } from '#db/connect.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createObjectStore, objectStoreOptions } from '#shared/node/object-store.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createReportsService } from '#server/reports/reports.service.ts';
import { createReportJob } from '#workers/reports/report.job.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const SAMPLE_MS = 20;
const { db, close } = connectDatabase({
  url: env('DATABASE_URL'),
  max: 4,
  applicationName: 'bench-reports',
  silentMs: SILENT_MS,
});
const deps = { db, notifier: { wake: () => undefined }, clock: () => new Date(env('NOW')), country: madagascar };
const store = createObjectStore(
  objectStoreOptions({
    S3_ENDPOINT: env('S3_ENDPOINT'),
    S3_REGION: env('S3_REGION'),
    S3_BUCKET: env('S3_BUCKET'),
    S3_ACCESS_KEY_ID: env('S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: env('S3_SECRET_ACCESS_KEY'),
  }),
);
const job = createReportJob({
  ...deps,
  store,
  queues: {} as never,
  reports: createReportsService(deps),
  scheduled: { due: () => Promise.resolve([]), askForDue: () => Promise.resolve(0) },
  progress: {
    open: () => ({ report: () => undefined, close: () => Promise.resolve() }),
    read: () => Promise.resolve({ seq: 0, state: null }),
  },
});
const make = (reportId: string): Promise<void> =>
  job['report.make']({ reportId }, { jobId: 'bench', attempt: 1, logger: silentLogger(), signal: new AbortController().signal });
// A worker at rest has its code loaded and its lines open: so has this one after a report without a row.
await make(env('EMPTY_ID'));
const atRest = process.memoryUsage.rss();
let peak = atRest;
const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
const began = performance.now();
await make(env('REPORT_ID'));
const seconds = (performance.now() - began) / 1_000;
clearInterval(timer);
peak = Math.max(peak, process.memoryUsage.rss());
process.send?.({ seconds, atRest, peak });
store.close();
await close();
