import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';
import { withTimeout } from './shutdown.ts';

/** Asks whether something that the process needs can be used: throws, or answers false, when it cannot. */
export type Probe = () => Promise<unknown>;

export interface HealthDeps {
  metrics: Metrics;
  probes: Readonly<Record<string, Probe>>;
  /** True once the process is going away: no new connection for it. */
  isDraining: () => boolean;
  /** Time that each probe has, milliseconds. */
  probeMs?: number;
  /**
   * How long something that has been usable may fail before the process says that it cannot serve, milliseconds; 0 when absent. For a node:
   * its sockets are cut then, by all nodes at once when it is the database that restarts or is out of breath.
   */
  patienceMs?: number;
  now?: () => number;
}

/**
 * `/healthz`: the process is alive. `/readyz`: it can serve (200), it is going away and must be given nobody new (404: the balancer keeps
 * the connections there are), it cannot serve, and not for a moment only (503: they are cut). `/metrics`: Prometheus.
 */
export function createHealthRoutes(deps: HealthDeps): Hono {
  const { probeMs = 1_000, patienceMs = 0, now = Date.now } = deps;
  /** When each was last found usable. */
  const usableAt = new Map<string, number>();
  async function ask([name, probe]: [string, Probe]): Promise<[string, boolean]> {
    try {
      return [name, (await withTimeout(probe(), probeMs, name)) !== false];
    } catch {
      return [name, false];
    }
  }
  return new Hono()
    .get('/healthz', (c) => c.json({ alive: true }, 200, { 'Cache-Control': 'no-store' }))
    .get('/readyz', async (c) => {
      const draining = deps.isDraining();
      const asked = await Promise.all(Object.entries(deps.probes).map(ask));
      for (const [name, usable] of asked) if (usable) usableAt.set(name, now());
      const checks = Object.fromEntries(asked);
      const serves = asked.every(([name, usable]) => usable || now() - (usableAt.get(name) ?? -Infinity) < patienceMs);
      const ready = !draining && serves;
      return c.json({ ready, draining, checks }, draining ? 404 : ready ? 200 : 503, { 'Cache-Control': 'no-store' });
    })
    .get('/metrics', async (c) =>
      c.body(await deps.metrics.registry.metrics(), 200, {
        'Content-Type': deps.metrics.registry.contentType,
        'Cache-Control': 'no-store',
      }),
    );
}
