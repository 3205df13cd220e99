import { existsSync } from 'node:fs';
import { checkRole, connectDatabase, SILENT_MS } from '#db/connect.ts';
import { ConfigError } from '#shared/node/config.ts';
import { createLogger } from '#shared/node/logger.ts';
import { createMetrics } from '#shared/node/metrics.ts';
import { createObjectStore, objectStoreOptions, prepareWhenThere } from '#shared/node/object-store.ts';
import { connectRedis, redisAtStart } from '#shared/node/redis.ts';
import { createShutdown } from '#shared/node/shutdown.ts';
import { loadServerConfig } from './config.ts';
import { loadStaticFiles } from './http/static-files.ts';
import { startNode } from './node.ts';

/** A server node: reads its settings, opens its connections, serves until SIGTERM. */
async function main(): Promise<void> {
  const config = loadServerConfig(process.env);
  const logger = createLogger({ name: config.NODE_NAME, level: config.LOG_LEVEL });
  const metrics = createMetrics({ process: config.NODE_NAME });
  const shutdown = createShutdown(logger, config.DRAIN_SECONDS * 1000 + 10_000);
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'an unhandled rejection ends the process');
    process.exit(1);
  });

  // With an address of its own for what PgBouncer cannot do, it is PgBouncer that the other one leads to.
  const pooled = (config.DATABASE_DIRECT_URL ?? config.DATABASE_URL) !== config.DATABASE_URL;
  const database = connectDatabase({
    ...{ url: config.DATABASE_URL, max: config.DATABASE_POOL, applicationName: config.NODE_NAME, silentMs: SILENT_MS },
    ...{ pooled, prepared: !pooled, role: 'server' },
  });
  shutdown.add('database', database.close);
  await checkRole(database.db, 'server');
  const redis = {
    queues: connectRedis(config.REDIS_QUEUES_URL, 'fail-fast', logger, `${config.NODE_NAME}-queues`),
    cache: connectRedis(config.REDIS_CACHE_URL, 'fail-fast', logger, `${config.NODE_NAME}-cache`),
    bus: connectRedis(config.REDIS_QUEUES_URL, 'patient', logger, `${config.NODE_NAME}-bus`),
    adapter: connectRedis(config.REDIS_QUEUES_URL, 'patient', logger, `${config.NODE_NAME}-adapter`),
  };
  shutdown.add('redis', () => Object.values(redis).forEach((connection) => connection.disconnect()));
  // The live bus is subscribed to before anything is served: without Redis that would wait for ever, and say nothing.
  await redisAtStart([redis.bus, redis.adapter], logger);
  const store = createObjectStore(objectStoreOptions(config));
  shutdown.add('object store', store.close);
  shutdown.add('object store’s preparation', await prepareWhenThere(store, logger));

  const files = existsSync(config.CLIENT_DIR) ? await loadStaticFiles(config.CLIENT_DIR) : null;
  if (!files) logger.warn({ directory: config.CLIENT_DIR }, 'no built pages: only the API is served');
  const node = await startNode({ config, database, redis, store, files, logger, metrics });
  shutdown.add('node', node.stop);
  logger.info({ http: node.httpPort, sockets: node.socketPort }, 'ready');

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void shutdown.run(signal).then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
