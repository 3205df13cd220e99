import { connectRaw, type Db } from '#db/connect.ts';
import type { EventName } from '#shared/contracts/events.ts';
import { topicOf } from '#shared/contracts/topics.ts';
import type { BusPublisher } from '#shared/node/live-bus.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import type { JobQueues } from '#shared/node/queues.ts';
import type { RedisConnection } from '#shared/node/redis.ts';
import type { Shutdown } from '#shared/node/shutdown.ts';
import { areTotalsOf, lastDifferences, rebuildTotals, refreshStats } from '#db/collection-totals.repository.ts';
import { countryOf, type CountryCode } from '#shared/domain/countries/countries.ts';
import { createDashboards } from '#server/dashboard/dashboards.service.ts';
import { readPresence } from '#server/dashboard/presence.service.ts';
import { projectReadingQueue } from '#server/documents/reading-queue.service.ts';
import { createSessionCache } from '#server/identity/session-cache.service.ts';
import type { WorkerConfig } from '../config.ts';
import { createDashboardsBeside } from './dashboards.ts';
import type { Projection } from './projector.ts';
import { startRelay, type Relay } from './relay.ts';
import { createTotals } from './totals.ts';

/** After these, another number waits, or is first, or a reading took another time. */
const MOVES_THE_QUEUE: ReadonlySet<EventName> = new Set<EventName>([
  'document.submitted',
  'document.resubmitted',
  'document.reading_started',
  'document.read',
  'document.needs_photo',
  'document.failed',
  'document.discarded',
]);

const SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1];

/**
 * A leader asks its database something four times a second: a line that says nothing for so long is dead, and the relay opens another.
 * Shorter than what the database takes to give the lead away (relay.ts). The line that only listens is opened again when nothing is to be heard.
 */
const RELAY_SILENT_MS = 10_000;

export interface RelayRoleDeps {
  config: WorkerConfig;
  db: Db;
  /** For statements that go through all payments, and take their time without a word. */
  patient: Db;
  redisQueues: RedisConnection;
  redisCache: RedisConnection;
  bus: BusPublisher;
  queues: JobQueues;
  logger: Logger;
  metrics: Metrics;
  shutdown: Shutdown;
}

/** The relay with what it has to know of the features: their projections, and what the end of a session means. */
export async function startRelayRole(deps: RelayRoleDeps): Promise<Relay> {
  const { config, db, patient, logger } = deps;
  const url = config.DATABASE_DIRECT_URL ?? config.DATABASE_URL;
  const sessions = createSessionCache({ queues: deps.redisQueues, cache: deps.redisCache, prefix: config.REDIS_PREFIX, logger });
  const readingQueue: Projection = {
    topic: topicOf('reading-queue'),
    audience: 'public',
    concerns: (event) => MOVES_THE_QUEUE.has(event),
    everyMs: 250,
    project: () => db.transaction(projectReadingQueue),
  };
  const country = countryOf(config.COUNTRY.toUpperCase() as CountryCode);
  const { timeZone } = country;
  const presence = () => readPresence(deps.redisQueues, config.REDIS_PREFIX);
  const projected = deps.metrics.histogram(
    'dashboards_seconds',
    'From the look at what moved until dashboards were told',
    SECONDS,
  );
  const differing = deps.metrics.gauge(
    'totals_differing',
    'Totals of dashboards that differed from the payments when they were compared last',
  );
  Object.assign(differing, { collect: async () => differing.set(await lastDifferences(db).catch(() => NaN)) });
  const relay = startRelay({
    // Prepared, since no PgBouncer is between: a statement is then one trip and planned once, not two trips and planned for each batch.
    connect: () =>
      connectRaw({
        ...{ url, max: 1, applicationName: `${config.NODE_NAME}-relay`, role: 'workers' },
        ...{ prepared: true, silentMs: RELAY_SILENT_MS },
      }),
    bus: deps.bus,
    queues: deps.queues,
    projections: [readingQueue],
    project: createTotals({ timeZone, logger }),
    beside: createDashboardsBeside({
      dashboards: createDashboards({ db, country, clock: () => new Date(), presence }),
      ...{ bus: deps.bus, logger, watched: async () => (await presence())?.dashboards ?? null },
      async ensureTotals() {
        if (await areTotalsOf(db, timeZone)) return;
        logger.info({ timeZone }, 'totals are computed from the payments');
        await rebuildTotals(patient, timeZone, new Date());
        await refreshStats(patient, new Date());
      },
      onProjected: (seconds) => projected.observe(seconds),
    }),
    beforeSessionsEnd: (ids) => sessions.tombstone(...ids),
    logger,
    metrics: deps.metrics,
  });
  deps.shutdown.add('relay', relay.stop);
  return relay;
}
