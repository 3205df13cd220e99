// How wrong the expected wait is that people are told: `npm run bench:waits`. Simulated mornings (domain/tickets/testing); writes
// loadtest/results/waits.json. The same numbers at every run: the mornings are seeded.
import { writeFile } from 'node:fs/promises';
import { morning } from '#shared/domain/tickets/testing/waiting-morning.ts';

const MORNINGS = 200;
const minutes = (ms: number): number => Math.round((ms / 60_000) * 10) / 10;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percentile = (values: readonly number[], percent: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1] ?? NaN;

const rows = [1, 3, 6].map((counters) => {
  const mornings = Array.from({ length: MORNINGS }, (_, seed) => morning(seed + 1, counters));
  const [error, sign, wait] = (['estimated', 'naive', 'waited'] as const).map((of) => mornings.flatMap((one) => one[of])) as [
    number[],
    number[],
    number[],
  ];
  return {
    counters,
    people: wait.length,
    'mean wait (min)': minutes(mean(wait)),
    'mean error (min)': minutes(mean(error)),
    'p50 error (min)': minutes(percentile(error, 50)),
    'p95 error (min)': minutes(percentile(error, 95)),
    'error / wait (%)': Math.round((mean(error) / mean(wait)) * 100),
    'sign at the door: mean error (min)': minutes(mean(sign)),
  };
});
console.table(rows);
const file = new URL('../results/waits.json', import.meta.url);
await writeFile(file, `${JSON.stringify({ mornings: MORNINGS, peopleAMorning: 120, rows }, null, 2)}\n`);
