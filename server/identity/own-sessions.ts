import { appendAudit } from '#db/audit.repository.ts';
import {
  deleteOtherSessions,
  deleteSession,
  listSessions,
  readCredential,
  readSessionOfUser,
  updatePasswordHash,
} from '#db/identity.repository.ts';
import { appendOutbox } from '#db/outbox.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { Me, SessionView } from '#shared/contracts/identity.ts';
import type { Viewer } from '../live/topic.ts';
import { sessionsEnded, type IdentityServiceDeps } from './identity-deps.ts';
import { meOf } from './me.ts';
import { hashPassword, verifyPassword } from '#shared/node/password-hash.ts';
import { checkPassword } from './password-rules.ts';

export interface OwnSessions {
  me(viewer: Viewer): Promise<Me>;
  list(viewer: Viewer): Promise<SessionView[]>;
  /** Ends this session. Ending what is over already succeeds. */
  signOut(sessionId: string): Promise<void>;
  /** Ends one of the viewer's sessions. Throws NOT_FOUND. */
  end(viewer: Viewer, sessionId: string): Promise<void>;
  /** Changes the password and ends all the other sessions. Throws INVALID_CREDENTIALS, PASSWORD_TOO_WEAK, RATE_LIMITED. */
  changePassword(viewer: Viewer, current: string, next: string): Promise<void>;
}

export function createOwnSessions(deps: IdentityServiceDeps): OwnSessions {
  const { db } = deps;

  async function endSession(sessionId: string, userId: string | undefined): Promise<boolean> {
    // By its own browser, or from another one's list.
    const [why, action] =
      userId === undefined ? (['signed_out', 'session.signed_out'] as const) : (['ended_elsewhere', 'session.revoked'] as const);
    const ended = await db.transaction(async (tx) => {
      const deleted = await deleteSession(tx, sessionId, why, userId);
      if (deleted) await appendAudit(tx, { actorId: deleted.userId, action, entity: 'session', entityId: sessionId });
      return deleted;
    });
    if (ended) await sessionsEnded(deps, [sessionId]);
    return ended !== null;
  }

  return {
    me: async (viewer) => meOf(await readSessionOfUser(db, viewer.sessionId)),

    async list(viewer) {
      const rows = await listSessions(db, viewer.userId);
      return rows.map((row) => ({
        id: row.id,
        current: row.id === viewer.sessionId,
        createdAt: row.createdAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
        userAgent: row.userAgent,
      }));
    },

    async signOut(sessionId) {
      await endSession(sessionId, undefined);
    },

    async end(viewer, sessionId) {
      if (!(await endSession(sessionId, viewer.userId))) throw new AppError('NOT_FOUND');
    },

    async changePassword(viewer, current, next) {
      await deps.limits.passwordByUser.consume(viewer.userId);
      const credential = await readCredential(db, viewer.userId);
      const known = credential?.passwordHash ?? null;
      if (known === null || !(await verifyPassword(known, current))) {
        await appendAudit(db, { actorId: viewer.userId, action: 'password.refused', entity: 'user', entityId: viewer.userId });
        throw new AppError('INVALID_CREDENTIALS');
      }
      checkPassword(next, null);
      const passwordHash = await hashPassword(next);
      const ended = await db.transaction(async (tx) => {
        const now = await readCredential(tx, viewer.userId, 'update');
        if (now?.passwordHash !== known) throw new AppError('CONFLICT');
        // The session may have been ended while the hashes were computed: then it changes nothing any more.
        if (!(await readSessionOfUser(tx, viewer.sessionId))) throw new AppError('UNAUTHENTICATED');
        await updatePasswordHash(tx, viewer.userId, passwordHash);
        const others = await deleteOtherSessions(tx, viewer.userId, viewer.sessionId, 'password_changed');
        await appendAudit(tx, {
          actorId: viewer.userId,
          action: 'password.changed',
          entity: 'user',
          entityId: viewer.userId,
          details: { sessionsEnded: others.length },
        });
        await appendOutbox(tx, 'user.password_changed', { userId: viewer.userId });
        return others;
      });
      await sessionsEnded(deps, ended);
      await deps.limits.passwordByUser.reset(viewer.userId);
    },
  };
}
