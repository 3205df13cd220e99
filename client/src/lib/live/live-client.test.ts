import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Join, LiveSnapshot } from '#shared/contracts/topics.ts';
import { createLiveClient, type LiveClient, type LiveSocket } from './live-client.ts';

/** The line, replaced: what the client asks is kept, what the server says is told by the test. */
function fakeLine() {
  const listeners = new Map<string, ((...args: unknown[]) => void)[]>();
  const asked: { name: string; input: unknown }[] = [];
  const answers = new Map<string, unknown>();
  const fake = {
    connected: false,
    active: true,
    io: {
      on: (event: string, listener: (...args: unknown[]) => void) => fake.on(`io:${event}`, listener),
      timeout: vi.fn<(ms: number) => void>(),
    },
    on: (event: string, listener: (...args: unknown[]) => void) =>
      void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    once: (event: string, listener: (...args: unknown[]) => void) => fake.on(event, listener),
    off: () => undefined,
    connect: vi.fn(),
    disconnect: vi.fn(),
    timeout: () => fake,
    emitWithAck: async (name: string, input: unknown) => {
      asked.push({ name, input });
      return name === 'live:join' ? joined(input as Join) : (answers.get(name) ?? { data: null });
    },
  };
  /** Of each topic the same; of one that is held with that number, that it is unchanged. */
  const joined = ({ topics }: Join): unknown => {
    const answer = answers.get('live:join') as Partial<{ data: LiveSnapshot; error: unknown }>;
    const of = ([topic, held]: Join['topics'][number]): unknown => {
      if (!answer.data) return { topic, error: answer.error };
      const { seq, asOf } = answer.data;
      return held === seq ? { topic, seq, unchanged: true, asOf } : { ...answer.data, topic };
    };
    return { data: topics.map(of) };
  };
  const tell = (event: string, ...args: unknown[]): void => listeners.get(event)?.forEach((listener) => listener(...args));
  return {
    socket: fake as object as LiveSocket,
    fake,
    asked,
    answers,
    tell,
    up(): void {
      fake.connected = true;
      tell('connect');
    },
    down(reason: string): void {
      fake.connected = false;
      tell('disconnect', reason);
    },
  };
}

const snapshot = (seq: number): { data: LiveSnapshot } => ({
  data: { topic: 'reading-queue', kind: 'state', seq, state: { seq }, asOf: '2026-01-01T00:00:00.000Z' },
});

let line: ReturnType<typeof fakeLine>;
let client: LiveClient;
let ended: string[];
const subscriptions = (): number => line.asked.filter(({ name }) => name === 'live:join').length;

