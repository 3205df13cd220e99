import { createAdaptorServer } from '@hono/node-server';
import { createHealthRoutes, type HealthDeps } from './health-routes.ts';

/** Opens the port of a process that serves nothing but its own health and metrics. Answers how to close it. */
export async function startHealthServer(deps: HealthDeps, options: { host: string; port: number }): Promise<() => Promise<void>> {
  const server = createAdaptorServer({ fetch: createHealthRoutes(deps).fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
