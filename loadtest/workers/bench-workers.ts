// `npm run bench:workers`: what one relay and one worker of each class can do, with a Postgres that waits for the disk, Redis and an object
// store of its own. Payments, readings, e-mails and reports have benches of their own, whose last results stand beside.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startServices } from '#deploy/local/service-set.ts';
import { machine } from '../machine.ts';
import { measureImages, measureQueue } from './jobs.ts';
import { measureBacklog, measureSteady, type RelayProcess } from './relay.ts';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 10_000);
const services = await startServices({ directory: path.join(localDirectory, 'bench-workers'), inEarnest: true });
// The tests' fixtures read their addresses there.
Object.assign(process.env, services.env);
const script = fileURLToPath(new URL('../../workers/relay/testing/relay-process.ts', import.meta.url));
const startRelay: RelayProcess = (databaseUrl, prefix) => {
  const child = fork(script, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, DATABASE_URL: databaseUrl, REDIS_PREFIX: prefix },
  });
  return { pid: child.pid ?? 0, stop: () => void child.kill('SIGKILL') };
};

/** What another bench found, by its file; null where it has not run. */
function found<T>(file: string, schema: z.ZodType<T>): T | null {
  const whole = path.join(checkout, 'loadtest', 'results', file);
  return existsSync(whole) ? schema.parse(JSON.parse(readFileSync(whole, 'utf8'))) : null;
}

try {
  const loadBefore = loadavg()[0] ?? 0;
  const relay = [
    await measureBacklog(startRelay, 'told to screens', 'document.corrected', EVENTS),
    await measureBacklog(startRelay, 'told and a job each', 'document.read', EVENTS),
    await measureSteady(startRelay, 300, 15),
  ];
  const jobs = [
    await measureQueue(5_000),
    await measureImages(path.join(checkout, 'deploy', 'samples', '002_mild_card_recto.jpg'), 40),
  ];
  const elsewhere = {
    payments: found(
      'payments.json',
      z.looseObject({
        posting: z.array(z.looseObject({ inParallel: z.union([z.number(), z.string()]), perSecond: z.number() })),
      }),
    )
      ?.posting.filter(({ inParallel }) => inParallel === 'worker in batches')
      .map(({ perSecond }) => perSecond),
    readingCpuSeconds: found(
      'ocr.json',
      z.object({
        results: z.object({ given: z.object({ classes: z.array(z.object({ cls: z.string(), cpuSeconds: z.number() })) }) }),
      }),
    )?.results.given.classes.find(({ cls }) => cls === 'all')?.cpuSeconds,
    emailsAnHour: found('notices.json', z.object({ emails: z.object({ perHour: z.number() }) }))?.emails.perHour,
    reports: found('reports.json', z.object({ results: z.array(z.looseObject({ rows: z.number(), seconds: z.number() })) }))
      ?.results,
  };
  const report = {
    at: new Date().toISOString(),
    machine: machine(),
    conditions: {
      ...{ loadAverageBefore: Math.round(loadBefore * 10) / 10, postgres: 'waits for the disk at each commit' },
      everything: 'relay (one process), Postgres, Redis, object store and the bench itself on this machine',
    },
    ...{ relay, jobs, elsewhere },
  };
  await writeFile(new URL('../results/workers.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  console.table(relay);
  console.table(jobs);
  console.log('of other benches:', JSON.stringify(elsewhere));
} finally {
  await services.stop();
}
