import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findReconciliation } from '#db/reconciliation.repository.ts';
import { readReconciliations } from '#db/reconciliation-views.repository.ts';
import { createComparison } from '#server/payments/reconciliation/comparison.service.ts';
import { createStatementImport } from '#server/payments/reconciliation/statement-import.service.ts';
import { statementFetcher } from '#server/payments/providers/fetch-statement.ts';
import { createSandboxPayments, type SandboxPayments } from '#server/payments/testing/sandbox-payments.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { addDays, civilDate } from '#shared/domain/dates.ts';
import { createObjectStore, type ObjectStore } from '#shared/node/object-store.ts';
import type { IdentifiedJob, JobHandlers, JobQueues } from '#shared/node/queues.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createStatementsJob } from './statements.job.ts';

let whole: SandboxPayments;
let store: ObjectStore;
let job: JobHandlers<'statements'>;
const enqueued: IdentifiedJob[] = [];
/** The sandbox writes real time's days: today's statement is yesterday's tomorrow. */
const tomorrow = (): Date => new Date(Date.now() + 86_400_000);
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const context = { jobId: 'test', attempt: 1, logger: silentLogger(), signal: new AbortController().signal };

beforeAll(async () => {
  whole = await createSandboxPayments();
  store = createObjectStore({
    ...{ endpoint: env('S3_ENDPOINT'), region: 'us-east-1', bucket: `test-${randomUUID().slice(0, 8)}` },
    ...{ accessKeyId: env('S3_ACCESS_KEY_ID'), secretAccessKey: env('S3_SECRET_ACCESS_KEY') },
  });
  await store.prepare(silentLogger());
  const { db } = whole.database;
  const deps = { db, store, clock: tomorrow, country: madagascar, logger: silentLogger(), notifier: { wake: () => undefined } };
  const given = { code: 'mvola' as const, fetchStatement: statementFetcher(whole.sandboxUrl, 'mvola') };
  job = createStatementsJob({
    ...deps,
    queues: {
      add: (jobs: readonly IdentifiedJob[]) => Promise.resolve(void enqueued.push(...jobs)),
    } as Partial<JobQueues> as JobQueues,
    providers: { find: (code) => (code === 'mvola' ? (given as never) : null) },
    comparison: createComparison(deps),
    statements: createStatementImport(deps),
  });
});
afterAll(async () => {
  store.close();
  await whole.close();
});

it('yesterday’s statement is fetched once, read, and found to agree', async () => {
  const payer = await whole.addUser();
  const { id } = await whole.payments.start(payer, { ...(await whole.order(payer)), provider: 'mvola', phone: '034 00 001 00' });
  await whole.confirmations.initiate(id);
  await whole.checkUntil(id, 'receipted');
  await job['statements.fetch']({}, context);
  await job['statements.fetch']({}, context);
  const { runs } = await readReconciliations(whole.database.db);
  const day = addDays(civilDate(tomorrow(), madagascar.timeZone), -1);
  expect(runs).toMatchObject([{ provider: 'mvola', source: 'daily', day, state: 'waiting', importedBy: null }]);
  const run = runs[0]?.id ?? '';
  const [told] = await whole.database.db.execute<{ payload: unknown }>(
    sql`select payload from outbox where name = 'reconciliation.requested'`,
  );
  expect(told?.payload).toEqual({ reconciliationId: run });
  await job['reconciliation.run']({ reconciliationId: run }, context);
  expect(await findReconciliation(whole.database.db, run)).toMatchObject({ state: 'done', lines: 1, unreadable: 0 });
  expect((await readReconciliations(whole.database.db)).open).toBe(0);
});

it('a run whose job was lost is given out again', async () => {
  await whole.database.db.execute(sql`
    insert into reconciliations (provider, day, source, file_name, sha256, bytes, created_at, updated_at)
    values ('stripe', '2026-01-01', 'page', 'x.csv', 'x', 1, now() - interval '1 hour', now() - interval '1 hour')`);
  enqueued.splice(0);
  await job['statements.fetch']({}, context);
  expect(enqueued.map(({ job: one }) => one.name)).toEqual(['reconciliation.run']);
  const { reconciliationId } = enqueued[0]?.job.payload as { reconciliationId: string };
  await job['reconciliation.run']({ reconciliationId }, context);
  expect(await findReconciliation(whole.database.db, reconciliationId)).toMatchObject({ state: 'failed', fault: 'file_missing' });
});
