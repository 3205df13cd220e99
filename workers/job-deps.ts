import type { Db } from '#db/connect.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Counter } from '#shared/node/metrics.ts';
import type { ObjectStore } from '#shared/node/object-store.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import type { Shutdown } from '#shared/node/shutdown.ts';
import type { ProgressStore } from '#server/documents/progress.service.ts';
import type { ProgressDeps } from '#server/live/progress.service.ts';
import type { WorkerConfig } from './config.ts';

/** What a process of workers has for those who do its jobs. */
export interface JobDeps {
  config: WorkerConfig;
  db: Db;
  /** One connection, for statements that go through all payments and take their time without a word. */
  patient: Db;
  store: ObjectStore;
  queues: JobQueues;
  notifier: OutboxNotifier;
  progress: ProgressStore;
  /** For the progress of other jobs. */
  progressDeps: ProgressDeps;
  logger: Logger;
  shutdown: Shutdown;
  /** What became of e-mails and SMS. */
  outcomes: Counter<'channel' | 'outcome'>;
  clock: () => Date;
}
