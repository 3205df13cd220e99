import type { Machine } from '../machine.ts';
import type { EventRates } from '../live/events.ts';
import type { Percentiles } from '../live/tally.ts';
import { highestHeld, type Step } from './climb.ts';
import type { Comparison } from './compare.ts';
import type { Probed } from './probe.ts';
import type { NodeMemory } from './system.ts';

/** Two seconds of a run. */
export interface Slice {
  at: number;
  connected: number;
  settled: number;
  p99: Record<string, number>;
  stallMs: number;
  heap: number;
  rss: number;
}

export interface Target {
  what: string;
  wanted: string;
  was: string;
  met: boolean;
}

/** Milliseconds unless a name says otherwise. */
export interface LoadReport {
  at: string;
  machine: Machine;
  conditions: Record<string, unknown> & {
    users: number;
    watchers: number;
    nodes: number;
    engine: string;
    scenario: string;
    storm: string | null;
    seconds: number;
    rates: EventRates;
    database: { vehicles: number; owners: number; payments: number; seeded: boolean };
    agents: number;
    absenceMs: number;
  };
  /** Why the run proves nothing; empty: it counts. */
  void: string[];
  targets: Target[];
  connecting: {
    seconds: number;
    perSecond: number;
    connected: number;
    handshakes: Percentiles;
    acknowledgements: Percentiles;
    errors: Record<string, number>;
    cores: Record<string, number>;
  };
  /** Commit → screen, by kind. */
  screens: Record<string, Percentiles>;
  acknowledgements: Percentiles;
  commits: Percentiles;
  events: {
    due: EventRates;
    committed: EventRates;
    failed: Record<string, number>;
    dashboardsASecond: number;
    received: Record<string, number>;
  };
  /** What people did, and how often it was to be done. */
  acts: Record<string, { aSecond: number; due: number; done: number }>;
  /** By act and code. */
  actsFailed: Record<string, number>;
  /** Press → answer, and press → screen, by what was pressed. */
  steps: { answers: Record<string, Percentiles>; screens: Record<string, Percentiles> };
  comparison: Comparison & { lostAtOnce: number };
  gaps: number;
  resyncs: number;
  drains: number;
  checks: number;
  behind: number;
  snapshots: number;
  unchanged: number;
  errors: Record<string, number>;
  storm: {
    backSeconds: number | null;
    fewestSettled: number;
    returns: Percentiles;
    stallMs: Record<string, number>;
    requests: Probed;
  } | null;
  requests: Probed;
  memory: { rssASocket: number; heapASocket: number; nodes: Record<string, NodeMemory & { rssPeak: number }> };
  cores: Record<string, number>;
  load: { redisCommandsASecond: number; transactionsASecond: number };
  stallMs: number;
  bytesASecond: number;
  deaths: string[];
  slices: Slice[];
  /** Of the scenario that climbs. */
  climb?: Step[];
}

/** Bytes that a socket with its subscriptions costs the nodes, by what they had before and after. */
export function memoryASocket(
  empty: Record<string, NodeMemory>,
  full: Record<string, NodeMemory>,
): { rssASocket: number; heapASocket: number } {
  const sum = (of: Record<string, NodeMemory>, what: 'rss' | 'heap' | 'sockets'): number =>
    Object.values(of).reduce((total, node) => total + node[what], 0);
  const sockets = Math.max(1, sum(full, 'sockets') - sum(empty, 'sockets'));
  const each = (what: 'rss' | 'heap'): number => Math.round((sum(full, what) - sum(empty, what)) / sockets);
  return { rssASocket: each('rss'), heapASocket: each('heap') };
}

/** A run that brought less than this share of what it states is void. */
const LEAST = 0.95;
/** Dashboards are told when something changed, at most so often: a little less is in their nature. */
const LEAST_DASHBOARDS = 0.85;
const STORM_BACK_SECONDS: Readonly<Record<string, number>> = { 'kill-node': 10, 'drop-all': 60 };

/** The order's targets: commit → screen, 99 of 100, milliseconds. */
const SCREENS_MS = { user: 150, office: 150, dashboard: 300, broadcast: 1_000 } as const;

