import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { sql } from 'drizzle-orm';
import { connectDatabase } from '#db/connect.ts';
import { localDirectory } from '#deploy/local/paths.ts';
import { startStack } from '#deploy/local/stack.ts';
import { countryOf, DEFAULT_COUNTRY } from '#shared/domain/countries/countries.ts';
import { createLogger } from '#shared/node/logger.ts';
import { machine } from '../machine.ts';
import { ACTS, type ActRates } from '../acts/act-types.ts';
import { startEvents, type EventRates } from '../live/events.ts';
import { preparePeople } from '../live/people.ts';
import { percentiles, type Percentiles, type Tally } from '../live/tally.ts';
import type { CrowdFigures } from '../live/crowd-types.ts';
import { startActs } from './acts.ts';
import { startClimb } from './climb.ts';
import { compareWithSql } from './compare.ts';
import { readyCountry, untilQuiet } from './ready-country.ts';
import { addFigures, startGenerators } from './generators.ts';
import { startProbe } from './probe.ts';
import { judge, memoryASocket, type LoadReport, type Slice } from './report.ts';
import {
  actRatesOf,
  AGENTS,
  DASHBOARD_HZ,
  FEWEST_AGENTS,
  OFFICES,
  ORDERED,
  ROOM,
  SCENARIOS,
  STORMS,
  timesIn,
  USUAL_ABSENCE_MS,
  WATCHERS,
  type Scenario,
  type ScenarioName,
  type StormName,
} from './scenarios.ts';
import { storm } from './storms.ts';
import { coresBetween, watchSystem, type NodeMemory } from './system.ts';

export interface LoadOptions {
  users: number;
  nodes: number;
  seconds: number;
  scenario: ScenarioName;
  storm: StormName | null;
  engine: 'uws' | 'ws';
  /** People a second who come. */
  perSecond: number;
  rates?: EventRates;
  /** What people do a second; null: they look on. */
  acts: ActRates | null;
  /** Of a country that was seeded, whose people are taken; absent: a database of the load test's own, with people who are made for it. */
  databaseUrl?: string;
  signal: AbortSignal;
  say: (line: string) => void;
}

const [FEWEST_BALANCERS, USERS_A_BALANCER, USERS_A_GENERATOR, RANGE] = [3, 9_400, 7_000, 60];
const SLICE_MS = 2_000;
/** So long a node's people move, while this machine has everything else to do as well. */
const RELEASE_DRAIN_SECONDS = 45;
/** How long a page may need to find by itself that it is behind: its check, and the answer. */
const CONVERGE_MS = 45_000;
const AFTER_STORM_MS = 90_000;
/** Whoever is not there by then does not come: the run is void, and says how many came. */
const ARRIVING_MS = 300_000;

/** Ends early, without an error, when all is to stop. */
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);

