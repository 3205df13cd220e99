import { appendAudit } from '#db/audit.repository.ts';
import { readCredential, type Credential } from '#db/identity.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { verifyPassword } from '#shared/node/password-hash.ts';
import type { Viewer } from '../live/topic.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';

/**
 * Asks who is signed in for their password again. The answer's hash is to be compared under a lock before anything rests on it.
 * Throws INVALID_CREDENTIALS, RATE_LIMITED.
 */
export type PasswordCheck = (viewer: Viewer, password: string) => Promise<Credential>;

export function createPasswordCheck(deps: Pick<IdentityServiceDeps, 'db' | 'limits'>): PasswordCheck {
  return async (viewer, password) => {
    await deps.limits.passwordByUser.consume(viewer.userId);
    const credential = await readCredential(deps.db, viewer.userId);
    if (!credential?.passwordHash || credential.disabled || !(await verifyPassword(credential.passwordHash, password))) {
      await appendAudit(deps.db, { actorId: viewer.userId, action: 'password.refused', entity: 'user', entityId: viewer.userId });
      throw new AppError('INVALID_CREDENTIALS');
    }
    await deps.limits.passwordByUser.reset(viewer.userId);
    return credential;
  };
}