/** Says whether the run counts, and which of the order's targets it met. */
export function judge(report: LoadReport, given: { dashboardHz: number; aborted: boolean }): LoadReport {
  const { events, conditions, connecting, screens, comparison, memory, storm } = report;
  if (given.aborted) report.void.push('stopped before its end');
  for (const kind of ['user', 'office', 'broadcast'] as const)
    // One that climbs until it breaks says itself how many came through.
    if (!report.climb && events.committed[kind] < events.due[kind] * LEAST)
      report.void.push(`${events.committed[kind]} ${kind} events committed of ${events.due[kind]} stated`);
  for (const [act, { due, done }] of Object.entries(report.acts))
    if (done < Math.floor(due * LEAST)) report.void.push(`${act} done ${done} times of ${due} stated`);
  if (storm === null && events.dashboardsASecond < given.dashboardHz * LEAST_DASHBOARDS)
    report.void.push(`dashboards told ${events.dashboardsASecond} times a second, ${given.dashboardHz} stated`);
  if (connecting.connected < conditions.users) report.void.push(`${connecting.connected} connected of ${conditions.users}`);
  const target = (what: string, wanted: number, was: number | null, unit: string): void =>
    void report.targets.push({
      what,
      wanted: `< ${wanted} ${unit}`,
      was: was === null ? 'never' : `${was} ${unit}`,
      met: was !== null && was < wanted,
    });
  for (const [kind, most] of Object.entries(SCREENS_MS))
    if (storm === null && !report.climb && (screens[kind]?.count ?? 0) > 0)
      target(`p99 commit → screen, ${kind}`, most, screens[kind]?.p99 ?? null, 'ms');
  target('connected, all topics read', 60, connecting.seconds, 's');
  target('memory of a socket with its subscriptions (heap that the nodes hold)', 16, round(memory.heapASocket / 1_024), 'KB');
  // Meanwhile nodes also hold what slow lines have not taken yet.
  if (storm === null)
    target('memory of a socket with its subscriptions (RSS of the nodes)', 16, round(memory.rssASocket / 1_024), 'KB');
  if (storm) target('all back', STORM_BACK_SECONDS[conditions.storm ?? ''] ?? 60, storm.backSeconds, 's');
  if (conditions.storm === 'kill-node')
    target('survivors’ longest stall', 300, Math.max(...Object.values(storm?.stallMs ?? { none: 0 })), 'ms');
  report.targets.push({
    what: 'lost updates',
    wanted: '0',
    was: String(comparison.lost + comparison.different + comparison.differentFromTables),
    met: comparison.lost + comparison.different + comparison.differentFromTables === 0,
  });
  return report;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => ' --- ').join('|')}|`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  );
const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what}: ${count}`)
    .join(', ') || 'none';

const sizeOf = (database: LoadReport['conditions']['database']): string => {
  const text = (count: number): string => count.toLocaleString('en');
  const size = `${text(database.vehicles)} vehicles, ${text(database.owners)} owners, ${text(database.payments)} payments`;
  return database.seeded ? `${size}, seeded; people, staff and plates are its own` : `${size}; made for this run`;
};

/** What people did, and how long it took. */
function actsOf(report: LoadReport): string {
  const done = Object.entries(report.acts).filter(([, { aSecond }]) => aSecond > 0);
  if (done.length === 0) return '';
  const { agents, absenceMs } = report.conditions;
  const steps = [...new Set([...Object.keys(report.steps.answers), ...Object.keys(report.steps.screens)])];
  const cells = (of: Percentiles | undefined): (string | number)[] =>
    of ? [of.count, of.p50, of.p95, of.p99, of.max] : ['', '', '', '', ''];
  return `
## What people did

${agents} agents at counters; citizens photograph, pay (the sandbox’s payer accepts after 3 s), leave for ${absenceMs / 1_000} s and come back. Failed: ${list(report.actsFailed)}.

${table(
  ['act', 'a second', 'stated', 'done'],
  done.map(([act, { aSecond, due, done: times }]) => [act, round(aSecond), due, times]),
)}

${table(
  ['milliseconds from the press', 'answers', 'p50', 'p95', 'p99', 'max', 'screens', 'p50', 'p95', 'p99', 'max'],
  steps.map((step) => [step, ...cells(report.steps.answers[step]), ...cells(report.steps.screens[step])]),
)}
`;
}

/** How high the rates went, and what broke. */
function climbOf(steps: readonly Step[]): string {
  const { broadcast: _once, ...often } = SCREENS_MS;
  const held = highestHeld(steps, often);
  const total = (of: Record<string, number>): number => Object.values(of).reduce((sum, one) => sum + one, 0);
  const busiest = (of: Record<string, number>): string =>
    Object.entries(of)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 4)
      .map(([name, cores]) => `${name} ${cores}`)
      .join(', ');
  return `
## Step by step

Highest at which 99 of 100 came in time: ${held ? `${held.factor} times the ordered rates (${held.committed.user} user and ${held.committed.office} office events a second)` : 'none'}.

${table(
  ['times', 'user events a second', 'office events', 'p99 user', 'office', 'dashboard', 'cores', 'most of it'],
  steps.map(({ factor, committed, screens, cores }) => [
    ...[factor, committed.user, committed.office],
    ...(['user', 'office', 'dashboard'] as const).map((kind) => `${screens[kind]?.p99 ?? ''} ms`),
    ...[total(cores).toFixed(2), busiest(cores)],
  ]),
)}
`;
}

