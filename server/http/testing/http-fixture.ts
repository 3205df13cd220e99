import { createMetrics } from '#shared/node/metrics.ts';
import { silentLogger } from '#shared/node/testing/helpers.ts';
import { createHttpApp, type HttpAppDeps } from '../create-http-app.ts';

export const ORIGIN = 'https://vignette.example';

/** The HTTP app with nothing behind it, but for what a test gives. */
export function httpApp(given: Partial<HttpAppDeps> = {}) {
  return createHttpApp({
    logger: silentLogger(),
    metrics: createMetrics({ process: 'test', defaults: false }),
    publicOrigin: ORIGIN,
    addressSource: 'forwarded',
    probes: {},
    isDraining: () => false,
    publicConfig: { country: 'MG', currency: 'MGA', timeZone: 'Indian/Antananarivo', locales: ['fr', 'en'], demo: null },
    files: null,
    routers: [],
    ...given,
  });
}
