import { roomOf, type Audience } from '#shared/contracts/bus.ts';
import { TOPICS, ephemeralSeq, topicOf, type Topic, type TopicName, type TopicState } from '#shared/contracts/topics.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { RedisConnection } from '#shared/node/redis.ts';

export interface ProgressDeps {
  /** The cache, fail-fast: progress is disposable. */
  redis: RedisConnection;
  bus: BusPublisher;
  prefix: string;
  clock: () => Date;
  logger: Logger;
}

/** Topics that tell how far a job is, keyed by the id of what it works on. */
export type ProgressTopic = Extract<TopicName, 'document-progress' | 'report'>;
type Progress<N extends ProgressTopic> = NonNullable<TopicState<N>>;

/** What a job says; attempt, counter and time are added here. */
export type ProgressReport<N extends ProgressTopic> = Omit<Progress<N>, 'attempt' | 'counter' | 'at'>;

/** The progress of one run. */
export interface ProgressRun<N extends ProgressTopic> {
  /** Returns at once and never fails. At most ten a second leave; of those between, the newest does, at the next moment. */
  report(progress: ProgressReport<N>): void;
  /** Sends what still waits. */
  close(): Promise<void>;
}

/** Progress of running jobs: the newest in Redis for those who come later, each published to those who watch. */
export interface ProgressStore<N extends ProgressTopic> {
  /** `attempt`: grows with each run. */
  open(id: string, attempt: number): ProgressRun<N>;
  /** The newest progress; seq 0 and null when there is none or the cache is away. */
  read(id: string): Promise<{ seq: number; state: Progress<N> | null }>;
}

/** The least time between two messages of one run, milliseconds. */
export const PROGRESS_INTERVAL_MS = 100;
const KEPT_MS = 15 * 60_000;

/** Keeps a progress unless a newer one is held: a stalled worker that wakes up must not turn the screens back. */
const KEEP_NEWEST = `
local held = tonumber(redis.call('HGET', KEYS[1], 'seq') or '-1')
if held >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'state', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

export function createProgressStore<N extends ProgressTopic>(name: N, audience: Audience, deps: ProgressDeps): ProgressStore<N> {
  const { redis, bus, logger } = deps;
  const keyOf = (id: string): string => `${deps.prefix}progress:${id}`;

  async function send(id: string, state: Progress<N>): Promise<void> {
    const topic: Topic<ProgressTopic> = topicOf<ProgressTopic>(name, id);
    const seq = ephemeralSeq(state.attempt, state.counter);
    const attempts = await Promise.allSettled([
      redis.eval(KEEP_NEWEST, 1, keyOf(id), seq, JSON.stringify(state), KEPT_MS),
      bus.publish([{ kind: 'live', room: roomOf(topic, audience), message: { topic, seq, state, at: state.at } }]),
    ]);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') logger.debug({ err: attempt.reason as unknown, id }, 'progress could not be told');
    }
  }

  return {
    open(id, attempt) {
      let counter = 0;
      let waiting: Progress<N> | null = null;
      let sentAt = -Infinity;
      let timer: NodeJS.Timeout | undefined;
      let sending: Promise<void> | null = null;
      let closed = false;

      async function sendWaiting(): Promise<void> {
        const state = waiting;
        waiting = null;
        sentAt = performance.now();
        if (state) await send(id, state);
      }
      /** One message on its way at a time: a later one must not overtake it, and while Redis is slow they are joined, not queued. */
      function schedule(): void {
        if (closed || timer || sending || !waiting) return;
        timer = setTimeout(
          () => {
            timer = undefined;
            sending = sendWaiting().finally(() => {
              sending = null;
              schedule();
            });
          },
          Math.max(0, sentAt + PROGRESS_INTERVAL_MS - performance.now()),
        );
      }
      return {
        report(progress) {
          if (closed) return;
          counter += 1;
          waiting = { ...progress, attempt, counter, at: deps.clock().toISOString() } as Progress<N>;
          schedule();
        },
        async close() {
          closed = true;
          clearTimeout(timer);
          await sending;
          await sendWaiting();
        },
      };
    },

    async read(id) {
      const nothing = { seq: 0, state: null };
      try {
        const [seq, text] = await redis.hmget(keyOf(id), 'seq', 'state');
        if (!seq || !text) return nothing;
        const state = TOPICS[name].state.safeParse(JSON.parse(text));
        return state.success ? { seq: Number(seq), state: state.data as Progress<N> | null } : nothing;
      } catch (error) {
        // The next message tells what the cache cannot.
        logger.debug({ err: error, id }, 'progress could not be read');
        return nothing;
      }
    },
  };
}