/** The report for people. */
export function markdownOf(report: LoadReport, picture: string): string {
  const { conditions, connecting, events, memory, comparison } = report;
  const percentileRow = (what: string, { count, p50, p95, p99, max }: Percentiles) => [what, count, p50, p95, p99, max];
  return `# Load test: ${conditions.users} people, ${conditions.scenario}${conditions.storm ? `, storm ${conditions.storm}` : ''}

${report.void.length > 0 ? `**Void**: ${report.void.join('; ')}. The figures below prove nothing.\n` : ''}
${report.at}, ${report.machine.cores} cores (${report.machine.model}), ${report.machine.gigabytes} GB, Node ${report.machine.node}; before it ${String(conditions['loadBefore'])} processes wanted to run on average (others' work: 0 is a quiet machine).
Everything on this machine: ${conditions.nodes} nodes on ${conditions.engine}, ${String(conditions['balancers'])} HAProxy, relay, workers, Redis, Postgres, ${String(conditions['generators'])} generators, the maker of events. Country: ${sizeOf(conditions['database'])}.
Scenario: ${String(conditions['scenarioMeans'])}. ${conditions.storm ? `Storm: ${String(conditions['stormMeans'])}.` : ''} Topics: ${String(conditions['topics'])}.

${table(
  ['target', 'wanted', 'was', 'met'],
  report.targets.map(({ what, wanted, was, met }) => [what, wanted, was, met ? 'yes' : '**no**']),
)}

![Over time](${picture})

## Connecting

${connecting.connected} in ${connecting.seconds} s (${connecting.perSecond} a second), all topics read. Errors: ${list(connecting.errors)}. Cores: ${list(connecting.cores)}.

${table(['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'], [percentileRow('handshake', connecting.handshakes), percentileRow('answer to a subscription', connecting.acknowledgements)])}

## Commit → screen, ${conditions.seconds} s

${table(['milliseconds', 'count', 'p50', 'p95', 'p99', 'max'], [...Object.entries(report.screens).map(([kind, of]) => percentileRow(kind, of)), percentileRow('answers', report.acknowledgements), percentileRow('commits', report.commits)])}

Committed ${JSON.stringify(events.committed)} of ${JSON.stringify(events.due)}; dashboards ${events.dashboardsASecond} a second; transactions that failed and were made up for: ${list(events.failed)}.
Lost: ${comparison.lost} of ${comparison.topics} screens (${comparison.lostAtOnce} three seconds after the last event), another state than committed: ${comparison.different}, than in the tables: ${comparison.differentFromTables} of ${comparison.readAnew}.${comparison.examples.length > 0 ? ` ${comparison.examples.join('; ')}.` : ''}
Numbers skipped (the relay leaves out what a newer state replaces): ${report.gaps}; orders to read again: ${report.resyncs}, to move: ${report.drains}; checks ${report.checks}, found behind ${report.behind}; snapshots ${report.snapshots}, not needed ${report.unchanged}. Errors: ${list(report.errors)}.
Requests beside it: ${report.requests.sent}, failed: ${list(report.requests.failed)}, slowest ${report.requests.slowestMs} ms.
${actsOf(report)}${report.climb ? climbOf(report.climb) : ''}${report.storm ? `\n## Storm\n\nAll back after ${report.storm.backSeconds ?? 'never'} s; fewest at once ${report.storm.fewestSettled}. Longest stalls of nodes meanwhile: ${list(report.storm.stallMs)} ms. Each return, ms: ${JSON.stringify(report.storm.returns)}. Processes that ended: ${report.deaths.join(', ') || 'none'}.\n` : ''}
## Costs

Memory of a socket: heap ${round(memory.heapASocket / 1_024)} KB, RSS ${round(memory.rssASocket / 1_024)} KB. Cores: ${list(report.cores)}. Redis ${report.load.redisCommandsASecond} commands a second, Postgres ${report.load.transactionsASecond} transactions a second, ${Math.round(report.bytesASecond / 1_024)} KB a second to the screens. Longest stall of a node: ${report.stallMs} ms.

${table(
  ['node', 'sockets', 'RSS MB', 'peak MB', 'heap MB'],
  Object.entries(memory.nodes).map(([name, { sockets, rss, rssPeak, heap }]) => [
    name,
    sockets,
    ...[rss, rssPeak, heap].map((bytes) => Math.round(bytes / 2 ** 20)),
  ]),
)}
`;
}
