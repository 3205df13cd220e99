import { sql } from 'drizzle-orm';
import { checkRole, connectDatabase, SILENT_MS } from '#db/connect.ts';
import type { QueueName } from '#shared/contracts/jobs.ts';
import { ConfigError } from '#shared/node/config.ts';
import { startHealthServer } from '#shared/node/health-server.ts';
import { createBusPublisher } from '#shared/node/live-bus.ts';
import { createLogger } from '#shared/node/logger.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createObjectStore, objectStoreOptions } from '#shared/node/object-store.ts';
import { OUTBOX_CHANNEL, createOutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { createJobQueues, workQueue } from '#shared/node/queues.ts';
import { connectRedis } from '#shared/node/redis.ts';
import { createShutdown } from '#shared/node/shutdown.ts';
import { createProgressStore } from '#server/documents/progress.service.ts';
import { createAlarmWatch } from '#server/alarms/watch.service.ts';
import { createMeasures } from './alarms/measures.ts';
import { startAlarmWatch } from './alarms/watch-loop.ts';
import { loadWorkerConfig, type WorkerRole } from './config.ts';
import type { JobDeps } from './job-deps.ts';
import { JOB_REGISTRY } from './job-registry.ts';
import { schedulePayments } from './payments/schedule.ts';
import { scheduleReminders } from './notices/schedule.ts';
import { scheduleStatements } from './reconciliation/schedule.ts';
import { scheduleReports } from './reports/schedule.ts';
import { startRelayRole } from './relay/relay-role.ts';
import { scheduleUpkeep } from './upkeep/schedule.ts';

/** How long a job under way may still run when the process stops, milliseconds. */
const GRACE_MS = 5_000;

/** A worker process: does what WORKER_ROLES says until SIGTERM. */
async function main(): Promise<void> {
  const config = loadWorkerConfig(process.env);
  const logger = createLogger({ name: config.NODE_NAME, level: config.LOG_LEVEL });
  const metrics = createMetrics({ process: config.NODE_NAME });
  const shutdown = createShutdown(logger, GRACE_MS + 10_000);
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'an unhandled rejection ends the process');
    process.exit(1);
  });

  // With an address of its own for what PgBouncer cannot do, it is PgBouncer that the other one leads to.
  const pooled = (config.DATABASE_DIRECT_URL ?? config.DATABASE_URL) !== config.DATABASE_URL;
  const database = connectDatabase({
    ...{ url: config.DATABASE_URL, max: config.DATABASE_POOL, applicationName: config.NODE_NAME, silentMs: SILENT_MS },
    ...{ pooled, prepared: !pooled, role: 'workers' },
  });
  // Its one connection is opened when something is asked on it.
  const patient = connectDatabase({
    ...{ url: config.DATABASE_URL, max: 1, applicationName: `${config.NODE_NAME}-patient` },
    ...{ pooled, prepared: !pooled, role: 'workers' },
  });
  shutdown.add('database', async () => void (await Promise.all([database.close(), patient.close()])));
  await checkRole(database.db, 'workers');
  const { db } = database;
  const redisQueues = connectRedis(config.REDIS_QUEUES_URL, 'fail-fast', logger, `${config.NODE_NAME}-queues`);
  const redisCache = connectRedis(config.REDIS_CACHE_URL, 'fail-fast', logger, `${config.NODE_NAME}-cache`);
  shutdown.add('redis', () => [redisQueues, redisCache].forEach((connection) => connection.disconnect()));
  const prefix = config.REDIS_PREFIX;
  const queues = createJobQueues({ redisUrl: config.REDIS_QUEUES_URL, prefix, logger });
  shutdown.add('queues', queues.close);
  const store = createObjectStore(objectStoreOptions(config));
  shutdown.add('object store', store.close);
  const bus = createBusPublisher(redisQueues, prefix);
  const clock = (): Date => new Date();
  const progressDeps = { redis: redisCache, bus, prefix, clock, logger };
  const deps: JobDeps = {
    config,
    db,
    patient: patient.db,
    store,
    queues,
    notifier: createOutboxNotifier({ notify: () => db.execute(sql`select pg_notify(${OUTBOX_CHANNEL}, '')`), logger }),
    progress: createProgressStore(progressDeps),
    progressDeps,
    logger,
    shutdown,
    outcomes: metrics.counter('messages_total', 'E-mails and SMS by what became of them', ['channel', 'outcome']),
    clock,
  };

  const seconds = metrics.histogram(
    'job_seconds',
    'Jobs by name and outcome',
    [0.05, 0.25, 1, 2.5, 5, 10, 20, 60],
    ['job', 'outcome'],
  );
  const onDone = (job: string, took: number, outcome: string): void => seconds.observe({ job, outcome }, took);

  async function work<Q extends QueueName>(name: Q): Promise<void> {
    const handlers = await JOB_REGISTRY[name](deps);
    // Checks, and orders, mostly wait for providers; those that end together are posted together. A report has up to 80 MB in hand.
    const concurrency =
      name === 'ocr'
        ? config.OCR_ENGINES
        : name.startsWith('payment-checks')
          ? 50
          : name === 'payments'
            ? 16
            : name === 'reports'
              ? 2
              : 4;
    const perSecond = config.PAYMENT_CHECKS_PER_SECOND;
    const worker = workQueue({
      name,
      redisUrl: config.REDIS_QUEUES_URL,
      prefix,
      logger,
      concurrency,
      perSecond,
      handlers,
      onDone,
    });
    shutdown.add(`queue ${name}`, () => worker.close(GRACE_MS));
    logger.info({ queue: name, concurrency }, 'working');
  }

  const roles: Record<WorkerRole, () => Promise<unknown>> = {
    relay: () =>
      startRelayRole({ config, db, patient: patient.db, redisQueues, redisCache, bus, queues, logger, metrics, shutdown }),
    payments: async () => {
      await Promise.all(
        (['payments', 'payment-checks', 'payment-checks-mvola', 'payment-checks-stripe', 'statements'] as const).map(work),
      );
      shutdown.add('schedule of statements', await scheduleStatements({ queues, logger }));
      shutdown.add('schedules of payments', await schedulePayments({ queues, logger }));
    },
    ocr: () => work('ocr'),
    images: () => work('images'),
    messages: async () => {
      await Promise.all([work('messages'), work('bulk-messages'), work('notices')]);
      shutdown.add('schedule of reminders', await scheduleReminders({ queues, logger }));
    },
    reports: async () => {
      await work('reports');
      shutdown.add('schedule of reports', await scheduleReports({ queues, logger }));
    },
    upkeep: async () => {
      await Promise.all([work('upkeep'), work('accounts')]);
      shutdown.add('upkeep schedule', await scheduleUpkeep({ queues, logger }));
      const watch = createAlarmWatch({ ...deps, measures: createMeasures(deps) });
      shutdown.add('watch of alarms', startAlarmWatch({ watch, logger }));
    },
  };
  for (const role of config.WORKER_ROLES) await roles[role]();

  let draining = false;
  const probes = { database: () => db.execute(sql`select 1`), redis: () => redisQueues.ping() };
  const closeHealth = await startHealthServer(
    { metrics, probes, isDraining: () => draining },
    { host: config.HTTP_HOST, port: config.HTTP_PORT },
  );
  shutdown.add('health', closeHealth);
  logger.info({ roles: config.WORKER_ROLES, http: config.HTTP_PORT }, 'ready');

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      draining = true;
      void shutdown.run(signal).then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
