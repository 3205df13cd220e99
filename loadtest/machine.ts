import { cpus, loadavg, totalmem } from 'node:os';

/** What a figure was measured on. `load`: processes that wanted to run, on average of the last minute, whoever's they were. */
export interface Machine {
  cores: number;
  model: string;
  gigabytes: number;
  node: string;
  load: number;
}

export function machine(): Machine {
  const [{ model = 'unknown' } = {}] = cpus();
  const [load = 0] = loadavg();
  return {
    ...{ cores: cpus().length, model, node: process.version },
    gigabytes: Math.round(totalmem() / 1e9),
    load: Math.round(load * 10) / 10,
  };
}
