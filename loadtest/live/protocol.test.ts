import fc from 'fast-check';
import { Manager } from 'socket.io-client';
import { describe, expect, it, vi } from 'vitest';
import { RECONNECTION } from '#shared/contracts/reconnection.ts';
import { backOffMs } from './back-off.ts';
import { digestOf } from './digest.ts';
import { eventPacket, readPacket } from './packets.ts';
import { addTallies, note, percentiles, type Tally } from './tally.ts';

describe('packets', () => {
  it.each([
    ['0{"sid":"a"}', { kind: 'open', data: { sid: 'a' } }],
    ['1', { kind: 'close' }],
    ['2', { kind: 'ping' }],
    ['40{"sid":"b"}', { kind: 'connected', data: { sid: 'b' } }],
    ['41', { kind: 'disconnected' }],
    ['42["live",{"seq":1}]', { kind: 'event', data: ['live', { seq: 1 }] }],
    ['4317[{"data":{"a":[1]}}]', { kind: 'ack', id: 17, data: { data: { a: [1] } } }],
    [
      '44{"message":"x","data":{"code":"UNAUTHENTICATED"}}',
      { kind: 'connect_error', data: { message: 'x', data: { code: 'UNAUTHENTICATED' } } },
    ],
  ])('%s', (text, packet) => expect(readPacket(text)).toEqual(packet));

  it.each(['', '9', '4', '42', '42[', '43[1]', '43x[1]', '0', '45-["binary"]'])('what is none: %j', (text) =>
    expect(readPacket(text)).toEqual({ kind: 'unknown' }),
  );

  it('whatever comes is read without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void readPacket(`4${text}`)));
  });

  it('an event asks for an answer when it has an id', () => {
    expect(eventPacket('live:check', { held: [] }, 3)).toBe('423["live:check",{"held":[]}]');
    expect(eventPacket('a', null)).toBe('42["a",null]');
  });
});

it('waits as the page’s socket.io-client does, before every try', () => {
  const manager = new Manager('http://127.0.0.1:1', { autoConnect: false, ...RECONNECTION }) as unknown as {
    backoff: { duration(): number; reset(): void };
  };
  for (const draw of [0, 0.05, 0.19, 0.5, 0.77, 0.999]) {
    vi.spyOn(Math, 'random').mockReturnValue(draw);
    manager.backoff.reset();
    for (let attempt = 0; attempt < 6; attempt += 1) expect(Math.trunc(backOffMs(attempt))).toBe(manager.backoff.duration());
  }
});

describe('tallies', () => {
  it('know percentiles exactly, added up or not', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1 }), fc.array(fc.nat(500)), (some, others) => {
        const tallies = [some, others].map((list) => list.reduce<Tally>((tally, ms) => (note(tally, ms), tally), {}));
        const sorted = [...some, ...others].sort((a, b) => a - b);
        const found = percentiles(addTallies(tallies));
        expect(found).toMatchObject({
          count: sorted.length,
          max: sorted.at(-1),
          p50: sorted[Math.ceil(sorted.length * 0.5) - 1],
          p99: sorted[Math.ceil(sorted.length * 0.99) - 1],
        });
      }),
    );
  });
  it('of nothing', () => expect(percentiles({})).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 }));
});

it('a digest does not mind the order of keys, and minds everything else', () => {
  expect(digestOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(digestOf({ b: { d: null, c: [1, 2] }, a: 1, x: undefined }));
  for (const other of [{ a: 1 }, { a: 1, b: { c: [2, 1], d: null } }, { a: '1', b: { c: [1, 2], d: null } }, null]) {
    expect(digestOf(other)).not.toBe(digestOf({ a: 1, b: { c: [1, 2], d: null } }));
  }
});
