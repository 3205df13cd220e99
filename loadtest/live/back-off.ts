/** socket.io-client's own numbers: what its manager does by default (`reconnectionDelay`, `…Max`, `randomizationFactor`). Milliseconds. */
const [LEAST_MS, MOST_MS, JITTER] = [1_000, 5_000, 0.5];

/** How long socket.io-client waits before its try number `attempt` (0 first). */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const usual = LEAST_MS * 2 ** attempt;
  const draw = random();
  const off = Math.floor(draw * JITTER * usual);
  return Math.min((Math.floor(draw * 10) & 1) === 0 ? usual - off : usual + off, MOST_MS);
}
