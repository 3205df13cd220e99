/**
 * When a lost line is tried again, as socket.io-client takes it (milliseconds): at any moment of five seconds. A node that dies leaves
 * thousands of pages at once, and those that all come back within one second wait for each other longer than that. Whoever is online again,
 * or looks at the page again, does not wait for it (`wake`).
 */
export const RECONNECTION = { reconnectionDelay: 2_500, reconnectionDelayMax: 8_000, randomizationFactor: 1 } as const;
