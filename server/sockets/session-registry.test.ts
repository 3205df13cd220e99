import { describe, expect, it } from 'vitest';
import { createSessionRegistry, type LiveSocket } from './session-registry.ts';

const socketOf = (sessionId: string, expiresAt: number): LiveSocket =>
  ({ data: { viewer: { sessionId, userId: `of ${sessionId}` }, expiresAt } }) as unknown as LiveSocket;

describe('the sessions that have run out', () => {
  it('are found each time they are asked for, from the moment that they do', () => {
    const registry = createSessionRegistry(() => 0);
    for (const [id, expiresAt] of [
      ['late', 300],
      ['soon', 100],
      ['soon', 100],
      ['never', Infinity],
    ] as const)
      registry.add(socketOf(id, expiresAt));
    const found = [50, 99, 100, 101, 300].map((at) => registry.expiredIds(at));
    expect(found).toEqual([[], [], ['soon'], ['soon'], ['late', 'soon']]);
  });

  it('are not those that were prolonged, until that is over too', () => {
    const registry = createSessionRegistry(() => 0);
    registry.add(socketOf('used', 100));
    expect(registry.expiredIds(100)).toEqual(['used']);
    registry.prolong('used', 200);
    expect([150, 199, 200].map((at) => registry.expiredIds(at))).toEqual([[], [], ['used']]);
  });

  it('are found among who came after the last look, and not among who left', () => {
    const registry = createSessionRegistry(() => 0);
    const gone = socketOf('gone', 100);
    registry.add(gone);
    registry.add(socketOf('there', 500));
    expect(registry.expiredIds(150)).toEqual(['gone']);
    registry.remove(gone);
    expect(registry.expiredIds(160)).toEqual([]);
    registry.add(socketOf('new', 170));
    expect(registry.expiredIds(180)).toEqual(['new']);
  });
});
