// Those who listen, in a process of their own (bench-sockets.ts): a process may hold 20,000 descriptors.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { answerOrders } from './child.ts';
import { Listener, type Audience } from './listener.ts';
import { KINDS, type Kind } from './scenario.ts';

export type ListenersOrder =
  | { do: 'begin'; port: number; origin: string; socketIo: boolean }
  | { do: 'come'; from: number; until: number }
  | { do: 'hear'; stretch: string }
  | { do: 'figures'; expected: number };

/** Milliseconds from the server's call to the listener's. */
export interface Latency {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}
export interface Heard {
  /** Since it was said what is heard now. */
  received: number;
  pings: number;
  /** Of all that was heard of the stretch. */
  latency: Record<Kind, Latency>;
}

/** Handshakes under way at once: enough to keep a server busy. */
const AT_ONCE = 100;
/** How long is waited for what was told and has not come. */
const PATIENCE_MS = 5_000;
const COME_WITHIN_MS = 120_000;

type Histograms = Record<Kind, RecordableHistogram>;
const heard = new Map<string, Histograms>();
let histograms = noFigures();
let [received, pings, ready, comes, wanted] = [0, 0, 0, 0, 0];
let audience: Audience;
let fault: string | null = null;
const listeners: Listener[] = [];

function noFigures(): Histograms {
  return Object.fromEntries(KINDS.map((kind) => [kind, createHistogram()])) as Histograms;
}

function next(): void {
  if (comes < wanted) listeners.push(new Listener(audience, comes++));
}

const begin = (given: { port: number; origin: string; socketIo: boolean }): void => {
  audience = {
    ...given,
    onReady: () => {
      ready += 1;
      next();
    },
    onDelivery: (kind, ns) => {
      received += 1;
      histograms[kind].record(Math.max(1, Math.round(ns / 1_000)));
    },
    onPing: () => void (pings += 1),
    onClosed: (why) => void (fault ??= why),
  };
};

async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (!condition() && performance.now() < end && fault === null) await new Promise((resolve) => setTimeout(resolve, 5));
  if (fault !== null) throw new Error(`a line ended: ${fault}`);
  return condition();
}

/** Brings them as fast as the server takes them; answers how many seconds it took until all were in their rooms. */
async function come(from: number, to: number): Promise<number> {
  const began = performance.now();
  [comes, wanted] = [from, to];
  for (let one = 0; one < AT_ONCE; one += 1) next();
  if (!(await until(() => ready === to, COME_WITHIN_MS))) throw new Error(`${ready} of ${to} came`);
  return (performance.now() - began) / 1_000;
}

function latencyOf(histogram: RecordableHistogram): Latency {
  const { count } = histogram;
  const ms = (us: number): number => (count === 0 ? 0 : Math.round(us / 10) / 100);
  const [p50, p95, p99] = [50, 95, 99].map((share) => ms(histogram.percentile(share)));
  return { count, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, max: ms(histogram.max) };
}

/** From now on what is heard is of this stretch; its rounds add up. */
function hear(stretch: string): void {
  histograms = heard.get(stretch) ?? noFigures();
  heard.set(stretch, histograms);
  [received, pings] = [0, 0];
}

async function figures(expected: number): Promise<Heard> {
  await until(() => received >= expected, PATIENCE_MS);
  const latency = Object.fromEntries(KINDS.map((kind) => [kind, latencyOf(histograms[kind])])) as Record<Kind, Latency>;
  return { received, pings, latency };
}

answerOrders<ListenersOrder>(async (order) => {
  switch (order.do) {
    case 'begin':
      return begin(order);
    case 'come':
      return come(order.from, order.until);
    case 'hear':
      return hear(order.stretch);
    case 'figures':
      return figures(order.expected);
  }
});
