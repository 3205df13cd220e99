// `npm run loadtest -- --users 20000 [--nodes 4] [--minutes n] [--scenario x] [--storm x] [--acts x] [--engine ws]`: the whole system on
// this machine with so many people before their screens; writes what was seen under loadtest/results. Ctrl-C stops everything. With
// DATABASE_URL, of a country that `npm run seed` made, its people, staff and plates are taken.
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ACTS, type ActRates } from './acts/act-types.ts';
import { markdownOf } from './run/report.ts';
import { plotPng } from './run/plot.ts';
import { runLoad } from './run/run-load.ts';
import { ACT_RATES, SCENARIOS, STORMS, type ScenarioName, type StormName } from './run/scenarios.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    nodes: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '2' },
    scenario: { type: 'string', default: 'steady' },
    storm: { type: 'string' },
    acts: { type: 'string' },
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
/** `on`, `off`, or rates a second: `pay=4,upload=0.2`; the others then have theirs. A storm is looked on at unless told otherwise. */
function readActs(value: string): ActRates | null {
  if (value === 'off') return null;
  const rates = { ...ACT_RATES };
  for (const pair of value === 'on' ? [] : value.split(',')) {
    const [name = '', rate = ''] = pair.split('=');
    rates[oneOf('acts', name, ACTS)] = number(`acts ${name}`, rate || 'none', [0, 1_000]);
  }
  return rates;
}
const acts = readActs(values.acts ?? (storm === null ? 'on' : 'off'));
const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl && storm === 'postgres') throw new Error('the Postgres of DATABASE_URL is not ours to restart');
const report = await runLoad({
  ...{ users, scenario, storm, engine, acts },
  nodes: number('nodes', values.nodes, [1, 4]),
  seconds: number('minutes', values.minutes, [0.1, 24 * 60]) * 60,
  perSecond: number('per-second', values['per-second'], [1, 10_000]),
  signal: controller.signal,
  say: (line) => console.log(line),
  ...(databaseUrl && { databaseUrl }),
});
const conditions = [engine === 'ws' && 'ws', acts && 'acts', databaseUrl && 'country'].filter(Boolean);
const name = ['load', users, storm ? `storm-${storm}` : scenario, ...conditions].join('-');
const directory = new URL('./results/', import.meta.url);
const text = markdownOf(report, `${name}.png`);
await mkdir(directory, { recursive: true });
await writeFile(new URL(`${name}.json`, directory), `${JSON.stringify(report, null, 2)}\n`);
await writeFile(new URL(`${name}.md`, directory), text);
await writeFile(new URL(`${name}.png`, directory), await plotPng(report));
console.log(text);
console.log(`written: loadtest/results/${name}.md, .json, .png`);
process.exitCode = report.void.length > 0 || report.targets.some(({ met }) => !met) ? 1 : 0;
