import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveMessage } from '#shared/contracts/topics.ts';
import { AT_ONCE, createRoomTeller, SPREAD_MS } from './room-teller.ts';

/** Rooms with so many people in each, and who was told what. */
function house(rooms: Record<string, number>) {
  const told: { to: string | string[]; seq: number }[] = [];
  const sets = new Map(
    Object.entries(rooms).map(([room, size]) => [room, new Set(Array.from({ length: size }, (_, index) => `${room}-${index}`))]),
  );
  const io = {
    local: { to: (to: string | string[]) => ({ emit: (_name: string, { seq }: LiveMessage) => told.push({ to, seq }) }) },
    sockets: { adapter: { rooms: sets } },
  };
  const heard = (socket: string): number[] => told.filter(({ to }) => to.includes(socket)).map(({ seq }) => seq);
  return { told, sets, heard, tell: createRoomTeller(io as never) };
}
const state = (seq: number): LiveMessage => ({ topic: 'channels', seq, state: { seq }, at: '2026-01-01T00:00:00.000Z' });
const event = (seq: number): LiveMessage => ({ topic: 'channels', seq, event: { seq }, at: '2026-01-01T00:00:00.000Z' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a room', () => {
  it('of few is told at once, in one word', () => {
    const { told, tell } = house({ few: AT_ONCE });
    tell('few', state(1));
    tell('nobody', state(1));
    expect(told).toEqual([
      { to: 'few', seq: 1 },
      { to: 'nobody', seq: 1 },
    ]);
  });

  it('of thousands is told bit by bit, each of them once, in half a second; others are told meanwhile', async () => {
    const { told, tell, heard } = house({ many: 5_000, few: 3 });
    tell('many', state(1));
    const first = told.length;
    expect(told[0]?.to.length).toBeLessThanOrEqual(5_000 / 20);
    tell('few', state(9));
    expect(told.length).toBe(first + 1);
    await vi.advanceTimersByTimeAsync(SPREAD_MS);
    for (const socket of ['many-0', 'many-2499', 'many-4999']) expect(heard(socket)).toEqual([1]);
    expect(told.filter(({ seq }) => seq === 1).reduce((sum, { to }) => sum + to.length, 0)).toBe(5_000);
  });

  it('hears its words in their order; of states that wait behind another, the newest alone, of events each', async () => {
    const { tell, heard } = house({ many: 600, more: 600 });
    for (const seq of [1, 2, 3, 4]) tell('many', state(seq));
    for (const seq of [1, 2, 3]) tell('more', event(seq));
    await vi.advanceTimersByTimeAsync(4 * SPREAD_MS);
    for (const socket of ['many-0', 'many-599']) expect(heard(socket)).toEqual([1, 4]);
    for (const socket of ['more-0', 'more-599']) expect(heard(socket)).toEqual([1, 2, 3]);
    tell('many', state(5));
    await vi.advanceTimersByTimeAsync(SPREAD_MS);
    expect(heard('many-599')).toEqual([1, 4, 5]);
  });
});
