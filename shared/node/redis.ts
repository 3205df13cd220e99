import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.ts';

/**
 * How a connection behaves while Redis is away.
 *   fail-fast  a command fails at once (publishers, limits, caches: their callers know what to do without)
 *   patient    commands wait until it is back (BullMQ workers, subscribers)
 */
export type RedisManner = 'fail-fast' | 'patient';

/**
 * A connection on which a command is not answered for so long is replaced, milliseconds: when a host vanishes, or something between
 * forgets the connection, nobody says so, and TCP alone notices after a quarter of an hour.
 */
const SILENT_MS = 5_000;

/** One server, or a cluster of them: commands are the same, but those with several keys, which must be of one slot in a cluster. */
export type RedisConnection = Redis | Cluster;

/**
 * Addresses of a cluster: `redis-cluster://:password@host:port,host:port` (`rediss-cluster:` with TLS), some of its servers are enough; the
 * others are asked of them.
 */
const CLUSTER_URL = /^(rediss?)-cluster:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/]+)\/?$/;

export interface ClusterAddress {
  nodes: { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
}

/** What such an address names; null when it is not one. */
export function clusterAddress(url: string): ClusterAddress | null {
  const [, scheme, username, password, list] = CLUSTER_URL.exec(url) ?? [];
  if (list === undefined) return null;
  const nodes = list.split(',').map((one) => {
    const [, host = '', port = '6379'] = /^(\[[\da-fA-F:]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(one.trim()) ?? [];
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  if (nodes.some(({ host, port }) => host === '' || port < 1 || port > 65_535)) return null;
  const decoded = (text: string | undefined): string | undefined => (text ? decodeURIComponent(text) : undefined);
  return { nodes, username: decoded(username), password: decoded(password), tls: scheme === 'rediss' };
}

/** Whether keys must say by a hash tag what belongs together, and the bus is published by shards. */
export const isCluster = (connection: RedisConnection): connection is Cluster => connection.isCluster;

/** A master that is gone has a replica in its place, or is back itself: asked for again so soon, milliseconds. */
const FAILOVER_MS = 100;

/** A cluster's client. `redis` is of the connections to each of its servers. */
export function connectCluster(address: ClusterAddress, redis: RedisOptions & { failFast: boolean }): Cluster {
  const { failFast, ...redisOptions } = redis;
  return new Cluster(address.nodes, {
    enableOfflineQueue: !failFast,
    clusterRetryStrategy: backOff,
    // Who fails fast asks once more, at the place that the slot has moved to; the patient go on.
    maxRedirections: failFast ? 3 : 64,
    retryDelayOnFailover: FAILOVER_MS,
    retryDelayOnClusterDown: FAILOVER_MS,
    slotsRefreshTimeout: 2_000,
    // A server that came back where it was announces nothing.
    slotsRefreshInterval: 1_000,
    shardedSubscribers: true,
    // With TLS the servers' names are what their certificates say.
    ...(address.tls ? { dnsLookup: (host: string, done: (error: null, address: string) => void) => done(null, host) } : {}),
    redisOptions: {
      ...redisOptions,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(address.tls ? { tls: {} } : {}),
    },
  });
}

const backOff = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2_000);

/** @param url one server (`redis:`, `rediss:`) or a cluster (`redis-cluster:`, `rediss-cluster:`) */
export function connectRedis(
  url: string,
  manner: RedisManner,
  logger: Logger,
  connectionName: string,
  silentMs = SILENT_MS,
): RedisConnection {
  const address = clusterAddress(url);
  const failFast = manner === 'fail-fast';
  const common: RedisOptions = {
    connectionName,
    connectTimeout: 2_000,
    socketTimeout: silentMs,
    // What is asked in one turn of the event loop is sent in one write: a write costs a node more than a command.
    enableAutoPipelining: failFast,
    ...(failFast ? { maxRetriesPerRequest: 1, commandTimeout: 250 } : { maxRetriesPerRequest: null }),
  };
  const redis = address
    ? connectCluster(address, { ...common, failFast })
    : new Redis(url, { ...common, lazyConnect: false, retryStrategy: backOff, enableOfflineQueue: !failFast });
  let down = false;
  redis.on('error', (error: Error) => {
    if (!down) logger.warn({ err: error, connection: connectionName }, 'redis is away');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info({ connection: connectionName }, 'redis is back');
    down = false;
  });
  return redis;
}

/** Waits until a connection can be used; rejects after `timeoutMs`. */
export async function redisReady(redis: RedisConnection, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis did not become ready')), timeoutMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** At a start: says that it waits, and rejects with what to look at when Redis is not there after `timeoutMs`. */
export async function redisAtStart(connections: readonly RedisConnection[], logger: Logger, timeoutMs = 30_000): Promise<void> {
  if (connections.some(({ status }) => status !== 'ready')) logger.info({ timeoutMs }, 'waiting for Redis');
  await Promise.all(connections.map((one) => redisReady(one, timeoutMs))).catch(() => {
    throw new Error(`Redis is not there after ${timeoutMs / 1_000} s: look at REDIS_QUEUES_URL and at Redis itself`);
  });
}
