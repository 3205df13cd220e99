import { RECONNECTION } from '#shared/contracts/reconnection.ts';

const { reconnectionDelay: LEAST_MS, reconnectionDelayMax: MOST_MS, randomizationFactor: JITTER } = RECONNECTION;

/** How long the page's socket.io-client waits before its try number `attempt` (0 first). */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const usual = LEAST_MS * 2 ** attempt;
  const draw = random();
  const off = Math.floor(draw * JITTER * usual);
  return Math.min((Math.floor(draw * 10) & 1) === 0 ? usual - off : usual + off, MOST_MS);
}
