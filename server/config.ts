import { z } from 'zod';
import { commonSettings, readConfig, schemas, setting, type ConfigOf } from '#shared/node/config.ts';
import { paymentFaults, paymentSettings } from '#shared/node/payment-settings.ts';

/** What a server node reads. */
export const serverSettings = {
  ...commonSettings,
  ...paymentSettings,
  SOCKET_PORT: setting(schemas.port, 'Port of the sockets'),
  SOCKET_ENGINE: setting(z.enum(['auto', 'uws', 'ws']).default('auto'), 'Sockets on uWebSockets.js, on ws, or on what loads'),
  AUTH_SECRET: setting(
    z.string().min(32),
    'Signs cookies and seals codes; at least 32 characters, the same on all nodes and workers',
    { secret: true },
  ),
  CLIENT_DIR: setting(z.string().default('client/build'), 'The built pages'),
  COUNTRY: setting(z.enum(['mg', 'ma', 'bj']).default('mg'), 'Country that runs the platform'),
  DEMO_CATCHER_URL: setting(
    schemas.url('http:', 'https:').optional(),
    'Demo stack: where the messages that were sent can be read',
  ),
  DRAIN_SECONDS: setting(
    z.coerce.number().int().min(0).max(600).default(20),
    'How long a node that stops waits for its clients to move',
  ),
  TRUSTED_PROXY: setting(
    z
      .enum(['true', 'false'])
      .default('true')
      .transform((text) => text === 'true'),
    'Whether X-Forwarded-For is set by a balancer of ours',
  ),
};
export type ServerConfig = ConfigOf<typeof serverSettings>;

export const loadServerConfig = (env: NodeJS.ProcessEnv): ServerConfig => readConfig(serverSettings, env, paymentFaults);
