// `npm run loadtest -- --users 20000 [--nodes 4] [--minutes n] [--scenario x] [--storm x] [--engine ws]`: the whole system on this machine
// with so many people before their screens; writes what was seen under loadtest/results. Ctrl-C stops everything.
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { markdownOf } from './run/report.ts';
import { plotPng } from './run/plot.ts';
import { runLoad } from './run/run-load.ts';
import { SCENARIOS, STORMS, type ScenarioName, type StormName } from './run/scenarios.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    nodes: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '2' },
    scenario: { type: 'string', default: 'steady' },
    storm: { type: 'string' },
    engine: { type: 'string', default: 'uws' },
    'per-second': { type: 'string', default: '1000' },
  },
});
function oneOf<K extends string>(what: string, value: string, known: readonly K[]): K {
  const found = known.find((one) => one === value);
  if (!found) throw new Error(`--${what} is one of ${known.join(', ')}`);
  return found;
}
function number(what: string, value: string, [least, most]: [number, number]): number {
  const read = Number(value);
  if (!(read >= least && read <= most)) throw new Error(`--${what} is from ${least} to ${most}`);
  return read;
}

const controller = new AbortController();
let asked = 0;
process.on('SIGINT', () => {
  asked += 1;
  if (asked === 1) console.log('stopping everything');
  controller.abort();
});
process.on('SIGTERM', () => controller.abort());

const users = number('users', values.users, [20, 60_000]);
const scenario = oneOf('scenario', values.scenario, Object.keys(SCENARIOS) as ScenarioName[]);
const storm = values.storm === undefined ? null : oneOf('storm', values.storm, Object.keys(STORMS) as StormName[]);
const engine = oneOf('engine', values.engine, ['uws', 'ws']);
const report = await runLoad({
  ...{ users, scenario, storm, engine },
  nodes: number('nodes', values.nodes, [1, 4]),
  seconds: number('minutes', values.minutes, [0.1, 24 * 60]) * 60,
  perSecond: number('per-second', values['per-second'], [1, 10_000]),
  signal: controller.signal,
  say: (line) => console.log(line),
  ...(process.env['DATABASE_URL'] && { databaseUrl: process.env['DATABASE_URL'] }),
});
const name = ['load', users, storm ? `storm-${storm}` : scenario, ...(engine === 'ws' ? ['ws'] : [])].join('-');
const directory = new URL('./results/', import.meta.url);
const text = markdownOf(report, `${name}.png`);
await mkdir(directory, { recursive: true });
await writeFile(new URL(`${name}.json`, directory), `${JSON.stringify(report, null, 2)}\n`);
await writeFile(new URL(`${name}.md`, directory), text);
await writeFile(new URL(`${name}.png`, directory), await plotPng(report));
console.log(text);
console.log(`written: loadtest/results/${name}.md, .json, .png`);
process.exitCode = report.void.length > 0 || report.targets.some(({ met }) => !met) ? 1 : 0;
