import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { createReportsFixture } from '#workers/reports/testing/reports-fixture.ts';
import { seedMovements } from './seed-movements.ts';

// `npm run bench:reports`: what a list of 500,000 payments with their receipts costs a worker: memory over what it has at rest, and time.
// A process of its own for each file, as a worker's; Postgres and the object store are real and on the same machine.
const ROWS = Number(process.env['BENCH_ROWS'] ?? 500_000);
const MOST_MB = 150;
const MB = 1_000_000;

const services = await startServices({ directory: path.join(localDirectory, 'bench-reports') });
try {
  Object.assign(process.env, services.env);
  const fixture = await createReportsFixture();
  try {
    await seedMovements(fixture.database.db, { count: ROWS, from: new Date('2026-01-14T22:00:00Z') });
    const results = [];
    for (const [content, format] of [
      ['movements', 'xlsx'],
      ['movements', 'csv'],
      ['summary', 'pdf'],
    ] as const) {
      const of = { idempotencyKey: randomUUID(), content, format };
      const [empty, report] = [await fixture.asked({ ...of, from: '2025-01-15' }), await fixture.asked({ content, format })];
      const child = fork(fileURLToPath(new URL('./making-process.ts', import.meta.url)), [], {
        execArgv: ['--import', 'tsx'],
        env: {
          ...process.env,
          ...{ DATABASE_URL: fixture.database.url, NOW: fixture.clock().toISOString() },
          ...{ EMPTY_ID: empty.id, REPORT_ID: report.id },
        },
      });
      const exited = once(child, 'exit');
      const [told] = (await Promise.race([once(child, 'message'), exited.then(() => [null])])) as [
        { seconds: number; atRest: number; peak: number } | null,
      ];
      if (!told) throw new Error('the worker ended without a report');
      await exited;
      const made = await fixture.view(report.id);
      if (made.state !== 'ready' || !made.agrees)
        throw new Error(`the report is ${made.state}, and agrees: ${String(made.agrees)}`);
      const { seconds, atRest, peak } = told;
      results.push({
        ...{ content, format, rows: made.rows, megabytes: Number(((made.bytes ?? 0) / MB).toFixed(2)) },
        ...{
          seconds: Number(seconds.toFixed(1)),
          atRestMb: Math.round(atRest / MB),
          overRestMb: Math.round((peak - atRest) / MB),
        },
        agreesWithTheLedger: made.agrees,
      });
    }
    console.table(results);
    const folder = path.join(checkout, 'loadtest', 'results');
    mkdirSync(folder, { recursive: true });
    const conditions = {
      cores: os.availableParallelism(),
      loadAverage: os.loadavg().map(Math.round),
      node: process.version,
      mostMb: MOST_MB,
    };
    // A shorter trial is no result.
    if (!process.env['BENCH_ROWS'])
      writeFileSync(path.join(folder, 'reports.json'), `${JSON.stringify({ conditions, results }, null, 2)}\n`);
    if (results.some(({ overRestMb }) => overRestMb >= MOST_MB)) process.exitCode = 1;
  } finally {
    await fixture.close();
  }
} finally {
  await services.stop();
}
