import type { Db } from '#db/connect.ts';
import { prolongSession, type StaffSpan } from '#db/second-factor.repository.ts';
import type { Role } from '#shared/contracts/identity.ts';
import type { Logger } from '#shared/node/logger.ts';
import type { Viewer } from '../live/topic.ts';

/** A use is written at most this often a session. */
const WRITE_EVERY_MS = 60_000;

/**
 * A session of the staff ends after fifteen minutes without use, and after twelve hours whatever happens. A use within a minute of one that
 * was written is not: so that nobody is sent away early, the end is written a minute late.
 */
export const STAFF_SPAN: StaffSpan = { idleSeconds: 15 * 60 + WRITE_EVERY_MS / 1000, mostHours: 12 };
/** Long enough to find the telephone, and to set one up. */
export const PENDING_SECONDS = 15 * 60;

export const hasSecondStep = (role: Role): boolean => role !== 'citizen';

/** Sessions of the staff that are used last on; those of citizens have their day. */
export interface SessionUse {
  /** Somebody did something. Costs nothing most of the time, and never waits. */
  note(viewer: Viewer): void;
  /** The same, written at once; null when the session is over. */
  stay(viewer: Viewer): Promise<{ expiresAt: Date } | null>;
}

export function createSessionUse(deps: { db: Db; logger: Logger; now?: () => number }): SessionUse {
  const now = deps.now ?? Date.now;
  const writtenAt = new Map<string, number>();
  function remember(sessionId: string): void {
    const at = now();
    // Newest last: what is old stands in front.
    writtenAt.delete(sessionId);
    writtenAt.set(sessionId, at);
    for (const [id, then] of writtenAt) {
      if (then > at - WRITE_EVERY_MS) break;
      writtenAt.delete(id);
    }
  }
  return {
    note(viewer) {
      if (viewer.guest || !hasSecondStep(viewer.role)) return;
      const then = writtenAt.get(viewer.sessionId);
      if (then !== undefined && now() - then < WRITE_EVERY_MS) return;
      remember(viewer.sessionId);
      prolongSession(deps.db, viewer.sessionId, STAFF_SPAN).catch((error: unknown) => {
        writtenAt.delete(viewer.sessionId);
        deps.logger.warn({ err: error }, 'the use of a session could not be written');
      });
    },
    stay(viewer) {
      remember(viewer.sessionId);
      return prolongSession(deps.db, viewer.sessionId, STAFF_SPAN);
    },
  };
}
