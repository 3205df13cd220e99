import { z } from 'zod';
import { clusterAddress } from './redis.ts';

/** A setting: its schema, what it means, and whether it is a secret (never printed). */
export interface Setting<T extends z.ZodType = z.ZodType> {
  schema: T;
  meaning: string;
  secret?: boolean;
}
export type Settings = Record<string, Setting>;
export type ConfigOf<S extends Settings> = { [K in keyof S]: z.output<S[K]['schema']> };

export const setting = <T extends z.ZodType>(schema: T, meaning: string, options: { secret?: boolean } = {}): Setting<T> => ({
  schema,
  meaning,
  ...options,
});

/** 0 takes a free one. */
const port = z.coerce.number().int().min(0).max(65_535);
const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL (${protocols.join(' or ')})`,
  });
/** A whole URL of http or https without a path: compared with the Origin header to the letter. */
export const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: 'must be an origin such as https://vignette.example',
});
/** One server, or several of a cluster (redis.ts). */
const redisUrl = z
  .string()
  .refine(
    (text) => (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)) || clusterAddress(text) !== null,
    { error: 'must be a URL (redis:// or rediss://), or redis-cluster://host:port,host:port (rediss-cluster:// with TLS)' },
  );
export const schemas = { port, url };

/** What every process reads. */
export const commonSettings = {
  NODE_ENV: setting(
    z.enum(['development', 'production', 'test']).default('production'),
    'How strict and how talkative the process is',
  ),
  LOG_LEVEL: setting(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'Lowest level that is logged',
  ),
  NODE_NAME: setting(z.string().min(1).default('node'), 'Name of the process in logs and metrics'),
  HTTP_HOST: setting(z.string().default('127.0.0.1'), 'Address that the ports are opened on'),
  HTTP_PORT: setting(port, 'Port of HTTP: API and files (server), health and metrics (all)'),
  PUBLIC_ORIGIN: setting(origin, 'Address that people open; the Origin header must be exactly this'),
  DATABASE_URL: setting(url('postgres:', 'postgresql:'), 'Postgres, possibly through PgBouncer in transaction mode', {
    secret: true,
  }),
  DATABASE_DIRECT_URL: setting(
    url('postgres:', 'postgresql:').optional(),
    'Postgres without PgBouncer, for LISTEN and session locks; DATABASE_URL when absent',
    { secret: true },
  ),
  DATABASE_POOL: setting(z.coerce.number().int().min(1).max(200).default(10), 'Connections to Postgres at most'),
  REDIS_QUEUES_URL: setting(
    redisUrl,
    'Redis that forgets nothing (noeviction): jobs, live bus, limits, tombstones; a cluster as redis-cluster://:password@host:port,host:port',
    { secret: true },
  ),
  REDIS_CACHE_URL: setting(redisUrl, 'Redis that may forget (allkeys-lru): caches, progress; a server or a cluster', {
    secret: true,
  }),
  REDIS_PREFIX: setting(z.string().default('vignette:'), 'Put before every Redis key and channel'),
  S3_ENDPOINT: setting(url('http:', 'https:').optional(), 'Object store, S3 protocol; the region’s own when absent'),
  S3_REGION: setting(z.string().default('us-east-1'), 'Region of the object store'),
  S3_BUCKET: setting(z.string().min(3), 'Bucket'),
  S3_ACCESS_KEY_ID: setting(z.string().min(1), 'Key of the object store', { secret: true }),
  S3_SECRET_ACCESS_KEY: setting(z.string().min(1), 'Secret of the object store', { secret: true }),
} satisfies Settings;

/** Faults of a configuration, all of them at once; never the values of secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/**
 * Reads settings from an environment. An empty string counts as absent.
 * @param together faults of settings that do not go together; names alone, never values
 */
export function readConfig<S extends Settings>(
  settings: S,
  env: NodeJS.ProcessEnv,
  together: (given: (name: keyof S & string) => boolean) => string[] = () => [],
): ConfigOf<S> {
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, { schema, meaning }] of Object.entries(settings)) {
    const given = env[name];
    const result = schema.safeParse(given === '' ? undefined : given);
    if (result.success) config[name] = result.data;
    else
      faults.push(
        `${name}: ${given === undefined ? 'is missing' : result.error.issues.map((issue) => issue.message).join(', ')} (${meaning})`,
      );
  }
  faults.push(...together((name) => Boolean(env[name])));
  if (faults.length > 0) throw new ConfigError(faults);
  return config as ConfigOf<S>;
}
