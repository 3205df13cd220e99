import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets work end, well or badly, only at whole steps of time after it began. Two ways through the same statements still differ by
 * fractions of a millisecond (a row found, a row not found); at whole steps they take the same time.
 */
export async function atWholeSteps<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    await sleep(stepMs - ((performance.now() - started) % stepMs));
  }
}
