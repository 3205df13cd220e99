import { describe, expect, it } from 'vitest';
import { createNewCalls, spoken, type Call } from './announcer.ts';
import { placeOf, waitFor } from './place.ts';
import { isQuiet } from './quiet.ts';

const T = Date.parse('2026-01-12T06:00:00Z');
const at = (seconds: number): string => new Date(T + seconds * 1000).toISOString();
const call = (number: string, calls = 1, seconds = 0): Call => ({ number, counter: '1', calls, calledAt: at(seconds) });

describe('new calls', () => {
  it('are those since the last look, oldest first; a number called again is new; old ones are not read out', () => {
    const news = createNewCalls();
    expect(news({ calls: [call('A002', 1, -1), call('A001', 1, -300)] }, T).map(({ number }) => number)).toEqual(['A002']);
    expect(news({ calls: [call('A002', 1, -1), call('A001', 1, -300)] }, T)).toEqual([]);
    const more = [call('A004', 1, 5), call('A003', 1, 4), call('A002', 2, 3), call('A001', 1, -300)];
    expect(news({ calls: more }, T + 6_000).map(({ number, calls }) => [number, calls])).toEqual([
      ['A002', 2],
      ['A003', 1],
      ['A004', 1],
    ]);
  });

  it('are said without zeros', () => {
    expect([spoken('A012'), spoken('C1204')]).toEqual(['A 12', 'C 1204']);
  });
});

describe('the place in the line', () => {
  const line = {
    officeId: 'o',
    openCounters: 1,
    places: [
      { number: 'A001', serviceId: 'a', expectedAt: at(0) },
      { number: 'C001', serviceId: 'c', expectedAt: null },
      { number: 'A002', serviceId: 'a', expectedAt: at(360) },
    ],
  };
  const service = { id: 'a', prefix: 'A', name: { fr: '', en: '' }, usualMinutes: 6 };
  it('counts those before', () => {
    expect(placeOf(line, 'A002')).toEqual({ before: 1, expectedAt: new Date(T + 360_000) });
    expect(placeOf(line, 'A009')).toBeNull();
  });
  it('of who comes now is after the last of the service; unknown when nobody serves it', () => {
    expect(waitFor(line, service, T)).toBe(720_000);
    expect(waitFor(line, { ...service, id: 'c' }, T)).toBeNull();
    expect(waitFor({ ...line, places: [] }, service, T)).toBe(0);
    expect(waitFor({ ...line, places: [], openCounters: 0 }, service, T)).toBeNull();
  });
});

describe('a board reloads for a newer version', () => {
  it('only while it is live, has something to show, and nobody was just called', () => {
    const calls = (seconds: number): Parameters<typeof isQuiet>[0] => ({ calls: [call('A001', 1, -seconds)] });
    expect(isQuiet(calls(120), 'live', T)).toBe(true);
    expect(isQuiet({ calls: [] }, 'live', T)).toBe(true);
    expect(isQuiet(calls(20), 'live', T)).toBe(false);
    expect(isQuiet(calls(120), 'offline', T)).toBe(false);
    expect(isQuiet(null, 'live', T)).toBe(false);
  });
});
