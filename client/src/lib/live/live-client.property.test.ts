import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Join, Joined, LiveMessage } from '#shared/contracts/topics.ts';
import { createLiveClient, type LiveSocket } from './live-client.ts';

const TOPIC = 'payment:1';
const AT = '2026-01-01T00:00:00.000Z';

/** A node, its database and one line to it, step by step: what is sent on a line arrives in order, or the line breaks and all of it is lost. */
function modelNode(again: boolean) {
  const listeners = new Map<string, ((...args: unknown[]) => void)[]>();
  const tell = (event: string, ...args: unknown[]): void => listeners.get(event)?.forEach((listener) => listener(...args));
  let seq = 0;
  let published = 0;
  /** Rooms of this socket. */
  let joined = false;
  /** Requests that came and are not yet worked: a subscription joins first, reads later, answers after that. */
  let waiting: { name: string; held: number | null; step: 'come' | 'joined'; answer: (data: unknown) => void }[] = [];
  let sent: (() => void)[] = [];
  let refuse: (() => void)[] = [];
  const fake = {
    connected: false,
    active: true,
    io: { on: () => undefined },
    on: (event: string, listener: (...args: unknown[]) => void) =>
      void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    once: (event: string, listener: (...args: unknown[]) => void) => fake.on(event, listener),
    off: () => undefined,
    connect: () => undefined,
    disconnect: () => model.breaks('io client disconnect'),
    timeout: () => fake,
    emitWithAck: (name: string, input: Partial<Join>) =>
      new Promise((resolve, reject) => {
        refuse.push(() => reject(new Error('the line broke')));
        waiting.push({
          name,
          held: input.topics?.[0]?.[1] ?? null,
          step: 'come',
          answer: (data) => sent.push(() => resolve({ data })),
        });
      }),
  };
  const read = (held: number | null): Joined[] => [
    held === seq
      ? { topic: TOPIC, seq, unchanged: true, asOf: AT }
      : { topic: TOPIC, kind: 'state', seq, state: { seq }, asOf: AT },
  ];
  const model = {
    socket: fake as object as LiveSocket,
    get seq() {
      return seq;
    },
    get idle() {
      return fake.connected && waiting.length + sent.length === 0 && published === seq;
    },
    opens(): void {
      if (fake.connected) return;
      fake.connected = true;
      tell('connect');
    },
    breaks(reason = 'transport close'): void {
      if (!fake.connected) return;
      fake.connected = joined = false;
      const lost = refuse;
      [waiting, sent, refuse] = [[], [], []];
      lost.forEach((one) => one());
      tell('disconnect', reason);
    },
    commits: (): void => void (seq += 1),
    /** The relay tells of commits in their order, some time after. */
    publishes(): void {
      if (published === seq) return;
      published += 1;
      const number = published;
      const message: LiveMessage = {
        topic: TOPIC,
        seq: number,
        at: AT,
        ...(again ? { again: true } : { state: { seq: number } }),
      };
      if (joined) sent.push(() => tell('live', message));
    },
    /** The next step of a request: those that came later may be done first, as on a node. */
    works(which: number): void {
      const one = waiting[which % Math.max(1, waiting.length)];
      if (!one) return;
      if (one.name === 'live:join' && one.step === 'come') {
        joined = true;
        one.step = 'joined';
        return;
      }
      waiting = waiting.filter((other) => other !== one);
      if (one.name === 'live:unsubscribe') joined = false;
      one.answer(one.name === 'live:join' ? read(one.held) : null);
    },
    arrives: (): void => sent.shift()?.(),
    resyncs: (): void => void (joined && sent.push(() => tell('live:resync', { reason: 'bus_restored', withinMs: 50 }))),
  };
  return model;
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('commits' as const) },
  { weight: 4, arbitrary: fc.constant('publishes' as const) },
  { weight: 5, arbitrary: fc.nat({ max: 3 }).map((which) => ({ works: which })) },
  { weight: 5, arbitrary: fc.constant('arrives' as const) },
  { weight: 1, arbitrary: fc.constantFrom('breaks' as const, 'opens' as const, 'opens' as const, 'resyncs' as const) },
  { weight: 1, arbitrary: fc.constantFrom('wakes' as const, 'lets go' as const, 'watches again' as const) },
  { weight: 2, arbitrary: fc.constantFrom(20, 400, 1_100).map((ms) => ({ passes: ms })) },
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

// Never 30 seconds: what the question "am I behind?" finds again is not counted here.
it.each([
  ['the state comes along', false],
  ['the state is read again', true],
])(
  'shows what the database has whatever order a line, a reading and a commit come in, and never goes back (%s)',
  async (_how, again) => {
    const orders = fc.array(step, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(orders, async (steps) => {
        const node = modelNode(again);
        const client = createLiveClient({
          socket: node.socket,
          onSessionEnded: () => undefined,
          checkEveryMs: 1e9,
          answerWithinMs: 1e9,
        });
        let watch = client.watch(TOPIC, () => undefined);
        let shown = -1;
        const take = async (one: (typeof steps)[number]): Promise<void> => {
          if (one === 'wakes') client.wake();
          else if (one === 'lets go') watch.release();
          else if (one === 'watches again') {
            watch.release();
            watch = client.watch(TOPIC, () => undefined);
            shown = -1;
          } else if (typeof one === 'string') node[one]();
          else if ('works' in one) node.works(one.works);
          else await vi.advanceTimersByTimeAsync(one.passes);
          await vi.advanceTimersByTimeAsync(0);
          expect(watch.entry.seq).toBeGreaterThanOrEqual(shown);
          shown = watch.entry.seq;
        };
        node.opens();
        for (const one of steps) await take(one);
        await take('watches again');
        await take('opens');
        // Everything that is under way comes to its end, and no more.
        for (let round = 0; round < 400 && !(node.idle && watch.entry.seq === node.seq); round += 1)
          for (const one of ['publishes', { works: 0 }, 'arrives', { passes: 20 }] as const) await take(one);
        expect({ seq: watch.entry.seq, state: watch.entry.state, status: watch.entry.status }).toEqual({
          ...{ seq: node.seq, state: { seq: node.seq }, status: 'live' },
        });
        client.close();
      }),
      { numRuns: 400 },
    );
  },
);
