import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Logger } from '../logger.ts';

/** A Redis prefix of a test file's own. */
export const testPrefix = (): string => `test-${randomBytes(4).toString('hex')}:`;

/** Says nothing; the tests' logger. Set `TEST_LOG=debug` to hear. */
export const silentLogger = (): Logger => pino({ level: process.env['TEST_LOG'] ?? 'silent' });

/** Waits for a condition; tests never sleep. Rejects with what was last seen after `timeoutMs`. */
export async function until<T>(
  probe: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 10_000, everyMs = 20, what = 'the condition' } = options;
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not come true within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
