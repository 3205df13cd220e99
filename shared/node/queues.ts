import { randomBytes } from 'node:crypto';
import {
  DelayedError,
  Queue,
  RateLimitError,
  Worker,
  UnrecoverableError,
  type ConnectionOptions,
  type JobsOptions,
} from 'bullmq';
import {
  JOBS,
  QUEUES,
  queueOf,
  type JobName,
  type JobOrder,
  type JobPayload,
  type QueueClass,
  type QueueName,
} from '#shared/contracts/jobs.ts';
import type { Logger } from './logger.ts';
import { clusterAddress, connectCluster } from './redis.ts';

export { UnrecoverableError };

/** A job to enqueue. `id` makes enqueuing twice harmless while the first is remembered; no colon, never digits only. */
export interface IdentifiedJob {
  id: string;
  job: JobOrder;
}

export interface JobQueues {
  /** Enqueues jobs of several queues; rejects when Redis is away. */
  add(jobs: readonly IdentifiedJob[]): Promise<void>;
  /** Jobs waiting, active, delayed and failed of each queue. */
  counts(): Promise<Record<QueueName, Record<string, number>>>;
  queue(name: QueueName): Queue;
  close(): Promise<void>;
}

/** BullMQ takes the prefix without its last colon. In a cluster the keys of one queue must be of one slot: the braces say which. */
const bullPrefix = (prefix: string, clustered: boolean, queue: QueueName): string => {
  const plain = `${prefix.replace(/:$/, '')}-jobs`;
  return clustered ? `{${plain}:${queue}}` : plain;
};

/** The producing end of all queues. Fails fast: who enqueues (the relay, the sweeper) keeps the order and tries again. */
export function createJobQueues(deps: { redisUrl: string; prefix: string; logger: Logger }): JobQueues {
  // A line that is dead without a word is replaced (redis.ts).
  const options = { maxRetriesPerRequest: 1, commandTimeout: 2_000, socketTimeout: 5_000 };
  const address = clusterAddress(deps.redisUrl);
  const cluster = address && connectCluster(address, { ...options, failFast: true });
  cluster?.on('error', (error: Error) => deps.logger.debug({ err: error }, 'connection of the queues'));
  const connection: ConnectionOptions = cluster ?? { url: deps.redisUrl, enableOfflineQueue: false, ...options };
  const queues = new Map<QueueName, Queue>();
  for (const name of Object.keys(QUEUES) as QueueName[]) {
    const prefix = bullPrefix(deps.prefix, cluster !== null, name);
    const queue = new Queue(name, { connection, prefix, skipVersionCheck: true });
    queue.on('error', (error) => deps.logger.debug({ err: error, queue: name }, 'queue connection'));
    queues.set(name, queue);
  }
  const named = (name: QueueName): Queue => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`no queue ${name}`);
    return queue;
  };
  return {
    async add(jobs) {
      const byQueue = new Map<QueueName, IdentifiedJob[]>();
      for (const entry of jobs) {
        const queue = queueOf(entry.job);
        const group = byQueue.get(queue);
        if (group) group.push(entry);
        else byQueue.set(queue, [entry]);
      }
      await Promise.all(
        [...byQueue].map(([name, group]) =>
          named(name).addBulk(
            group.map(({ id, job }) => ({ name: job.name, data: job.payload, opts: jobOptions(job.name, id) })),
          ),
        ),
      );
    },
    async counts() {
      const entries = await Promise.all(
        [...queues].map(
          async ([name, queue]) => [name, await queue.getJobCounts('waiting', 'active', 'delayed', 'failed')] as const,
        ),
      );
      return Object.fromEntries(entries) as Record<QueueName, Record<string, number>>;
    },
    queue: named,
    close: async () => {
      // A line that is dead does not take leave: it is cut.
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => queue.disconnect())));
      cluster?.disconnect();
    },
  };
}

function jobOptions(name: JobName, id: string): JobsOptions {
  const { attempts, backoffMs } = JOBS[name];
  return {
    jobId: id,
    attempts,
    ...(backoffMs > 0 ? { backoff: { type: 'exponential', delay: backoffMs } } : {}),
    // Kept for a while so that the same outbox row enqueued again finds its id taken.
    removeOnComplete: { age: 24 * 3600, count: 10_000 },
    removeOnFail: { age: 7 * 24 * 3600, count: 10_000 },
  };
}

export interface JobContext {
  jobId: string;
  /** 1 at the first try. */
  attempt: number;
  logger: Logger;
  /** Aborted when the process shuts down. */
  signal: AbortSignal;
}
export type JobHandlers<Q extends QueueName = QueueName> = {
  [J in JobName as (typeof JOBS)[J]['queue'] extends Q ? J : never]: (
    payload: JobPayload<J>,
    context: JobContext,
  ) => Promise<void>;
};

