import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type { Counter, Gauge, Histogram };
export interface Metrics {
  registry: Registry;
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** Seconds, unless the name says otherwise. */
  histogram<L extends string>(name: string, help: string, buckets: number[], labels?: readonly L[]): Histogram<L>;
}

/** The metrics of one process, named `vignette_…`; Node's own beside them. */
export function createMetrics(options: { process: string; defaults?: boolean }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: options.process });
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });
  const common = (name: string, help: string) => ({ name: `vignette_${name}`, help, registers: [registry] });
  return {
    registry,
    counter: (name, help, labels = []) => new Counter({ ...common(name, help), labelNames: [...labels] }),
    gauge: (name, help, labels = []) => new Gauge({ ...common(name, help), labelNames: [...labels] }),
    histogram: (name, help, buckets, labels = []) => new Histogram({ ...common(name, help), buckets, labelNames: [...labels] }),
  };
}
