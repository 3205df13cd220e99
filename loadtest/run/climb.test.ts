import { expect, it } from 'vitest';
import { noFigures, type CrowdFigures } from '../live/crowd-types.ts';
import { highestHeld, startClimb } from './climb.ts';
import type { Usage } from './system.ts';

const figures = (ms: number): CrowdFigures => ({ ...noFigures(), screens: { ...noFigures().screens, user: { [ms]: 100 } } });

it('keeps what is seen at each height apart, without the moments of change, and finds the highest that held', async () => {
  const climb = startClimb(() => Promise.resolve<Usage>({ at: 0, cpu: {}, redisCommands: 0, transactions: 0 }), {
    user: 300,
    office: 10,
    broadcast: 0,
  });
  let seconds = 0;
  const note = async (factor: number, ms: number, user: number): Promise<void> => {
    seconds += 2;
    await climb.note(factor, { figures: figures(ms), committed: { user, office: 20 * factor, broadcast: 0 }, seconds });
  };
  for (const ms of [900, 20, 30]) await note(1, ms, 600);
  for (const ms of [900, 140, 140]) await note(1.5, ms, 900);
  for (const ms of [900, 160, 160]) await note(2, ms, 1_200);
  const steps = climb.steps();
  expect(steps.map(({ factor, committed, screens }) => [factor, committed.user, screens['user']?.p99])).toEqual([
    [1, 300, 30],
    [1.5, 450, 140],
    [2, 600, 160],
  ]);
  expect(highestHeld(steps, { user: 150 })?.factor).toBe(1.5);
  expect(highestHeld(steps, { user: 10 })).toBeNull();
  const idle = steps.map((step) => ({ ...step, committed: { ...step.committed, user: step.committed.user / 2 } }));
  expect(highestHeld(idle, { user: 1_000 })).toBeNull();
});
