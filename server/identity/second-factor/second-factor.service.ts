import { appendAudit } from '#db/audit.repository.ts';
import type { Tx } from '#db/connect.ts';
import { readSessionOfUser } from '#db/identity.repository.ts';
import {
  enrolFactor,
  ensureFactor,
  keepLastStep,
  keepNextSecret,
  lockFactor,
  noteSecondFactor,
  readFactorState,
  replaceBackupCodes,
  takeBackupCode,
} from '#db/second-factor.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { BACKUP_CODES, type BackupCodes, type Enrolment, type SecondFactorView } from '#shared/contracts/second-factor.ts';
import { keyedHash, openText, sealText, secondFactorContext } from '#shared/node/keys.ts';
import type { Viewer } from '../../live/topic.ts';
import type { IdentityServiceDeps } from '../identity-deps.ts';
import { STAFF_SPAN } from '../staff-sessions.ts';
import type { StepUp } from './step-up.ts';
import { enrolmentUri, newBackupCode, newSecret, shownBackupCode, stepOf } from './totp.ts';

/** The second step of the staff. A session is one whose password was right; whether it waits still, the routes say. */
export interface SecondFactorService {
  /**
   * A secret for a device. Asked again by the same session, the same one: a page that is loaded again must not make the device's useless.
   * Another session gets another, for who knows the password alone must not learn what somebody else enrols.
   * Who has a device already must have shown a code of it within five minutes. Throws STEP_UP_REQUIRED.
   */
  begin(viewer: Viewer): Promise<Enrolment>;
  /**
   * Takes a first code of the secret: the device counts from here on, and the session's second step is given. Tells the codes on paper.
   * Throws SECOND_FACTOR_INVALID, SECOND_FACTOR_NOT_BEGUN, RATE_LIMITED.
   */
  confirm(viewer: Viewer, code: string): Promise<BackupCodes>;
  /**
   * Takes a code, of the device or on paper, once. The session may work from here on, and for five minutes change money.
   * Throws SECOND_FACTOR_INVALID, SECOND_FACTOR_USED, RATE_LIMITED.
   */
  give(viewer: Viewer, code: string): Promise<void>;
  /** New codes on paper; the earlier ones are worth nothing. Throws STEP_UP_REQUIRED. */
  renewCodes(viewer: Viewer): Promise<BackupCodes>;
  view(viewer: Viewer): Promise<SecondFactorView>;
}

export interface SecondFactorDeps extends Pick<IdentityServiceDeps, 'db' | 'limits'> {
  keys: { secondFactor: Buffer; backupCodes: Buffer };
  stepUp: StepUp;
  clock: () => Date;
}

