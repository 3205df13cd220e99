import { hearers, KINDS, roomsOf, type Kind, type Rates } from './scenario.ts';

const TICK_MS = 4;
/** Prime, so that neighbours in the crowd are not told one after the other. */
const STRIDE = 7_919;

/** The first comes after half of the time that is between two: rare ones come in a short while too. */
const dueOf = (perSecond: number, seconds: number): number => (perSecond === 0 ? 0 : Math.floor(seconds * perSecond + 0.5));

/** What was told, and how many sockets it was for. */
export interface Told {
  messages: number;
  deliveries: number;
}

/**
 * Tells so many messages a second of each kind, to one room after the other, for so long. A message that is late is made up for. Messages of
 * one moment are told one by one, as they come from the bus.
 */
export function tell(
  given: { rates: Rates; seconds: number; users: number },
  send: (kind: Kind, number: number) => void,
): Promise<Told> {
  const { rates, seconds, users } = given;
  const begun = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const told: Told = { messages: 0, deliveries: 0 };
  const began = performance.now();
  const one = (kind: Kind): void => {
    const number = (begun[kind] * STRIDE) % roomsOf(kind, users);
    begun[kind] += 1;
    told.messages += 1;
    told.deliveries += hearers(kind, number, users);
    send(kind, number);
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(seconds, (performance.now() - began) / 1_000);
      for (const kind of KINDS) while (begun[kind] < dueOf(rates[kind], elapsed)) one(kind);
      if (elapsed < seconds) return;
      clearInterval(timer);
      resolve(told);
    }, TICK_MS);
  });
}
