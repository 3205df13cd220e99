import { findAliveSessions, findSession } from '#db/identity.repository.ts';
import type { Db } from '#db/connect.ts';
import type { Viewer } from '../live/topic.ts';
import type { SessionCache } from './session-cache.service.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface Authenticated {
  viewer: Viewer;
  /** When the session ends by itself. */
  expiresAt: Date;
}

export interface Authenticator {
  /**
   * Who sends this `Cookie` header; null when nobody does. The signature is checked first, synchronously: a forged cookie costs no
   * query. Then the cache (at most 60 s old), then Postgres. Rejects when Postgres is needed and away.
   */
  authenticate(cookieHeader: string | undefined): Promise<Authenticated | null>;
  /** Which of these sessions are alive, straight from Postgres in one query. */
  stillValid(sessionIds: readonly string[]): Promise<Set<string>>;
}

export function createAuthenticator(deps: {
  db: Db;
  cookie: SessionCookie;
  cache: SessionCache;
  now?: () => number;
}): Authenticator {
  const now = deps.now ?? Date.now;
  return {
    async authenticate(cookieHeader) {
      const cookie = deps.cookie.read(cookieHeader);
      if (!cookie) return null;
      const { sessionId, token } = cookie;
      const cached = await deps.cache.read(sessionId);
      if (cached.state === 'ended') return null;
      if (cached.state === 'alive') return answer(sessionId, cached.session, now());
      const readAt = now();
      const found = await findSession(deps.db, sessionId, token);
      if (!found) return null;
      const session = {
        userId: found.userId,
        role: found.role,
        officeId: found.officeId,
        expiresAt: found.expiresAt.getTime(),
        readAt,
      };
      await deps.cache.fill(sessionId, session);
      return answer(sessionId, session, now());
    },
    stillValid: (sessionIds) => findAliveSessions(deps.db, sessionIds),
  };
}

function answer(
  sessionId: string,
  session: { userId: string; role: Viewer['role']; officeId: string | null; expiresAt: number },
  at: number,
): Authenticated | null {
  if (session.expiresAt <= at) return null;
  const { userId, role, officeId } = session;
  return { viewer: { userId, sessionId, role, officeId }, expiresAt: new Date(session.expiresAt) };
}
