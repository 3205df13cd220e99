import { connectDatabase, connectRaw } from '#db/connect.ts';
import { createDashboards } from '#server/dashboard/dashboards.service.ts';
import { readPresence } from '#server/dashboard/presence.service.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { createBusPublisher } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createJobQueues } from '#shared/node/queues.ts';
import { connectRedis } from '#shared/node/redis.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createDashboardsBeside } from '#workers/relay/dashboards.ts';
import { startRelay } from '#workers/relay/relay.ts';
import { createTotals } from '#workers/relay/totals.ts';

/** The relay with its totals and dashboards, in a process of its own, as a worker has it. Ends with its parent; tells how long each round took. */
const env = (name: string): string => process.env[name] ?? '';
const [logger, redisUrl, prefix] = [silentLogger(), env('REDIS_QUEUES_URL'), env('REDIS_PREFIX')];
const redis = connectRedis(redisUrl, 'fail-fast', logger, 'relay');
const bus = createBusPublisher(redis, prefix);
const { db } = connectDatabase({ url: env('DATABASE_URL'), max: 3, applicationName: 'dashboards', prepared: true });
const presence = () => readPresence(redis, prefix);
const rounds: number[] = [];

startRelay({
  connect: () => connectRaw({ url: env('DATABASE_URL'), max: 1, applicationName: 'relay' }),
  queues: createJobQueues({ redisUrl, prefix, logger }),
  projections: [],
  project: createTotals({ timeZone: madagascar.timeZone, logger }),
  beside: createDashboardsBeside({
    dashboards: createDashboards({ db, country: madagascar, clock: () => new Date(), presence }),
    ...{ bus, logger, watched: async () => (await presence())?.dashboards ?? null },
    ensureTotals: () => Promise.resolve(),
    onProjected: (seconds, scopes) => void (scopes > 0 && rounds.push(Math.round(seconds * 1_000))),
  }),
  beforeSessionsEnd: () => Promise.resolve(),
  ...{ bus, logger, metrics: createMetrics({ process: 'relay', defaults: false }), standbyMs: 50 },
});
process.on('message', () => process.send?.({ rounds }));
process.on('disconnect', () => process.exit(0));
