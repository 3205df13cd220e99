// `npm run bench:requests`: requests a second of a realistic mix, over HTTP and sockets, that the whole platform (two nodes, balancer, Redis,
// Postgres, workers) answers on this machine within 100 ms in 95 of 100, beside who asks. In the database of DATABASE_URL, which
// `npm run seed` has filled and which may be changed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { connectDatabase } from '#db/connect.ts';
import { checkout, localDirectory } from '#deploy/local/paths.ts';
import { startStack } from '#deploy/local/stack.ts';
import { COUNTRY_CODES, countryOf, DEFAULT_COUNTRY } from '#shared/domain/countries/countries.ts';
import { civilDate, yearOf } from '#shared/domain/dates.ts';
import { prepareSessions } from '../country/sessions.ts';
import { machine } from '../machine.ts';
import { cpuByKind } from './cpu.ts';
import {
  isHeld,
  MIX,
  P95_MS,
  percentilesOf,
  type GeneratorOrder,
  type RequestKind,
  type Round,
  type RoundResult,
} from './mix.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);
const RATES = (process.env['BENCH_RATES'] ?? '100 200 300 400 500 600 700 800 900 1000 1200 1400 1600 2000 2500 3000')
  .split(' ')
  .map(Number);
/** A profile of each node's CPU goes there, when the stack stops. */
const PROFILE = process.env['BENCH_PROFILE'];
const CITIZENS = 300;
const HOT = 5_000;

