import { connectRaw } from '#db/connect.ts';
import { createBusPublisher } from '#shared/node/live-bus.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createJobQueues } from '#shared/node/queues.ts';
import { connectRedis } from '#shared/node/redis.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { madagascar } from '#shared/domain/countries/madagascar.ts';
import { startRelay } from '../relay.ts';
import { createTotals } from '../totals.ts';

/**
 * A relay in a process of its own, for the tests that kill it. `DIE_AT` (`before-publish:emit`, `after-publish:enqueue`, …) makes it
 * kill itself with SIGKILL at that place, at the `DIE_ON`-th pass.
 */
const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const logger = silentLogger();
const redisUrl = env('REDIS_QUEUES_URL');
const prefix = env('REDIS_PREFIX');
let passes = 0;

startRelay({
  connect: () => connectRaw({ url: env('DATABASE_URL'), max: 1, applicationName: 'relay-under-test', prepared: true }),
  bus: createBusPublisher(connectRedis(redisUrl, 'fail-fast', logger, 'bus'), prefix),
  queues: createJobQueues({ redisUrl, prefix, logger }),
  projections: [],
  project: createTotals({ timeZone: madagascar.timeZone, logger }),
  beforeSessionsEnd: () => Promise.resolve(),
  logger,
  metrics: createMetrics({ process: 'relay', defaults: false }),
  standbyMs: 50,
  ...(process.env['FROZEN_MS'] ? { frozenMs: Number(process.env['FROZEN_MS']) } : {}),
  onStage(stage, duty) {
    if (process.env['DIE_AT'] !== `${stage}:${duty}`) return;
    passes += 1;
    if (passes === Number(process.env['DIE_ON'] ?? 1)) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('disconnect', () => process.exit(0));
