import type { Socket } from 'socket.io';
import type { ClientToServerEvents, ServerToClientEvents } from '#shared/contracts/commands.ts';
import type { SessionEnd } from '#shared/contracts/identity.ts';
import type { SocketData } from './engine.ts';

export type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, SocketData>;

export interface SessionRegistry {
  /** False when the session ended while the handshake was under way: the socket must not stay. */
  add(socket: LiveSocket): boolean;
  remove(socket: LiveSocket): void;
  /** Whether, and why, this node was told that the session is over: a cache may not know yet. */
  hasEnded(sessionId: string): SessionEnd | null;
  socketsOfUser(userId: string): number;
  /** Closes the sockets of a session, and remembers it for those whose handshake is under way. */
  end(sessionId: string, why: SessionEnd): number;
  /** The sessions that have run out, as far as their sockets know. */
  expiredIds(now: number): string[];
  /** A session lasts longer than its sockets knew. */
  prolong(sessionId: string, expiresAt: number): void;
  sessionIds(): string[];
  /** How many people have a socket here. */
  people(): number;
}

/** How long an ended session is remembered: longer than a handshake may take and a cached session may live. */
const REMEMBER_MS = 90_000;

/** Which sockets of this node belong to which session, so that a session's end reaches all of them at once. */
export function createSessionRegistry(now: () => number = Date.now): SessionRegistry {
  const bySession = new Map<string, Set<LiveSocket>>();
  const byUser = new Map<string, number>();
  const ended = new Map<string, { at: number; why: SessionEnd }>();
  /** No session here runs out before: until then none of thousands has to be looked at. */
  let soonest = Infinity;

  function close(socket: LiveSocket, why: SessionEnd): void {
    socket.emit('session:ended', { why });
    socket.disconnect(true);
  }
  function forgetOld(): void {
    const before = now() - REMEMBER_MS;
    for (const [id, { at }] of ended) {
      if (at > before) break;
      ended.delete(id);
    }
  }
  const registry: SessionRegistry = {
    add(socket) {
      const { sessionId, userId } = socket.data.viewer;
      if (ended.has(sessionId) || socket.data.expiresAt <= now()) return false;
      const sockets = bySession.get(sessionId);
      if (sockets) sockets.add(socket);
      else bySession.set(sessionId, new Set([socket]));
      byUser.set(userId, (byUser.get(userId) ?? 0) + 1);
      soonest = Math.min(soonest, socket.data.expiresAt);
      return true;
    },
    remove(socket) {
      const { sessionId, userId } = socket.data.viewer;
      const sockets = bySession.get(sessionId);
      if (!sockets?.delete(socket)) return;
      if (sockets.size === 0) bySession.delete(sessionId);
      const left = (byUser.get(userId) ?? 1) - 1;
      if (left > 0) byUser.set(userId, left);
      else byUser.delete(userId);
    },
    hasEnded: (sessionId) => ended.get(sessionId)?.why ?? null,
    socketsOfUser: (userId) => byUser.get(userId) ?? 0,
    end(sessionId, why) {
      forgetOld();
      ended.delete(sessionId);
      ended.set(sessionId, { at: now(), why });
      const sockets = [...(bySession.get(sessionId) ?? [])];
      for (const socket of sockets) close(socket, why);
      return sockets.length;
    },
    expiredIds(at) {
      if (at < soonest) return [];
      const ids = new Set<string>();
      soonest = Infinity;
      for (const [id, sockets] of bySession) {
        for (const { data } of sockets) {
          soonest = Math.min(soonest, data.expiresAt);
          if (data.expiresAt <= at) ids.add(id);
        }
      }
      return [...ids];
    },
    prolong(sessionId, expiresAt) {
      for (const socket of bySession.get(sessionId) ?? []) socket.data.expiresAt = expiresAt;
      soonest = Math.min(soonest, expiresAt);
    },
    sessionIds: () => [...bySession.keys()],
    people: () => byUser.size,
  };
  return registry;
}
