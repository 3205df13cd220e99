import { expect, it } from 'vitest';
import { atWholeSteps } from './even-time.ts';

it('ends at a whole step, well or badly', async () => {
  const started = performance.now();
  expect(await atWholeSteps(30, () => Promise.resolve(1))).toBe(1);
  expect(performance.now() - started).toBeGreaterThan(28);
  const again = performance.now();
  await expect(atWholeSteps(30, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(performance.now() - again).toBeGreaterThan(28);
});