/**
 * A worker waits for work with a command that Redis answers after ten seconds at most; a line that is silent for longer is dead and is
 * replaced, milliseconds.
 */
const WORKER_SILENT_MS = 20_000;

export interface QueueWorker {
  /** Finishes what runs (up to `graceMs`), takes nothing new. */
  close(graceMs: number): Promise<void>;
}

/**
 * Works a queue. A job whose worker died is given to another after `lockMs` and counts as stalled, at most twice.
 * Payloads that do not fit their schema fail for good.
 */
export function workQueue<Q extends QueueName>(deps: {
  name: Q;
  redisUrl: string;
  prefix: string;
  logger: Logger;
  concurrency: number;
  handlers: JobHandlers<Q>;
  /** Instead of the queue's own pace, over all processes. */
  perSecond?: number;
  lockMs?: number;
  onDone?: (name: string, seconds: number, outcome: 'done' | 'failed') => void;
}): QueueWorker {
  const lockMs = deps.lockMs ?? 15_000;
  const abort = new AbortController();
  type AnyHandler = (payload: unknown, context: JobContext) => Promise<void>;
  const handlers = deps.handlers as Readonly<Record<string, AnyHandler | undefined>>;
  const own: { class: QueueClass; perSecond?: number } = QUEUES[deps.name];
  const perSecond = own.perSecond && (deps.perSecond ?? own.perSecond);
  const lasting = { maxRetriesPerRequest: null, socketTimeout: WORKER_SILENT_MS };
  const address = clusterAddress(deps.redisUrl);
  // BullMQ makes the line that waits for work from this one; it ends neither.
  const cluster = address && connectCluster(address, { ...lasting, failFast: false });
  cluster?.on('error', (error: Error) => deps.logger.debug({ err: error, queue: deps.name }, 'connection of a queue'));
  const worker = new Worker(
    deps.name,
    async (job) => {
      const started = performance.now();
      const logger = deps.logger.child({ job: job.name, jobId: job.id, attempt: job.attemptsMade + 1 });
      const handler = handlers[job.name];
      if (!handler || !Object.hasOwn(JOBS, job.name)) throw new UnrecoverableError(`no handler for the job ${job.name}`);
      const parsed = JOBS[job.name as JobName].payload.safeParse(job.data);
      if (!parsed.success)
        throw new UnrecoverableError(`the payload of ${job.name} does not fit: ${pathsOf(parsed.error.issues)}`);
      let outcome: 'done' | 'failed' = 'failed';
      try {
        await handler(parsed.data, { jobId: job.id ?? '', attempt: job.attemptsMade + 1, logger, signal: abort.signal });
        outcome = 'done';
      } catch (error) {
        throw tellNothing(error, logger);
      } finally {
        deps.onDone?.(job.name, (performance.now() - started) / 1000, outcome);
      }
    },
    {
      connection: cluster ?? { url: deps.redisUrl, ...lasting },
      prefix: bullPrefix(deps.prefix, cluster !== null, deps.name),
      concurrency: deps.concurrency,
      ...(perSecond === undefined ? {} : { limiter: { max: perSecond, duration: 1_000 } }),
      lockDuration: lockMs,
      stalledInterval: Math.max(1_000, Math.floor(lockMs / 3)),
      maxStalledCount: 2,
      skipVersionCheck: true,
    },
  );
  worker.on('error', (error) => deps.logger.warn({ err: error, queue: deps.name }, 'queue worker'));
  worker.on('failed', (job, error) =>
    deps.logger.error({ why: error.message, job: job?.name, jobId: job?.id, made: job?.attemptsMade }, 'job failed'),
  );
  worker.on('stalled', (jobId) => deps.logger.warn({ jobId, queue: deps.name }, 'job stalled, given out again'));
  return {
    async close(graceMs) {
      const timer = setTimeout(() => abort.abort(), graceMs);
      await worker.close();
      cluster?.disconnect();
      clearTimeout(timer);
    },
  };
}

/** Where a payload does not fit; not what stands there. */
const pathsOf = (issues: readonly { code: string; path: PropertyKey[] }[]): string =>
  issues.map(({ code, path }) => `${path.join('.')} ${code}`).join(', ');

/**
 * What the queue keeps of a failure, for a week: an incident code and the kind of error. The error itself, which may hold what a statement
 * was given, is in the log alone, where it is masked. What steers the queue itself passes.
 */
function tellNothing(error: unknown, logger: Logger): unknown {
  if (error instanceof DelayedError || error instanceof RateLimitError) return error;
  const incident = randomBytes(5).toString('hex');
  logger.error({ err: error, incident }, 'a job failed');
  const text = `${error instanceof Error ? error.constructor.name : typeof error}, incident ${incident}`;
  const told = error instanceof UnrecoverableError ? new UnrecoverableError(text) : new Error(text);
  told.stack = text;
  return told;
}
