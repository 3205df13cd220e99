// `npm run capacity -- --users 100000`: what has to run for so many people, and what it costs a month, from what was measured.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { checkout } from '#deploy/local/paths.ts';
import { NotMeasuredError, partsFor, planFor, Prices, type Component, type Plan } from './model.ts';
import { readUnitCosts, type Measured } from './unit-costs.ts';

const USAGE = `npm run capacity -- [options]       (how it is worked out: deploy/capacity.md)
  --users <n>      connected at once; several times for several columns (20000 50000 100000)
  --prices <file>  other prices (deploy/capacity/prices.json)
  --results <dir>  other measurements (loadtest/results)
  --json           for programs`;

class UsageError extends Error {}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        users: { type: 'string', multiple: true },
        prices: { type: 'string', default: fileURLToPath(new URL('./prices.json', import.meta.url)) },
        results: { type: 'string', default: path.join(checkout, 'loadtest', 'results') },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      strict: true,
    });
    const users = z
      .array(z.coerce.number().int().min(100).max(10_000_000))
      .safeParse(values.users ?? ['20000', '50000', '100000']);
    if (values.help || !users.success) throw new UsageError(USAGE);
    return { ...values, users: users.data };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`);
  }
}

const measuredLine = ({ cost, file, at, command, found }: Measured): string =>
  found ? `  ${cost}: ${file}, ${at ?? 'the file does not say when'}` : `  ${cost}: not measured; ${command} does`;

function showComponents(users: number, components: readonly Component[]): void {
  console.log(`\n${users.toLocaleString('en')} users`);
  console.table(
    components.map(({ name, count, cores, gigabytes, diskGigabytes, because }) => ({
      ...{ what: name, count, cores, 'memory GB': gigabytes, 'disk GB': diskGigabytes || '', because },
    })),
  );
}

function show(plan: Plan): void {
  const { demand, components, monthly, currency } = plan;
  showComponents(demand.users, components);
  const lines = Object.entries(monthly).map(([name, amount]) => `${name} ${amount.toLocaleString('en')}`);
  console.log(`a month, ${currency}: ${lines.join(', ')}`);
}

try {
  const { users, prices: file, results, json } = options();
  const prices = Prices.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { costs, measured } = readUnitCosts(results);
  try {
    const plans = users.map((count) => planFor(count, costs, prices));
    if (json) console.log(JSON.stringify({ prices, measured, plans }, null, 2));
    else {
      console.log(`measured:\n${measured.map(measuredLine).join('\n')}`);
      console.log(`prices of ${prices.asOf}: ${prices.assumption}`);
      plans.forEach(show);
    }
  } catch (error) {
    if (!(error instanceof NotMeasuredError)) throw error;
    process.exitCode = 2;
    console.error(
      `no whole plan and no price: they would rest on what was not measured\n${measured.map(measuredLine).join('\n')}`,
    );
    for (const count of users) {
      const { components, unknown } = partsFor(count, costs, prices);
      showComponents(count, components);
      console.log(`not known: ${unknown.join(', ')}`);
    }
  }
} catch (error) {
  process.exitCode ||= 1;
  console.error(error instanceof UsageError ? error.message : error);
}
