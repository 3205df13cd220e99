import type { Redis } from 'ioredis';
import { roomOf } from '#shared/contracts/bus.ts';
import { ReadingProgress } from '#shared/contracts/documents.ts';
import { ephemeralSeq, topicOf } from '#shared/contracts/topics.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';

export interface ProgressDeps {
  /** The cache, fail-fast: progress is disposable. */
  redis: Redis;
  bus: BusPublisher;
  prefix: string;
  clock: () => Date;
  logger: Logger;
}

/** What the reader says; attempt, counter and time are added here. */
export type ProgressReport = Omit<ReadingProgress, 'attempt' | 'counter' | 'at'>;

/** The progress of one reading. */
export interface ProgressRun {
  /** Returns at once and never fails. At most ten a second leave; of those between, the newest does, at the next moment. */
  report(progress: ProgressReport): void;
  /** Sends what still waits. */
  close(): Promise<void>;
}

/** Progress of running readings: the newest in Redis for those who come later, each published to those who watch. */
export interface ProgressStore {
  /** `attempt` is the ticket's token. */
  open(documentId: string, attempt: number): ProgressRun;
  /** The newest progress; seq 0 and null when there is none or the cache is away. */
  read(documentId: string): Promise<{ seq: number; state: ReadingProgress | null }>;
}

/** The least time between two messages of one reading, milliseconds. */
export const PROGRESS_INTERVAL_MS = 100;
const KEPT_MS = 15 * 60_000;

/** Keeps a progress unless a newer one is held: a stalled worker that wakes up must not turn the screens back. */
const KEEP_NEWEST = `
local held = tonumber(redis.call('HGET', KEYS[1], 'seq') or '-1')
if held >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'state', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

export function createProgressStore(deps: ProgressDeps): ProgressStore {
  const { redis, bus, logger } = deps;
  const keyOf = (documentId: string): string => `${deps.prefix}progress:${documentId}`;

  async function send(documentId: string, state: ReadingProgress): Promise<void> {
    const topic = topicOf('document-progress', documentId);
    const seq = ephemeralSeq(state.attempt, state.counter);
    const attempts = await Promise.allSettled([
      redis.eval(KEEP_NEWEST, 1, keyOf(documentId), seq, JSON.stringify(state), KEPT_MS),
      bus.publish([{ kind: 'live', room: roomOf(topic, 'owner'), message: { topic, seq, state, at: state.at } }]),
    ]);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected')
        logger.debug({ err: attempt.reason as unknown, documentId }, 'progress could not be told');
    }
  }

  return {
    open(documentId, attempt) {
      let counter = 0;
      let waiting: ReadingProgress | null = null;
      let sentAt = -Infinity;
      let timer: NodeJS.Timeout | undefined;
      let sending: Promise<void> | null = null;
      let closed = false;

      async function sendWaiting(): Promise<void> {
        const state = waiting;
        waiting = null;
        sentAt = performance.now();
        if (state) await send(documentId, state);
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
          waiting = { ...progress, attempt, counter, at: deps.clock().toISOString() };
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

    async read(documentId) {
      const nothing = { seq: 0, state: null };
      try {
        const [seq, text] = await redis.hmget(keyOf(documentId), 'seq', 'state');
        if (!seq || !text) return nothing;
        const state = ReadingProgress.safeParse(JSON.parse(text));
        return state.success ? { seq: Number(seq), state: state.data } : nothing;
      } catch (error) {
        // The next message tells what the cache cannot.
        logger.debug({ err: error, documentId }, 'progress could not be read');
        return nothing;
      }
    },
  };
}
