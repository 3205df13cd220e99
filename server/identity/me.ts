import type { readSessionOfUser } from '#db/identity.repository.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { Me } from '#shared/contracts/identity.ts';

/** A session just opened: what the page is told, and the token for the cookie. */
export interface OpenedSession {
  me: Me;
  token: string;
}

/** The user's own view of a session. Throws UNAUTHENTICATED when it is over. */
export function meOf(row: Awaited<ReturnType<typeof readSessionOfUser>>): Me {
  if (!row) throw new AppError('UNAUTHENTICATED');
  const { emailSynthetic, expiresAt, ...user } = row;
  return Me.parse({ ...user, email: emailSynthetic ? null : user.email, expiresAt: expiresAt.toISOString() });
}
