import type { PreparedSession } from '../country/sessions.ts';

/** What people ask: a plate (anybody), the list of their vehicles, five years of payments, the counter's search, a photograph. */
export type RequestKind = 'lookUp' | 'list' | 'history' | 'search' | 'upload';

/** Shares of all requests. Of 2,000 a second, 2 are photographs: the 100 to 200 a minute of the order. The rest is an assumption. */
export const MIX: Readonly<Record<RequestKind, number>> = {
  lookUp: 0.5,
  list: 0.25,
  history: 0.15,
  search: 0.099,
  upload: 0.001,
};

export interface GeneratorOrder {
  origin: string;
  sessions: readonly PreparedSession[];
  /** The first `hot` of them are looked up again and again. */
  plates: readonly string[];
  hot: number;
  searches: readonly string[];
  photograph: string;
  /** Second number of its addresses, 127.<range>.x.y. */
  range: number;
}

export interface Round {
  rate: number;
  seconds: number;
  hot: boolean;
  mix: Readonly<Record<RequestKind, number>>;
}

export interface Answered {
  kind: RequestKind;
  /** From when it was due to its last byte. */
  ms: number;
  ok: boolean;
}

export interface RoundResult {
  answered: Answered[];
  /** How long sending took: longer than the round when the generator could not keep up. */
  sentSeconds: number;
  seconds: number;
}

export interface Percentiles {
  count: number;
  failed: number;
  p50: number;
  p95: number;
  p99: number;
}

export function percentilesOf(answered: readonly Answered[]): Percentiles {
  const took = answered.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0) * 10) / 10;
  const failed = answered.filter(({ ok }) => !ok).length;
  return { count: took.length, failed, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** A rate is held when nearly all that was due was sent in time and answered, 95 of 100 within so many milliseconds, no more than one in a thousand with a fault. */
export const P95_MS = 100;
export function isHeld({ rate, seconds }: Pick<Round, 'rate' | 'seconds'>, result: RoundResult): boolean {
  const { count, failed, p95 } = percentilesOf(result.answered);
  return p95 < P95_MS && failed <= count / 1000 && count >= rate * seconds * 0.99 && result.sentSeconds < seconds * 1.05;
}