export function createSecondFactorService(deps: SecondFactorDeps): SecondFactorService {
  const { db, limits, keys, stepUp } = deps;
  const nextContext = (viewer: Viewer): string => `second-factor-next ${viewer.userId} ${viewer.sessionId}`;
  const hashOf = (userId: string, code: string): string => keyedHash(keys.backupCodes, `${userId} ${code}`);

  /** The secret that this very session asked for; null when another did, or none. */
  function openNext(viewer: Viewer, sealed: string | null | undefined): string | null {
    if (!sealed) return null;
    try {
      return openText(keys.secondFactor, sealed, nextContext(viewer));
    } catch {
      return null;
    }
  }

  /** Works in a transaction on the person's own row; what it refuses is counted, and written down. */
  async function attempt<T>(viewer: Viewer, work: (tx: Tx) => Promise<T | AppError>): Promise<T> {
    await limits.secondFactorByUser.consume(viewer.userId);
    const answer = await db.transaction(work);
    if (answer instanceof AppError) {
      const { userId } = viewer;
      await appendAudit(db, { actorId: userId, action: 'second_factor.refused', entity: 'user', entityId: userId });
      throw answer;
    }
    await limits.secondFactorByUser.reset(viewer.userId);
    return answer;
  }

  async function open(tx: Tx, viewer: Viewer, action: string, details: Record<string, string> = {}): Promise<void> {
    if (!(await noteSecondFactor(tx, viewer.sessionId, STAFF_SPAN))) throw new AppError('UNAUTHENTICATED');
    await appendAudit(tx, { actorId: viewer.userId, action, entity: 'session', entityId: viewer.sessionId, details });
  }

  async function writeCodes(tx: Tx, userId: string): Promise<BackupCodes> {
    const codes = Array.from({ length: BACKUP_CODES }, newBackupCode);
    await replaceBackupCodes(
      tx,
      userId,
      codes.map((code) => hashOf(userId, code)),
    );
    return { codes: codes.map(shownBackupCode) };
  }

  return {
    async begin(viewer) {
      const { enrolledAt } = await readFactorState(db, viewer.userId);
      if (enrolledAt) await stepUp.require(viewer);
      return db.transaction(async (tx) => {
        const person = await readSessionOfUser(tx, viewer.sessionId);
        if (!person) throw new AppError('UNAUTHENTICATED');
        await ensureFactor(tx, viewer.userId);
        const factor = await lockFactor(tx, viewer.userId);
        // Two pages of two sessions begin a first enrolment: the one that ends second finds a device, and must show it.
        if (factor?.sealedSecret && !enrolledAt) throw new AppError('CONFLICT');
        const known = openNext(viewer, factor?.nextSealedSecret);
        const secret = known ?? newSecret();
        if (!known) await keepNextSecret(tx, viewer.userId, sealText(keys.secondFactor, secret, nextContext(viewer)));
        return { secret, uri: enrolmentUri(secret, person.email) };
      });
    },

    confirm: (viewer, code) =>
      attempt(viewer, async (tx) => {
        const factor = await lockFactor(tx, viewer.userId);
        const secret = openNext(viewer, factor?.nextSealedSecret);
        if (!factor || !secret) return new AppError('SECOND_FACTOR_NOT_BEGUN');
        const step = stepOf(secret, code, deps.clock());
        if (step === null) return new AppError('SECOND_FACTOR_INVALID');
        await enrolFactor(tx, viewer.userId, sealText(keys.secondFactor, secret, secondFactorContext(viewer.userId)), step);
        await open(tx, viewer, factor.sealedSecret ? 'second_factor.replaced' : 'second_factor.enrolled');
        return writeCodes(tx, viewer.userId);
      }),

    async give(viewer, code) {
      await attempt(viewer, async (tx) => {
        const factor = await lockFactor(tx, viewer.userId);
        if (!factor?.sealedSecret) return new AppError('SECOND_FACTOR_INVALID');
        if (code.length !== 6) {
          const found = await takeBackupCode(tx, viewer.userId, hashOf(viewer.userId, code));
          if (found !== 'taken') return new AppError(found === 'used' ? 'SECOND_FACTOR_USED' : 'SECOND_FACTOR_INVALID');
          await open(tx, viewer, 'second_factor.given', { by: 'backup code' });
          return null;
        }
        const step = stepOf(
          openText(keys.secondFactor, factor.sealedSecret, secondFactorContext(viewer.userId)),
          code,
          deps.clock(),
        );
        if (step === null) return new AppError('SECOND_FACTOR_INVALID');
        if (step <= factor.lastStep) return new AppError('SECOND_FACTOR_USED');
        await keepLastStep(tx, viewer.userId, step);
        await open(tx, viewer, 'second_factor.given', { by: 'device' });
        return null;
      });
    },

    async renewCodes(viewer) {
      await stepUp.require(viewer);
      return db.transaction(async (tx) => {
        const codes = await writeCodes(tx, viewer.userId);
        const { userId } = viewer;
        await appendAudit(tx, { actorId: userId, action: 'backup_codes.renewed', entity: 'user', entityId: userId });
        return codes;
      });
    },

    async view(viewer) {
      const { enrolledAt, codesLeft } = await readFactorState(db, viewer.userId);
      return { enrolledAt: enrolledAt?.toISOString() ?? null, codesLeft };
    },
  };
}