/** Starts the whole system and a crowd, lets them run, stops all of it, and says what was seen. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { users, say, signal } = options;
  const scenario: Scenario = SCENARIOS[options.scenario];
  const rates = options.rates ?? ORDERED;
  // When one of them is gone, the others hold everybody.
  const spare = options.storm === 'balancer' ? 1 : 0;
  const balancers = Math.max(FEWEST_BALANCERS, Math.ceil(users / USERS_A_BALANCER) + spare);
  const acts = actRatesOf(scenario, { users, storm: options.storm !== null, acts: options.acts });
  const country = countryOf(DEFAULT_COUNTRY);
  const releases: (() => unknown)[] = [];
  const deaths: string[] = [];
  const [startedAt, loadBefore] = [new Date(), machine().load];
  try {
    if (options.databaseUrl) await readyCountry(options.databaseUrl, country, say);
    say(`starting ${options.nodes} nodes, ${balancers} balancers, relay, workers, Redis, Postgres`);
    const stack = await startStack({
      directory: path.join(localDirectory, 'loadtest'),
      // What earlier runs left would be in this one's way: their offices stand in the nation's dashboard.
      disposable: true,
      nodes: options.nodes,
      balancers,
      environment: options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {},
      processEnvironment: {
        ...{
          SOCKET_ENGINE: options.engine,
          DRAIN_SECONDS: String(options.storm === 'rolling' ? RELEASE_DRAIN_SECONDS : 5),
          LOG_LEVEL: 'warn',
        },
        NODE_OPTIONS: `--import ${new URL('./collect-garbage.mjs', import.meta.url).href}`,
      },
      signal,
      say,
      onDeath: ({ name, how }) => {
        deaths.push(`${name} ${how}`);
        say(`${name} ${how}`);
      },
    });
    releases.push(() => stack.stop());
    const url = stack.env['DATABASE_URL'] ?? '';
    const database = connectDatabase({ url, max: 30, applicationName: 'loadtest', prepared: true });
    releases.push(() => database.close());
    const { db } = database;
    const redis = new Redis(stack.env['REDIS_QUEUES_URL'] ?? '', { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
    releases.push(() => redis.disconnect());

    const watchers = Math.max(1, Math.round((users * WATCHERS) / 20_000));
    const isWorked = acts.serve + acts.search + acts.cash > 0;
    const agents = isWorked ? Math.max(FEWEST_AGENTS, Math.round((users * AGENTS) / 20_000)) : 0;
    const times = timesIn(scenario, options.seconds);
    const needed = (rate: number): number => (rate > 0 ? Math.ceil(rate * times * 1.1) + 10 : 0);
    const people = await preparePeople(db, {
      ...{ publicOrigin: stack.origin, authSecret: stack.env['AUTH_SECRET'] ?? '', country },
      ...{ seeded: options.databaseUrl !== undefined, watchers, agents, citizens: users - watchers - agents },
      ...{ offices: OFFICES, room: Math.min(ROOM, Math.max(1, Math.floor(users / 2 / OFFICES))) },
      ...{ payments: needed(acts.pay), takings: needed(acts.cash), uploads: needed(acts.upload) },
    });
    const everybody = [...people.citizens, ...people.agents, ...people.watchers];
    const [size] = await db.execute<{ vehicles: number; owners: number; payments: number }>(
      sql`select (select count(*)::int from vehicles) as vehicles, (select count(*)::int from owners) as owners,
        (select count(*)::int from payments) as payments`,
    );
    say(`${everybody.length} people are signed in`);
    if (options.databaseUrl) await untilQuiet(db, { signal, say });

    const generators = await startGenerators({
      ...{ origin: stack.origin, port: Number(new URL(stack.origin).port), range: RANGE },
      processes: Math.max(1, Math.ceil(users / USERS_A_GENERATOR)),
    });
    releases.push(() => generators.stop());
    const databaseName = new URL(url).pathname.slice(1);
    const system = watchSystem({ processes: stack.processes, generators: generators.pids, db, database: databaseName, redis });
    await pause(2_000, signal);
    await system.collectGarbage();
    const empty = await system.nodes();

    // They come.
    const began = performance.now();
    const beforeConnecting = await system.usage();
    let connected = 0;
    const arriving = (async () => {
      const steps = 20;
      for (let step = 0; step < steps; step += 1) {
        const some = everybody.slice((step * users) / steps, ((step + 1) * users) / steps);
        await generators.arrive(some, scenario.arrivals(options.perSecond, step / steps), options.storm === 'slow' ? 0.1 : 0);
      }
    })();
    // Awaited below; generators that end before that must not end the run without its figures.
    arriving.catch((error: unknown) => say(String(error)));
    while (!signal.aborted && performance.now() - began < ARRIVING_MS) {
      const state = await generators.state();
      connected = state.connected;
      if (state.settled === users) break;
      await pause(250, signal);
    }
    await arriving;
    const connectSeconds = (performance.now() - began) / 1_000;
    const afterConnecting = await system.usage();
    const connecting = await generators.takeFigures();
    say(`${connected} of ${users} connected, all topics read, in ${connectSeconds.toFixed(1)} s`);
    await pause(1_000, signal);
    await system.collectGarbage();
    const full = await system.nodes();

    if (isWorked) await generators.comeToWork();
    const { failed: idle } = (await generators.takeFigures()).acts;
    if (Object.keys(idle).length > 0) say(`agents who cannot work: ${JSON.stringify(idle)}`);

    // They look on, and act.
    const probe = startProbe({
      origin: stack.origin,
      port: Number(new URL(stack.origin).port),
      cookies: people.citizens.slice(0, 40).map(({ cookie }) => cookie),
    });
    releases.push(() => probe.stop());
    const events = startEvents({
      db,
      people,
      rates,
      timeZone: country.timeZone,
      logger: createLogger({ name: 'loadtest', level: 'silent' }),
    });
    releases.push(() => events.stop());
    const acting = startActs({ generators, rates: acts, backInMs: scenario.leaving.backInMs || USUAL_ABSENCE_MS });
    const running = performance.now();
    const before = await system.usage();
    const slices: Slice[] = [];
    const seen: CrowdFigures[] = [];
    let peak: Record<string, NodeMemory> = full;
    let stormed: Promise<void> | null = null;
    let [stormAt, stormEndAt, backAt, fewest] = [0, 0, 0, users];
    const elapsed = (): number => (performance.now() - running) / 1_000;
    let stallMs: Record<string, number> = {};
    const climb = options.scenario === 'climb' ? startClimb(() => system.usage(), rates) : null;
    const committed: EventRates = { user: 0, office: 0, broadcast: 0 };
    const failed: Record<string, number> = {};
    const commits: ReturnType<typeof events.take>['commits'][] = [];
    const lasting = options.storm === 'stalls' || options.storm === 'rolling';
    const goesOn = (): boolean =>
      !signal.aborted &&
      (elapsed() < options.seconds ||
        (options.storm !== null &&
          options.storm !== 'slow' &&
          backAt === 0 &&
          (stormAt === 0 || (lasting && stormEndAt === 0) || performance.now() - (stormEndAt || stormAt) < AFTER_STORM_MS)));
    while (goesOn()) {
      const share = elapsed() / options.seconds;
      events.factor = scenario.load(share);
      acting.factor = scenario.load(share);
      if (options.storm && !stormed && share > 0.25) {
        say(`storm: ${STORMS[options.storm]}`);
        stormAt = performance.now();
        stormed = storm(options.storm, { processes: stack.processes, generators, release: () => stack.release(say) }).then(
          () => void (stormEndAt = performance.now()),
        );
        stormed.catch((error: unknown) => {
          stormEndAt = performance.now();
          say(`the storm failed: ${String(error)}`);
        });
      }
      await pause(stormAt > 0 && backAt === 0 ? 500 : SLICE_MS, signal);
      const [figures, state, nodes] = [await generators.takeFigures(), await generators.state(), await system.nodes()];
      fewest = Math.min(fewest, state.settled);
      // At once would be before anybody noticed; a storm that lasts is over when it ends.
      const may = stormAt > 0 && performance.now() - stormAt > 1_500 && (!lasting || stormEndAt > 0);
      if (may && backAt === 0 && state.settled === users) backAt = performance.now();
      if (stormAt > 0 && backAt === 0) stallMs = maxima(stallMs, nodes);
      peak = Object.fromEntries(
        Object.entries({ ...peak, ...nodes }).map(([name, now]) => [
          name,
          (peak[name]?.rss ?? 0) > now.rss ? (peak[name] ?? now) : now,
        ]),
      );
      seen.push(figures);
      const taken = events.take();
      await climb?.note(events.factor, { figures, committed: taken.committed, seconds: elapsed() });
      for (const kind of ['user', 'office', 'broadcast'] as const) committed[kind] += taken.committed[kind];
      for (const [why, count] of Object.entries(taken.failed)) failed[why] = (failed[why] ?? 0) + count;
      commits.push(taken.commits);
      slices.push({
        at: elapsed(),
        ...{ connected: state.connected, settled: state.settled },
        p99: Object.fromEntries(Object.entries(figures.screens).map(([kind, tally]) => [kind, percentiles(tally).p99])),
        stallMs: Math.max(0, ...Object.values(nodes).map((node) => node.stallMs)),
        heap: Object.values(nodes).reduce((sum, { heap }) => sum + heap, 0),
        rss: Object.values(nodes).reduce((sum, { rss }) => sum + rss, 0),
      });
    }
    await stormed?.catch(() => undefined);
    const [due, dueActs] = [events.due(), acting.due()];
    const seconds = elapsed();
    const after = await system.usage();
    await Promise.all([events.stop(), acting.stop()]);
    const last = events.take();
    for (const kind of ['user', 'office', 'broadcast'] as const) committed[kind] += last.committed[kind];
    const probed = await probe.stop();

    // What stays on the screens must be what SQL says.
    await pause(3_000, signal);
    let comparison = await compareWithSql(db, await generators.finals(), startedAt);
    const lostAtOnce = comparison.lost;
    await generators.mend();
    const converging = performance.now();
    while (!signal.aborted && comparison.lost + comparison.different > 0 && performance.now() - converging < CONVERGE_MS) {
      await pause(5_000, signal);
      comparison = await compareWithSql(db, await generators.finals(), startedAt);
    }
    seen.push(await generators.takeFigures());
    const figures = addFigures(seen);
    const dashboards = figures.received.dashboard / watchers / seconds;
    const report: LoadReport = {
      at: new Date().toISOString(),
      machine: machine(),
      conditions: {
        ...{
          users,
          watchers,
          offices: people.offices.length,
          nodes: options.nodes,
          balancers,
          engine: options.engine,
        },
        ...{
          scenario: options.scenario,
          scenarioMeans: scenario.what,
          storm: options.storm,
          stormMeans: options.storm && STORMS[options.storm],
        },
        ...{
          seconds: Math.round(seconds),
          rates,
          database: { ...(size ?? { vehicles: 0, owners: 0, payments: 0 }), seeded: options.databaseUrl !== undefined },
          agents,
          actRates: acts,
          absenceMs: scenario.leaving.backInMs || USUAL_ABSENCE_MS,
          generators: generators.pids.length,
          loadBefore,
        },
        topics:
          'document, payment, notifications of one’s own; the ways to pay; some the line of an office; agents their queue and till; watchers the nation’s dashboard; who acts, what that opens',
      },
      void: [],
      targets: [],
      connecting: {
        seconds: round(connectSeconds),
        perSecond: Math.round(users / connectSeconds),
        connected,
        handshakes: percentiles(connecting.handshakes),
        acknowledgements: percentiles(connecting.acknowledgements),
        errors: connecting.errors,
        cores: coresBetween(beforeConnecting, afterConnecting),
      },
      screens: Object.fromEntries(Object.entries(figures.screens).map(([kind, tally]) => [kind, percentiles(tally)])),
      acknowledgements: percentiles(figures.acknowledgements),
      commits: percentiles(commits.length > 0 ? addUp(commits) : {}),
      events: { due: rounded(due), committed, failed, dashboardsASecond: round(dashboards), received: figures.received },
      acts: Object.fromEntries(
        ACTS.map((act) => [act, { aSecond: acts[act], due: Math.floor(dueActs[act]), done: figures.acts.done[act] ?? 0 }]),
      ),
      actsFailed: figures.acts.failed,
      steps: { answers: percentilesOfEach(figures.acts.answers), screens: percentilesOfEach(figures.acts.screens) },
      comparison: { ...comparison, lostAtOnce },
      ...{
        gaps: figures.gaps,
        resyncs: figures.resyncs,
        drains: figures.drains,
        checks: figures.checks,
        behind: figures.behind,
        snapshots: figures.snapshots,
        unchanged: figures.unchanged,
      },
      errors: figures.errors,
      storm: options.storm && {
        backSeconds: backAt > 0 ? round((backAt - (lasting ? stormEndAt : stormAt)) / 1_000) : null,
        fewestSettled: fewest,
        returns: percentiles(figures.returns),
        stallMs,
        requests: probed,
      },
      requests: probed,
      memory: {
        ...memoryASocket(empty, full),
        nodes: Object.fromEntries(
          Object.entries(full).map(([name, node]) => [name, { ...node, rssPeak: peak[name]?.rss ?? node.rss }]),
        ),
      },
      cores: coresBetween(before, after),
      load: {
        redisCommandsASecond: Math.round((after.redisCommands - before.redisCommands) / seconds),
        transactionsASecond: Math.round((after.transactions - before.transactions) / seconds),
      },
      stallMs: Math.max(0, ...slices.map((slice) => slice.stallMs)),
      bytesASecond: Math.round(figures.bytes / seconds),
      deaths,
      slices,
      ...(climb && { climb: climb.steps() }),
    };
    return judge(report, { dashboardHz: DASHBOARD_HZ, aborted: signal.aborted });
  } finally {
    for (const release of releases.reverse()) await Promise.resolve(release()).catch(() => undefined);
  }
}

const percentilesOfEach = (tallies: Record<string, Tally>): Record<string, Percentiles> =>
  Object.fromEntries(Object.entries(tallies).map(([step, tally]) => [step, percentiles(tally)]));
const round = (value: number): number => Math.round(value * 100) / 100;
const rounded = (rates: EventRates): EventRates => ({
  user: Math.floor(rates.user),
  office: Math.floor(rates.office),
  broadcast: Math.floor(rates.broadcast),
});
function addUp(tallies: readonly Record<number, number>[]): Record<number, number> {
  const sum: Record<number, number> = {};
  for (const tally of tallies) for (const [ms, count] of Object.entries(tally)) sum[Number(ms)] = (sum[Number(ms)] ?? 0) + count;
  return sum;
}
const maxima = (before: Record<string, number>, nodes: Record<string, NodeMemory>): Record<string, number> =>
  Object.fromEntries(Object.entries(nodes).map(([name, { stallMs }]) => [name, Math.max(stallMs, before[name] ?? 0)]));
