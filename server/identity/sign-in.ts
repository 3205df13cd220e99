import { appendAudit } from '#db/audit.repository.ts';
import { deleteSession, findCredential, readCredential, readSessionOfUser, type Credential } from '#db/identity.repository.ts';
import { readFactorState, shortenSession } from '#db/second-factor.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import type { SignIn } from '#shared/contracts/identity.ts';
import { normaliseContact } from '#shared/domain/contact.ts';
import { addressKey } from '../http/rate-limits.ts';
import type { RequestOrigin } from './better-auth.ts';
import { sessionsEnded, type IdentityServiceDeps } from './identity-deps.ts';
import { pairKey } from './identity-limits.ts';
import { meOf, type OpenedSession } from './me.ts';
import { hasSecondStep, PENDING_SECONDS } from './staff-sessions.ts';

/** An address that no user has: the library then does the work of a wrong password. */
const NOBODY = 'nobody@phone.invalid';

/**
 * Signs in. An unknown identifier, a wrong password and a disabled account get the same answer after the same work.
 * One of the staff then has a session that waits for its second step, and opens nothing else.
 * Throws INVALID_CREDENTIALS, RATE_LIMITED.
 */
export function createSignIn(deps: IdentityServiceDeps): (input: SignIn, from: RequestOrigin) => Promise<OpenedSession> {
  const { db, limits } = deps;

  async function refuse(credential: Credential | null): Promise<never> {
    const entityId = credential?.userId ?? 'unknown';
    await appendAudit(db, { actorId: null, action: 'session.refused', entity: 'user', entityId });
    throw new AppError('INVALID_CREDENTIALS');
  }

  return async (input, from) => {
    const contact = normaliseContact(input.identifier, deps.country.phoneRegion);
    const identifier = contact?.value ?? input.identifier.toLowerCase();
    const address = addressKey(from.clientAddress);
    await limits.signInByAddress.consume(address);
    await limits.signInByPair.consume(pairKey(identifier, address));
    await limits.signInByIdentifier.consume(identifier);

    const credential = contact ? await findCredential(db, contact) : null;
    const email = credential && !credential.disabled ? credential.email : NOBODY;
    const opened = await deps.library.signIn(email, input.password, from);
    if (!credential || !opened) return refuse(credential);

    // The password was checked outside a transaction (the hash takes long). Nobody has the cookie yet: when the password or the
    // account changed meanwhile, the session is taken back, and one that changes after this lock finds the session to end.
    const me = await db.transaction(async (tx) => {
      const now = await readCredential(tx, credential.userId, 'share');
      if (!now || now.disabled || now.passwordHash !== credential.passwordHash) {
        await deleteSession(tx, opened.sessionId, 'password_changed');
        return null;
      }
      await appendAudit(tx, { actorId: now.userId, action: 'session.opened', entity: 'session', entityId: opened.sessionId });
      const me = meOf(await readSessionOfUser(tx, opened.sessionId));
      if (!hasSecondStep(me.role)) return me;
      await shortenSession(tx, opened.sessionId, PENDING_SECONDS);
      const { enrolledAt } = await readFactorState(tx, now.userId);
      return { ...me, secondStep: enrolledAt ? ('code' as const) : ('enrol' as const) };
    });
    if (!me) {
      await sessionsEnded(deps, [opened.sessionId]);
      return refuse(credential);
    }
    await Promise.all([limits.signInByPair.reset(pairKey(identifier, address)), limits.signInByIdentifier.reset(identifier)]);
    return { me, token: opened.token };
  };
}
