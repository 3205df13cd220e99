import { EventEmitter } from 'node:events';

/** How many are kept; the oldest go first. */
const KEPT = 1_000;

/** An e-mail or a text message that would have gone out. */
export interface CaughtMessage {
  id: number;
  /** ISO 8601. */
  at: string;
  kind: 'email' | 'sms';
  to: string[];
  from?: string;
  subject?: string;
  text: string;
  html?: string;
}

/** The caught messages, newest first. */
export interface CaughtMessages {
  add(message: Omit<CaughtMessage, 'id' | 'at'>): CaughtMessage;
  /** @param to only those to this address or number */
  list(to?: string): CaughtMessage[];
  find(id: number): CaughtMessage | undefined;
  /** Calls back for each message that comes in; returns how to stop it. */
  watch(listener: (message: CaughtMessage) => void): () => void;
}

/** An empty collection, kept in memory. */
export function createCaughtMessages(now: () => Date = () => new Date()): CaughtMessages {
  const emitter = new EventEmitter().setMaxListeners(0);
  const messages: CaughtMessage[] = [];
  let lastId = 0;
  return {
    add(message) {
      lastId += 1;
      const caught = { ...message, id: lastId, at: now().toISOString() };
      messages.unshift(caught);
      if (messages.length > KEPT) messages.pop();
      emitter.emit('message', caught);
      return caught;
    },
    list: (to) =>
      to === undefined
        ? [...messages]
        : messages.filter((one) => one.to.some((address) => address.toLowerCase() === to.toLowerCase())),
    find: (id) => messages.find((one) => one.id === id),
    watch(listener) {
      emitter.on('message', listener);
      return () => emitter.off('message', listener);
    },
  };
}
