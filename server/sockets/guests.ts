import type { CommandName } from '#shared/contracts/commands.ts';
import type { Viewer } from '../live/topic.ts';

/**
 * Somebody without an account: the screen in an office's room, a phone that holds a ticket, a stranger who looks how payments go. A guest
 * says so in the handshake (a page whose session is over must not turn into one by itself), watches topics that are open to guests, and
 * commands nothing. The nil uuid is nobody's (RFC 9562).
 */
export const guestViewer = (socketId: string, pass?: string): Viewer => ({
  userId: '00000000-0000-0000-0000-000000000000',
  sessionId: `guest:${socketId}`,
  role: 'citizen',
  officeId: null,
  guest: true,
  ...(pass !== undefined && { pass }),
});

/** The pass that a handshake shows: of a screen on a wall. */
export const passOf = (auth: unknown): string | undefined =>
  typeof auth === 'object' && auth !== null && 'pass' in auth && typeof auth.pass === 'string' && auth.pass.length <= 80
    ? auth.pass
    : undefined;

/** Whether a handshake asks to be let in as a guest. */
export const wantsGuest = (auth: unknown): boolean =>
  typeof auth === 'object' && auth !== null && 'guest' in auth && auth.guest === true;

/** What a guest may send. */
export const GUEST_COMMANDS: ReadonlySet<CommandName> = new Set([
  'live:subscribe',
  'live:join',
  'live:unsubscribe',
  'live:check',
]);

/** Guests of one address on one node: a waiting room, or a provider's customers behind one address. */
export const MAX_GUESTS_PER_ADDRESS = 500;

export interface GuestRegistry {
  /** False when the address has as many as it may. */
  add(socketId: string, address: string): boolean;
  remove(socketId: string): void;
  count(): number;
}

export function createGuestRegistry(most = MAX_GUESTS_PER_ADDRESS): GuestRegistry {
  const addressOf = new Map<string, string>();
  const count = new Map<string, number>();
  return {
    add(socketId, address) {
      const had = count.get(address) ?? 0;
      if (had >= most) return false;
      addressOf.set(socketId, address);
      count.set(address, had + 1);
      return true;
    },
    remove(socketId) {
      const address = addressOf.get(socketId);
      if (address === undefined) return;
      addressOf.delete(socketId);
      const left = (count.get(address) ?? 1) - 1;
      if (left > 0) count.set(address, left);
      else count.delete(address);
    },
    count: () => addressOf.size,
  };
}
