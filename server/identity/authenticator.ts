import { findAliveSessions, findSession } from '#db/identity.repository.ts';
import type { Db } from '#db/connect.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { SecondStep } from '#shared/contracts/second-factor.ts';
import type { Viewer } from '../live/topic.ts';
import type { SessionCache } from './session-cache.service.ts';
import type { SessionCookie } from './session-cookie.ts';
import { hasSecondStep } from './staff-sessions.ts';

export interface Authenticated {
  viewer: Viewer;
  /** When the session ends by itself. */
  expiresAt: Date;
}

export interface PendingAuthenticated extends Authenticated {
  /** What the session waits for; null when it waits for nothing. */
  secondStep: SecondStep | null;
}

export interface Authenticator {
  /**
   * Who sends this `Cookie` header; null when nobody does. The signature is checked first, synchronously: a forged cookie costs no
   * query. Then the cache (at most 60 s old), then Postgres. Rejects when Postgres is needed and away.
   * Throws SECOND_FACTOR_REQUIRED for one of the staff whose second step is not given: such a session opens nothing.
   */
  authenticate(cookieHeader: string | undefined): Promise<Authenticated | null>;
  /** The same of a session of the staff that may wait for its second step; for the routes that take it, and no others. */
  authenticatePending(cookieHeader: string | undefined): Promise<PendingAuthenticated | null>;
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
  async function find(cookieHeader: string | undefined): Promise<PendingAuthenticated | null> {
    const cookie = deps.cookie.read(cookieHeader);
    if (!cookie) return null;
    const { sessionId, token } = cookie;
    const cached = await deps.cache.read(sessionId);
    if (cached.state === 'ended') return null;
    // One of the staff may have been prolonged since it was cached.
    if (cached.state === 'alive' && cached.session.expiresAt > now()) return answer(sessionId, cached.session, now());
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
    const waits = hasSecondStep(found.role) && !found.secondFactorGiven;
    const secondStep = waits ? (found.enrolled ? 'code' : 'enrol') : null;
    // What is in the cache may work: a session that waits is read each time, until its second step is given.
    if (!secondStep) await deps.cache.fill(sessionId, session);
    return answer(sessionId, session, now(), secondStep);
  }
  return {
    async authenticate(cookieHeader) {
      const found = await find(cookieHeader);
      if (found?.secondStep) throw new AppError('SECOND_FACTOR_REQUIRED', { step: found.secondStep });
      return found;
    },
    authenticatePending: find,
    stillValid: (sessionIds) => findAliveSessions(deps.db, sessionIds),
  };
}

function answer(
  sessionId: string,
  session: { userId: string; role: Viewer['role']; officeId: string | null; expiresAt: number },
  at: number,
  secondStep: SecondStep | null = null,
): PendingAuthenticated | null {
  if (session.expiresAt <= at) return null;
  const { userId, role, officeId } = session;
  return { viewer: { userId, sessionId, role, officeId }, expiresAt: new Date(session.expiresAt), secondStep };
}
