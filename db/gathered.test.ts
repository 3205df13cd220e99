import { expect, it } from 'vitest';
import type { Executor } from './executor.ts';
import { gathered } from './gathered.ts';

const [here, there] = [{}, {}] as [Executor, Executor];

it('asks in one question what is asked of the same database in one moment, and anew what is asked later', async () => {
  const asked: [Executor, readonly number[]][] = [];
  const double = gathered<number, number>((executor, ones) => {
    asked.push([executor, ones]);
    return Promise.resolve(ones.map((one) => one * 2));
  }, 5);
  expect(await Promise.all([double(here, 1), double(here, 2), double(there, 3), double(here, 1)])).toEqual([2, 4, 6, 2]);
  expect(asked).toEqual([
    [here, [1, 2, 1]],
    [there, [3]],
  ]);
  expect(await double(here, 1)).toBe(2);
  expect(asked).toHaveLength(3);
});

it('tells each that it failed', async () => {
  const fails = gathered<number, number>(() => Promise.reject(new Error('away')), 5);
  const answers = await Promise.allSettled([fails(here, 1), fails(here, 2)]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(fails(here, 3)).rejects.toThrow('away');
});
