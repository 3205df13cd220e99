/**
 * When a lost line is tried again, as socket.io-client takes it (milliseconds): at any moment of five seconds. A node that dies leaves
 * thousands of pages at once, and those that all come back within one second wait for each other longer than that. Whoever is online again,
 * or looks at the page again, does not wait for it (`wake`).
 */
export const RECONNECTION = { reconnectionDelay: 2_500, reconnectionDelayMax: 8_000, randomizationFactor: 1 } as const;

/**
 * How long each next try to connect may take, milliseconds: over a way on which packets are lost without a word (a node or a network that just
 * died) socket.io-client would sit out its 20 s before it tried another. The second and third have the time that a bad telephone line needs.
 */
const TRIES_TAKE_MS = [4_000, 8_000, 20_000] as const;

/** @param attempt since the line was last up; 0 first */
export const tryTakesMs = (attempt: number): number =>
  TRIES_TAKE_MS[Math.min(attempt, TRIES_TAKE_MS.length - 1)] ?? TRIES_TAKE_MS[0];