const url = process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_URL is not set: the address of a database that npm run seed has filled');
const country = countryOf(COUNTRY_CODES.find((code) => code === process.env['COUNTRY']?.toUpperCase()) ?? DEFAULT_COUNTRY);
const stack = await startStack({
  directory: path.join(localDirectory, 'bench-requests'),
  environment: { DATABASE_URL: url, COUNTRY: country.code.toLowerCase() },
  ...(PROFILE && { processEnvironment: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.resolve(PROFILE)}` } }),
  say: (line) => console.log(line),
});
const generator = fork(new URL('./generator.ts', import.meta.url), [], {
  execArgv: ['--import', 'tsx'],
  serialization: 'advanced',
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
async function ask<T>(message: { begin: GeneratorOrder } | { round: Round }): Promise<T> {
  generator.send(message);
  const [answer] = (await once(generator, 'message')) as [{ result: T } | { error: string }];
  if ('error' in answer) throw new Error(`the generator failed: ${answer.error}`);
  return answer.result;
}
/** What each cache was asked and what it had, over all nodes. */
async function cacheOutcomes(): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const name of ['node-1', 'node-2'] as const) {
    const text = await fetch(`http://127.0.0.1:${ports[name]}/metrics`).then((response) => response.text());
    for (const [, labels = '', value] of text.matchAll(/^vignette_cache_requests_total\{(.*)\} (\d+)$/gm)) {
      const [, outcome = ''] = /outcome="(\w+)"/.exec(labels) ?? [];
      sums[outcome] = (sums[outcome] ?? 0) + Number(value);
    }
  }
  return sums;
}
const ports = Object.fromEntries(
  ['node-1', 'node-2'].map((name) => [name, portOf(stack.processes.get(name)?.pid ?? 0)]),
) as Record<'node-1' | 'node-2', string>;
function portOf(pid: number): string {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return environment.find((line) => line.startsWith('HTTP_PORT='))?.slice('HTTP_PORT='.length) ?? '';
}

const database = connectDatabase({ url, max: 1, applicationName: 'bench-requests' });
try {
  const { db } = database;
  // A reading takes a core for seconds: bench:ocr measures it, bench:workers the other jobs. Photographs are taken and wait. Of a country
  // that was just filled, the jobs first catch up on years of reports, which no day in earnest has.
  await Promise.all(['ocr', 'jobs'].map(async (name) => stack.processes.get(name)?.stop()));
  // Postgres goes on with what nobody waits for any more.
  await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('ocr', 'jobs')`);
  const column = async (query: ReturnType<typeof sql>): Promise<string[]> =>
    (await db.execute<{ sample: string }>(query)).map(({ sample }) => sample);
  const plates = await column(
    sql`select plate as sample from vehicles where country = ${country.code} order by md5(plate || 'r') limit 200000`,
  );
  const searches = await column(sql`select split_part(name, ' ', 2) as sample from owners order by md5(id::text) limit 2000`);
  const fiscalYear = yearOf(civilDate(new Date(), country.timeZone));
  const signed = { publicOrigin: stack.origin, authSecret: stack.env['AUTH_SECRET'] ?? '' };
  const sessions = await prepareSessions(db, { ...signed, count: CITIZENS, fiscalYear });
  const agents = sessions.filter(({ role }) => role === 'agent').slice(0, 40);
  await ask({
    begin: {
      ...{ origin: stack.origin, plates, hot: HOT, searches },
      // Addresses that no run of the last hour had: what they may ask an hour is counted.
      range: 10 + (Math.floor(Date.now() / 1_000) % 200),
      sessions: [...sessions.filter(({ role }) => role === 'citizen'), ...agents],
      photograph: path.join(checkout, 'deploy', 'samples', '002_mild_card_recto.jpg'),
    },
  });
  const pids = new Map([...stack.processes].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid] as const])));
  pids.set('generator', generator.pid ?? 0);
  const databaseName = new URL(url).pathname.slice(1);

  async function round(rate: number, hot: boolean, seconds = SECONDS) {
    const [before, outcomes] = [cpuByKind(pids, databaseName), await cacheOutcomes()];
    const result = await ask<RoundResult>({ round: { rate, seconds, hot, mix: MIX } });
    const [after, then] = [cpuByKind(pids, databaseName), await cacheOutcomes()];
    const all = percentilesOf(result.answered);
    const kinds = Object.fromEntries(
      (Object.keys(MIX) as RequestKind[]).map((kind) => [
        kind,
        percentilesOf(result.answered.filter((one) => one.kind === kind)),
      ]),
    );
    const cpu = Object.fromEntries(
      Object.entries(after).map(([kind, used]) => [
        kind,
        Math.round(((used - (before[kind] ?? 0)) / result.seconds) * 100) / 100,
      ]),
    );
    const cache = Object.fromEntries(Object.entries(then).map(([outcome, count]) => [outcome, count - (outcomes[outcome] ?? 0)]));
    const asked = Object.values(cache).reduce((sum, count) => sum + count, 0);
    const hits = (cache['hit'] ?? 0) + (cache['hit_unknown'] ?? 0);
    return {
      ...{ rate, held: isHeld({ rate, seconds }, result), ...all, kinds, coresUsed: cpu },
      cache: { ...cache, hitRatio: asked === 0 ? null : Math.round((hits / asked) * 1000) / 1000 },
    };
  }

  const rounded = (load: number): number => Math.round(load * 100) / 100;
  const loadBefore = rounded(loadavg()[0] ?? 0);
  // Until caches and plans are there.
  await round(100, true, 10);
  const modes = [];
  for (const hot of [true, false]) {
    const rounds = [];
    for (const rate of RATES) {
      let one = await round(rate, hot);
      // Once more: the machine may have been busy with something else.
      if (!one.held) one = await round(rate, hot);
      rounds.push(one);
      console.log(
        `${hot ? 'cached' : 'uncached'} ${rate}/s: p50 ${one.p50} p95 ${one.p95} p99 ${one.p99} ms, ${one.failed} failed, ${JSON.stringify(one.coresUsed)}`,
      );
      if (!one.held) break;
    }
    const held = rounds.filter((one) => one.held).at(-1)?.rate ?? 0;
    modes.push({
      lookUps: hot ? `among ${HOT} plates, some far oftener than others` : 'each of another plate',
      requestsASecond: held,
      rounds,
    });
  }
  const [size] = await db.execute<{ vehicles: number; payments: number }>(
    sql`select (select count(*)::int from vehicles) as vehicles, (select count(*)::int from payments) as payments`,
  );
  const [durability] = await db.execute<{ fsync: string; commit: string }>(
    sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  );
  const report = {
    at: new Date().toISOString(),
    machine: machine(),
    conditions: {
      ...{ nodes: 2, p95UnderMs: P95_MS, secondsARate: SECONDS, mix: MIX, database: size, sockets: CITIZENS + agents.length },
      // Others may be at work on the machine: what it did in the minute before, and in the last of the run.
      ...{ loadAverageBefore: loadBefore, loadAverageAfter: rounded(loadavg()[0] ?? 0), postgres: durability },
      everything:
        'generator, balancer, nodes, relay, Redis and Postgres on this machine; the other workers stopped (bench:workers)',
      ordered: '2,000 to 4,000 requests a second on 64 cores',
    },
    modes,
  };
  await writeFile(new URL('../results/requests.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  console.table(modes.map(({ lookUps, requestsASecond }) => ({ lookUps, requestsASecond, onCores: report.machine.cores })));
} finally {
  generator.kill();
  await database.close();
  await stack.stop();
}
