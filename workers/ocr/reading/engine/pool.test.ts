import { describe, expect, it, vi } from 'vitest';
import { createEnginePool } from './pool.ts';
import { AbortedError, TimeLimitError, withLimit } from './time-limit.ts';

const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const forever = (): Promise<never> => new Promise(() => undefined);

function pooled(size: number, usesPerEngine = 100) {
  let started = 0;
  const ended: number[] = [];
  const pool = createEnginePool<number>({
    size,
    usesPerEngine,
    logger,
    start: async () => (started += 1),
    terminate: (e) => ended.push(e),
  });
  return { pool, ended, started: () => started };
}
const options = (signal = new AbortController().signal) => ({ limitMs: 1_000, what: 'work', signal });

describe('the pool of engines', () => {
  it('lends an engine to one user at a time', async () => {
    const { pool } = pooled(1);
    let running = 0;
    const seen = await Promise.all(
      [1, 2, 3].map(() =>
        pool.use(async () => {
          running += 1;
          const now = running;
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return now;
        }, options()),
      ),
    );
    expect(seen).toEqual([1, 1, 1]);
  });

  it('replaces an engine that did not answer in time', async () => {
    const { pool, ended, started } = pooled(1);
    await expect(pool.use(forever, { ...options(), limitMs: 10 })).rejects.toBeInstanceOf(TimeLimitError);
    expect(await pool.use(async (engine) => engine, options())).toBe(2);
    expect(ended).toEqual([1]);
    expect(started()).toBe(2);
  });

  it('replaces an engine that failed and one that is worn', async () => {
    const { pool, ended } = pooled(1, 2);
    await expect(pool.use(() => Promise.reject(new Error('dead')), options())).rejects.toThrow('dead');
    for (let i = 0; i < 3; i += 1) await pool.use(async () => undefined, options());
    expect(ended).toEqual([1, 2]);
  });

  it('lets go of who is aborted, at work or waiting', async () => {
    const { pool } = pooled(1);
    const aborting = new AbortController();
    const working = pool.use(forever, options(aborting.signal));
    const waiting = pool.use(forever, options(aborting.signal));
    aborting.abort();
    await expect(working).rejects.toBeInstanceOf(AbortedError);
    await expect(waiting).rejects.toBeInstanceOf(AbortedError);
    expect(await pool.use(async () => 'well', options())).toBe('well');
  });

  it('refuses those who wait when no engine starts', async () => {
    const pool = createEnginePool<number>({
      size: 1,
      usesPerEngine: 1,
      logger,
      start: () => Promise.reject(new Error('no data')),
      terminate: () => undefined,
    });
    await expect(pool.use(async () => 1, options())).rejects.toThrow('no data');
  });

  it('refuses work after it was closed', async () => {
    const { pool, ended } = pooled(2);
    await pool.warm();
    pool.close();
    expect(ended).toHaveLength(2);
    await expect(pool.use(async () => 1, options())).rejects.toThrow('closed');
  });
});

describe('time limits', () => {
  it('passes results and errors through', async () => {
    expect(await withLimit(Promise.resolve(1), 100, 'x')).toBe(1);
    await expect(withLimit(Promise.reject(new Error('own')), 100, 'x')).rejects.toThrow('own');
  });
  it('is aborted at once by a signal that was given before', async () => {
    await expect(withLimit(forever(), 100, 'x', AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
  });
});
