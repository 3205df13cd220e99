import { expect, it } from 'vitest';
import { BEGUN_WITHIN_MS, createShared, createTurns } from './reads.ts';

/** Work that ends when it is told to. */
function held() {
  const ends: (() => void)[] = [];
  let begun = 0;
  return {
    work: (): Promise<number> => {
      const own = (begun += 1);
      return new Promise((resolve) => ends.push(() => resolve(own)));
    },
    end: () => ends.shift()?.(),
    get begun() {
      return begun;
    },
  };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('gives so many turns at once, and none to who has gone or has waited for too long', async () => {
  let now = 0;
  const { work, end } = held();
  const turns = createTurns({ atOnce: 2, now: () => now });
  const [first, second] = [turns.take(() => true, work), turns.take(() => true, work)];
  let here = true;
  const gone = turns.take(() => here, work).catch((error: unknown) => error);
  const patient = turns.take(() => true, work);
  await settled();
  here = false;
  end();
  expect(await first).toBe(1);
  expect(await gone).toMatchObject({ code: 'UNAVAILABLE' });
  await settled();
  const late = turns.take(() => true, work).catch((error: unknown) => error);
  now += BEGUN_WITHIN_MS + 1;
  end();
  end();
  expect([await second, await patient]).toEqual([2, 3]);
  expect(await late).toMatchObject({ code: 'UNAVAILABLE' });
});

it('says at once when it would be too long, and when to come again', async () => {
  let now = 0;
  const { work, end } = held();
  const turns = createTurns({ atOnce: 1, now: () => now });
  // Turns of half a second each, until that is known.
  for (let count = 0; count < 300; count += 1) {
    const one = turns.take(() => true, work);
    await settled();
    now += 500;
    end();
    await one;
  }
  const begun = turns.take(() => true, work);
  await settled();
  const waiting = Array.from({ length: 15 }, () => turns.take(() => true, work));
  const refused = await turns.take(() => true, work).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 8 } });
  for (let count = 0; count < 16; count += 1) {
    end();
    await settled();
  }
  await Promise.all([begun, ...waiting]);
});

it('reads once for all who ask meanwhile, and never gives anybody what was begun before they asked', async () => {
  const reads = held();
  const shared = createShared();
  const first = shared('topic', reads.work);
  const others = [shared('topic', reads.work), shared('topic', reads.work), shared('topic', reads.work)];
  const elsewhere = shared('another', reads.work);
  expect(reads.begun).toBe(2);
  reads.end();
  expect(await first).toBe(1);
  await settled();
  expect(reads.begun).toBe(3);
  reads.end();
  reads.end();
  expect(await elsewhere).toBe(2);
  expect(await Promise.all(others)).toEqual([3, 3, 3]);
  const later = shared('topic', reads.work);
  reads.end();
  expect(await later).toBe(4);
});

it('a read that fails keeps nobody else from theirs', async () => {
  const shared = createShared();
  const failing = shared('topic', () => Promise.reject(new Error('away')));
  const next = shared('topic', () => Promise.resolve('there'));
  await expect(failing).rejects.toThrow('away');
  expect(await next).toBe('there');
});
