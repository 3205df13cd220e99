import type { SignIn } from '#shared/contracts/identity.ts';
import type { RequestOrigin } from './better-auth.ts';
import type { IdentityServiceDeps } from './identity-deps.ts';
import type { OpenedSession } from './me.ts';
import { createOwnSessions, type OwnSessions } from './own-sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createSignUp, type SignUp } from './sign-up.ts';

/** The use-cases of identity. */
export interface IdentityService extends OwnSessions {
  signUp: SignUp;
  signIn(input: SignIn, from: RequestOrigin): Promise<OpenedSession>;
}

export function createIdentityService(deps: IdentityServiceDeps): IdentityService {
  return { signUp: createSignUp(deps), signIn: createSignIn(deps), ...createOwnSessions(deps) };
}