beforeEach(() => {
  vi.useFakeTimers();
  line = fakeLine();
  ended = [];
  client = createLiveClient({ socket: line.socket, onSessionEnded: (why) => ended.push(why), checkEveryMs: 30_000 });
  line.answers.set('live:join', snapshot(1));
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe('a live client', () => {
  it('reads a topic when the line is there, again after every reconnect, and says how the line is', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    expect([client.status, entry.status, subscriptions()]).toEqual(['connecting', 'loading', 0]);
    line.up();
    await vi.waitFor(() => expect(entry.status).toBe('live'));
    line.down('transport close');
    expect([client.status, entry.status, entry.seq]).toEqual(['offline', 'stale', 1]);
    line.answers.set('live:join', snapshot(4));
    line.up();
    await vi.waitFor(() => expect(entry.seq).toBe(4));
    expect(client.status).toBe('live');
  });

  it('asks for all its topics in one question, and for no state that it holds and nothing happened to, for some minutes', async () => {
    const [first, second] = [client.watch('reading-queue', () => undefined), client.watch('channels', () => undefined)];
    line.up();
    await vi.waitFor(() => expect(second.entry.status).toBe('live'));
    const joins = (): unknown[] =>
      line.asked.filter(({ name }) => name === 'live:join').map(({ input }) => (input as Join).topics);
    const topics = (seq: number | null) => [
      ['reading-queue', seq],
      ['channels', seq],
    ];
    expect(joins()).toEqual([topics(null)]);
    line.down('transport close');
    expect(first.entry.status).toBe('stale');
    line.up();
    await vi.waitFor(() => expect(first.entry.status).toBe('live'));
    expect(joins().at(-1)).toEqual(topics(1));
    expect(first.entry.state).toEqual({ seq: 1 });
    await vi.advanceTimersByTimeAsync(601_000);
    line.down('transport close');
    line.up();
    await vi.waitFor(() => expect(first.entry.status).toBe('live'));
    expect(joins().at(-1)).toEqual(topics(null));
  });

  it('asks again for what could not be answered in that moment', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    line.answers.set('live:join', { error: { code: 'UNAVAILABLE' } });
    line.up();
    await vi.advanceTimersByTimeAsync(100);
    expect(entry.status).toBe('loading');
    line.answers.set('live:join', snapshot(3));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(entry).toMatchObject({ status: 'live', seq: 3 });
  });

  it('asks whether it is behind a second after a deed of its own that nothing was told of, and only then', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    line.up();
    await vi.waitFor(() => expect(entry.status).toBe('live'));
    const checks = (): number => line.asked.filter(({ name }) => name === 'live:check').length;
    line.answers.set('live:check', { data: { behind: ['reading-queue'], asOf: '2026-01-01T00:01:00.000Z' } });
    line.answers.set('live:join', snapshot(2));
    await client.command('ticket:call-next', {});
    await vi.advanceTimersByTimeAsync(1_000);
    expect([checks(), entry.seq]).toEqual([1, 2]);
    await client.command('ticket:call-next', {});
    line.tell('live', { topic: 'reading-queue', seq: 3, state: { seq: 3 }, at: '2026-01-01T00:00:00.000Z' });
    await client.command('search:find', { query: '1234' });
    await vi.advanceTimersByTimeAsync(2_000);
    expect([checks(), entry.seq]).toEqual([1, 3]);
  });

  it('gives a try to connect little time at first and more each time: over a dead way it is another try that helps', () => {
    line.up();
    line.down('transport close');
    for (const attempt of [1, 2, 3, 4]) line.tell('io:reconnect_attempt', attempt);
    expect(line.fake.io.timeout.mock.calls.map(([ms]) => ms)).toEqual([4_000, 8_000, 20_000, 20_000]);
  });

  it('reads at once what is told of but not sent along, and then not more often than it should, to the last', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    line.up();
    await vi.waitFor(() => expect(entry.seq).toBe(1));
    await vi.advanceTimersByTimeAsync(1_000);
    const before = subscriptions();
    for (let seq = 2; seq <= 60; seq += 1) {
      line.answers.set('live:join', snapshot(seq));
      line.tell('live', { topic: 'reading-queue', seq, again: true, at: '2026-01-01T00:00:00.000Z' });
      await vi.advanceTimersByTimeAsync(10);
      if (seq === 2) expect(entry.seq).toBe(2);
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(entry.seq).toBe(60);
    expect(subscriptions() - before).toBeLessThanOrEqual(4);
  });

  it('reads again when it was told of something newer while it read for the first time', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    line.up();
    line.tell('live', { topic: 'reading-queue', seq: 7, again: true, at: '2026-01-01T00:00:00.000Z' });
    line.answers.set('live:join', snapshot(7));
    await vi.advanceTimersByTimeAsync(400);
    expect(entry).toMatchObject({ seq: 7, needsSnapshot: false });
  });

  it('asks every so often whether it is behind, and reads what is', async () => {
    const { entry } = client.watch('reading-queue', () => undefined);
    line.up();
    await vi.waitFor(() => expect(entry.seq).toBe(1));
    line.answers.set('live:check', { data: { behind: ['reading-queue'], asOf: '2026-01-01T00:01:00.000Z' } });
    line.answers.set('live:join', snapshot(2));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(line.asked).toContainEqual({ name: 'live:check', input: { held: [['reading-queue', 1]] } });
    expect(entry.seq).toBe(2);
  });

  it('reads everything again at a resync order, and moves at a draining notice', async () => {
    client.watch('reading-queue', () => undefined);
    line.up();
    await vi.advanceTimersByTimeAsync(0);
    line.tell('live:resync', { reason: 'bus_restored', withinMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(subscriptions()).toBe(2);
    line.tell('node:draining', { withinMs: 1_000 });
    const before = line.fake.connect.mock.calls.length;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.fake.disconnect).toHaveBeenCalled();
    expect(line.fake.connect.mock.calls.length).toBe(before + 1);
  });

  it('moves only when what was asked is answered; what is asked meanwhile goes to the new node', async () => {
    line.up();
    let answer: (given: unknown) => void = () => undefined;
    line.answers.set('vehicle:x', new Promise((resolve) => (answer = resolve)));
    const command = client.command as (name: string, input: unknown) => Promise<unknown>;
    const first = command('vehicle:x', 1);
    await vi.advanceTimersByTimeAsync(0);
    line.tell('node:draining', { withinMs: 100 });
    await vi.advanceTimersByTimeAsync(200);
    expect(line.fake.disconnect).not.toHaveBeenCalled();
    const second = command('vehicle:y', 2);
    await vi.advanceTimersByTimeAsync(100);
    expect(line.asked.map(({ name }) => name)).not.toContain('vehicle:y');
    answer({ data: 'done' });
    await expect(first).resolves.toBe('done');
    await vi.advanceTimersByTimeAsync(50);
    expect(line.fake.disconnect).toHaveBeenCalledTimes(1);
    line.down('io client disconnect');
    expect(client.status).toBe('connecting');
    line.up();
    await expect(second).resolves.toBeNull();
    expect(client.status).toBe('live');
  });

  it('leaves a node that goes away also when an answer never comes', async () => {
    line.up();
    line.answers.set('vehicle:x', new Promise(() => undefined));
    void (client.command as (name: string, input: unknown) => Promise<unknown>)('vehicle:x', 1);
    await vi.advanceTimersByTimeAsync(0);
    line.tell('node:draining', { withinMs: 100 });
    await vi.advanceTimersByTimeAsync(5_200);
    expect(line.fake.disconnect).toHaveBeenCalledTimes(1);
  });

  it('comes back by itself after a server’s farewell, and at once when it is woken in the middle of a back-off', async () => {
    line.up();
    const before = line.fake.connect.mock.calls.length;
    line.down('io server disconnect');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.fake.connect.mock.calls.length).toBe(before + 1);
    client.wake();
    expect(line.fake.disconnect).toHaveBeenCalled();
    expect(line.fake.connect.mock.calls.length).toBe(before + 2);
  });

  it('comes back soon when a node refuses for a moment, and later each time, ten seconds at most', async () => {
    line.fake.active = false;
    const tries = (): number => line.fake.connect.mock.calls.length;
    const refused = (): void => line.tell('connect_error', Object.assign(new Error('away'), { data: { code: 'UNAVAILABLE' } }));
    const before = tries();
    refused();
    await vi.advanceTimersByTimeAsync(500);
    expect(tries()).toBe(before + 1);
    for (let round = 0; round < 8; round += 1) {
      refused();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(tries()).toBe(before + 9);
    refused();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(tries()).toBe(before + 9);
    line.up();
    line.down('transport close');
    refused();
    await vi.advanceTimersByTimeAsync(500);
    expect(tries()).toBeGreaterThan(before + 9);
  });

  it('ends with the session, and tries no more', async () => {
    line.up();
    line.tell('session:ended', { why: 'revoked' });
    line.down('io server disconnect');
    const before = line.fake.connect.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    client.wake();
    expect(ended).toEqual(['revoked']);
    expect(line.fake.connect.mock.calls.length).toBe(before);
  });

  it('is refused a topic without asking for ever, and stops watching what nobody looks at', async () => {
    line.answers.set('live:join', { error: { code: 'TOPIC_FORBIDDEN' } });
    const { entry, release } = client.watch('document:x', () => undefined);
    line.up();
    await vi.waitFor(() => expect(entry).toMatchObject({ status: 'error', error: { code: 'TOPIC_FORBIDDEN' } }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(subscriptions()).toBe(1);
    release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.asked.at(-1)).toEqual({ name: 'live:unsubscribe', input: { topic: 'document:x' } });
  });
});
