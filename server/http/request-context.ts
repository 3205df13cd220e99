import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from '#shared/node/logger.ts';
import type { Metrics } from '#shared/node/metrics.ts';
import { clientAddressOf, type AddressSource } from './client-address.ts';
import type { HttpEnvironment } from './environment.ts';

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;
/** What follows names a vehicle, and so its owner. */
const PLATE = /^(\/api\/plates\/).+/;
/** Asked every few seconds by machines: not worth a line each. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Gives every request an id (the balancer's, when it sends one), a logger and the client's address; logs and measures it when it is
 * answered. The log names the path, never the query; addresses are not logged, nor which plate somebody looked up.
 */
export function requestContext(deps: {
  logger: Logger;
  metrics: Metrics;
  addressSource: AddressSource;
}): MiddlewareHandler<HttpEnvironment> {
  const seconds = deps.metrics.histogram(
    'http_request_seconds',
    'Time from a request to its answer, by route',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ['method', 'route', 'status'],
  );
  return async (c, next) => {
    const started = performance.now();
    const given = c.req.header('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    const logger = deps.logger.child({ requestId });
    c.set('requestId', requestId);
    c.set('logger', logger);
    c.set('clientAddress', clientAddressOf(deps.addressSource, c.req.header('x-forwarded-for'), c.env));
    c.header('X-Request-Id', requestId);
    await next();
    const took = (performance.now() - started) / 1000;
    const status = c.res.status;
    seconds.observe({ method: c.req.method, route: routePath(c), status: String(status) }, took);
    const level = QUIET.has(c.req.path) ? 'trace' : status >= 500 ? 'warn' : 'info';
    logger[level](
      { method: c.req.method, path: c.req.path.replace(PLATE, '$1…'), status, ms: Math.round(took * 1000) },
      'request',
    );
  };
}
