import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BETWEEN_MS, MOST_TOGETHER, createGathering, type Waiting } from './gathering.ts';
import { BEGUN_WITHIN_MS, createTurns } from './reads.ts';

interface Person extends Waiting {
  name: string;
}

let now = 0;
const person = (name: string, here = () => true): Person => ({ name, here, askedAt: now });
const people = (count: number): Person[] => Array.from({ length: count }, (_, index) => person(`p${index}`));
const pass = async (ms: number): Promise<void> => {
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
};

/** Readings that are let go one by one, and who was read to in each. */
function gathering({ atOnce = 1, poison = '' } = {}) {
  const readings: string[][] = [];
  const ends: (() => void)[] = [];
  const ask = createGathering<Person, string>({
    turns: createTurns({ atOnce, now: () => now }),
    now: () => now,
    read: async (askers) => {
      readings.push(askers.map(({ name }) => name));
      await new Promise<void>((resolve) => ends.push(resolve));
      if (askers.some(({ name }) => name === poison)) throw new Error('not to be read');
      return askers.map(({ name }) => `state of ${name}`);
    },
  });
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await pass(0);
  };
  return { ask, readings, end };
}

beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => void vi.useRealTimers());

it('reads at once to whoever comes alone', async () => {
  const { ask, readings, end } = gathering();
  const answer = ask(person('Hanta'));
  await pass(0);
  expect(readings).toEqual([['Hanta']]);
  await end();
  expect(await answer).toBe('state of Hanta');
});

it('reads together to those who come among many, and gives each their own', async () => {
  const { ask, readings, end } = gathering({ atOnce: 5 });
  const answers = people(MOST_TOGETHER + 3).map(ask);
  await pass(0);
  expect(readings.map(({ length }) => length)).toEqual([MOST_TOGETHER]);
  const late = ask(person('late'));
  await pass(BETWEEN_MS);
  expect(readings.map(({ length }) => length)).toEqual([MOST_TOGETHER, 4]);
  await end();
  await end();
  expect(await Promise.all(answers)).toEqual(answers.map((_, index) => `state of p${index}`));
  expect(await late).toBe('state of late');
});

it('reads to all of many who come at once, and to nobody twice', async () => {
  const { ask, readings, end } = gathering({ atOnce: 7 });
  const answers = people(10 * MOST_TOGETHER - 3).map(ask);
  for (let count = 0; count < 10; count += 1) {
    await pass(BETWEEN_MS);
    await end();
  }
  expect(await Promise.all(answers)).toEqual(answers.map((_, index) => `state of p${index}`));
  expect(readings).toHaveLength(10);
});

it('lets all who have come meanwhile wait for one turn', async () => {
  const { ask, readings, end } = gathering();
  void ask(person('first'));
  await pass(0);
  for (const name of ['second', 'third', 'fourth']) {
    void ask(person(name));
    await pass(BETWEEN_MS);
  }
  expect(readings).toEqual([['first']]);
  await end();
  expect(readings).toEqual([['first'], ['second', 'third', 'fourth']]);
});

it('reads nothing for who has gone or waits for too long', async () => {
  const { ask, readings, end } = gathering();
  void ask(person('first'));
  await pass(0);
  let here = true;
  const gone = ask(person('gone', () => here)).catch((error: unknown) => error);
  const tooLate = ask(person('too late')).catch((error: unknown) => error);
  await pass(BEGUN_WITHIN_MS);
  const inTime = ask(person('in time'));
  await pass(1);
  here = false;
  await end();
  expect(readings[1]).toEqual(['in time']);
  expect(await gone).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await tooLate).toMatchObject({ code: 'UNAVAILABLE' });
  await end();
  expect(await inTime).toBe('state of in time');
});

it('a fault of one keeps nobody else from theirs', async () => {
  const { ask, readings, end } = gathering({ poison: 'p1' });
  const answers = people(3).map((one) => ask(one).catch((error: unknown) => String(error)));
  await pass(0);
  for (let count = 0; count < 4; count += 1) await end();
  expect(await Promise.all(answers)).toEqual(['state of p0', 'Error: not to be read', 'state of p2']);
  expect(readings.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
});

it('refuses those who would wait for too long, and nobody who is before them', async () => {
  const turns = {
    take: vi.fn<() => Promise<never>>(() => Promise.reject(Object.assign(new Error('full'), { code: 'UNAVAILABLE' }))),
  };
  const ask = createGathering<Person, string>({ turns, now: () => now, read: () => Promise.resolve([]) });
  expect(await ask(person('Hanta')).catch((error: unknown) => error)).toMatchObject({ message: 'full' });
  await pass(BETWEEN_MS);
  expect(await ask(person('Faly')).catch((error: unknown) => error)).toMatchObject({ message: 'full' });
  expect(turns.take).toHaveBeenCalledTimes(2);
});
