import { Hono } from 'hono';
import { withScope } from '#db/scope.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { PublicConfig } from '#shared/contracts/http.ts';
import { createHealthRoutes, type Probe } from '#shared/node/health-routes.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import type { AddressSource } from './client-address.ts';
import type { HttpEnvironment } from './environment.ts';
import { answerError } from './errors.ts';
import { checkOrigin } from './guards.ts';
import { requestContext } from './request-context.ts';
import { securityHeaders } from './security-headers.ts';
import type { StaticFiles } from './static-files.ts';

/** A feature's routes and the path they are mounted under, for example `/api/documents`. */
export interface MountedRouter {
  path: string;
  app: Hono<HttpEnvironment>;
}

export interface HttpAppDeps {
  logger: Logger;
  metrics: Metrics;
  /** Compared with `Origin` to the letter. */
  publicOrigin: string;
  addressSource: AddressSource;
  probes: Readonly<Record<string, Probe>>;
  /** How long a probe may fail before the balancer is told so (`createHealthRoutes`). */
  patienceMs?: number;
  isDraining: () => boolean;
  publicConfig: PublicConfig;
  /** The client's build; null for a process that serves none. */
  files: StaticFiles | null;
  routers: readonly MountedRouter[];
}

/** The HTTP side of a node: the API of the features given, health, metrics and the client's files. */
export function createHttpApp(deps: HttpAppDeps): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>();
  app.use(requestContext(deps), securityHeaders(deps.publicOrigin), checkOrigin(deps.publicOrigin));
  app.use('/api/*', async (c, next) => {
    // Nobody's, until a session says whose; what serves strangers says itself what it asks as the system.
    await withScope({ actor: 'nobody' }, next);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
  app.route('/', createHealthRoutes(deps));
  app.get('/api/config', (c) => c.json(deps.publicConfig, 200, { 'Cache-Control': 'no-cache' }));
  for (const { path, app: router } of deps.routers) app.route(path, router);
  app.all('/api/*', () => {
    throw new AppError('NOT_FOUND');
  });
  app.get('*', (c) => deps.files?.answer(c) ?? c.notFound());
  app.notFound((c) => answerError(c, new AppError('NOT_FOUND'), deps.logger));
  app.onError((error, c) => answerError(c, error, c.get('logger') ?? deps.logger));
  return app;
}
