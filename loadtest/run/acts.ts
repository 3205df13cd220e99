import { ACTS, NO_ACTS, type ActName, type ActRates } from '../acts/act-types.ts';
import type { Generators } from './generators.ts';

export interface ActMaker {
  /** Times the rates, from now on; but of those who leave it is not the work that decides. */
  factor: number;
  /** What should have begun by now. */
  due(): ActRates;
  /** Nothing more begins; resolves when what was begun is over. */
  stop(): Promise<void>;
}

const TICK_MS = 100;
/** Longer than any act waits for what it is to see (acts/citizen-acts.ts). */
const OVER_WITHIN_MS = 150_000;

/** Has the crowd act, so often a second. What nobody was free for is made up for. */
export function startActs(given: {
  generators: Pick<Generators, 'act' | 'state'>;
  rates: ActRates;
  /** Milliseconds that somebody who leaves stays away. */
  backInMs: number;
}): ActMaker {
  const { generators, rates, backInMs } = given;
  const due: ActRates = { ...NO_ACTS };
  const begun: ActRates = { ...NO_ACTS };
  let [factor, lookedAt, stopped] = [1, performance.now(), false];
  const look = (): void => {
    const now = performance.now();
    for (const act of ACTS) due[act] += ((now - lookedAt) / 1_000) * rates[act] * (act === 'leave' ? 1 : factor);
    lookedAt = now;
  };
  async function beginLate(act: ActName): Promise<void> {
    const late = Math.floor(due[act]) - begun[act];
    if (late >= 1) begun[act] += await generators.act(act, late, backInMs);
  }
  const running = (async () => {
    while (!stopped) {
      look();
      // Generators that have ended say so elsewhere.
      for (const act of ACTS) await beginLate(act).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  })();
  return {
    get factor() {
      return factor;
    },
    set factor(times) {
      look();
      factor = times;
    },
    due: () => ({ ...due }),
    async stop() {
      if (stopped) return;
      stopped = true;
      await running;
      const until = performance.now() + OVER_WITHIN_MS;
      while (performance.now() < until && (await generators.state()).acting > 0)
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    },
  };
}
