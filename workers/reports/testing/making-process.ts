// A worker that makes one report and stands still in the middle of it: the test kills it there.
import { PassThrough, type Readable } from 'node:stream';
import { connectDatabase } from '#db/connect.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createReportsService } from '#server/reports/reports.service.ts';
import { createReportJob } from '../report.job.ts';
import { testStore } from './reports-fixture.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 3, applicationName: 'reports-under-test' });
const deps = { db, notifier: { wake: () => undefined }, clock: () => new Date(env('NOW')), country: madagascar };
const store = testStore();
/** More than the first part of an upload, so that the store has something of it; then never an end. */
const MUCH = Buffer.alloc(6 * 1024 * 1024);
const halfway = {
  ...store,
  put: (key: string, body: Buffer | Readable, type: string) => {
    const slow = new PassThrough();
    slow.write(MUCH);
    if (!Buffer.isBuffer(body))
      body.once('data', (chunk) => (slow.write(chunk), setTimeout(() => process.send?.('in the middle'), 500)));
    return store.put(key, slow, type);
  },
};
const job = createReportJob({
  ...deps,
  store: halfway,
  queues: {} as never,
  reports: createReportsService(deps),
  scheduled: { due: () => Promise.resolve([]), askForDue: () => Promise.resolve(0) },
  progress: {
    open: () => ({ report: () => undefined, close: () => Promise.resolve() }),
    read: () => Promise.resolve({ seq: 0, state: null }),
  },
});
await job['report.make'](
  { reportId: env('REPORT_ID') },
  { jobId: 'x', attempt: 1, logger: silentLogger(), signal: new AbortController().signal },
);
